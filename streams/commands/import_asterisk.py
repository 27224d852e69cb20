"""``reachline import asterisk``: the queue log of an Asterisk as contact events."""

import argparse
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from streams.commands.common import DONE, FAILED, USAGE, CommandError, load_plan, say, wall
from streams.commands.worker import read_settings
from streams.domain.ndjson import ndjson
from streams.domain.plan import Plan
from streams.domain.plan.queues import Queues
from streams.settings import Settings
from streams.sources import pseudonyms
from streams.sources.asterisk import Translator
from streams.sources.asterisk_calls import Calls
from streams.sources.asterisk_import import Batch, Counts, Report, Reports, explain, translate
from streams.sources.callers import country_of
from streams.sources.log_files import Line, Log, Position, beginning
from streams.sources.pseudonyms import Pseudonyms

_SIZE: Final = 1 << 18
"""Bytes of lines that become events together: some 3,000, and half a megabyte of events, which is
what a broker takes at once."""

_PAUSE: Final = 0.2
"""Seconds between two looks at a log that grows: a small part of the second within which a figure
shows an event."""

_FORM: Final = 1
"""Of what is kept; another is not read, and reading begins at the log's beginning."""


_OTHER_FORM: Final = (
    "what another release has kept of this log can't be read: it is read from its beginning once "
    "more; events that were sent before have the same ids"
)
_GONE: Final = (
    "the place up to which the log was read is in none of its files any more: it is read on after "
    "the second of the last line; what was removed is not counted"
)


class _Kept(Struct):
    """What is kept with the events: up to where the log was read, and what was known there."""

    form: int
    position: Position
    calls: msgspec.Raw


def add(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments that this kind alone has."""
    parser.add_argument(
        "--server",
        default="",
        metavar="NAME",
        help="of several phone systems: which one; of Asterisks it goes before a call's id",
    )
    parser.add_argument(
        "--again", action="store_true", help="with --to kafka: from the beginning once more"
    )


def run(arguments: argparse.Namespace) -> int:
    """Imports the log.

    Raises:
        CommandError: arguments, key or plan are wrong; or the work failed.
    """
    if arguments.follow and len(arguments.files) > 1:
        raise CommandError("--follow takes one file: its rotated parts are found beside it", USAGE)
    if arguments.follow and arguments.explain is not None:
        raise CommandError("--explain reads a log to its end: leave --follow out", USAGE)
    if arguments.mapping is not None or arguments.guess:
        raise CommandError(
            "--mapping and --guess are for calls: a queue_log is the same everywhere", USAGE
        )
    settings = read_settings(arguments)
    plan = load_plan(settings.plan)
    try:
        keyed = pseudonyms.load(os.environ, arguments.key_file)
    except pseudonyms.KeyMissingError as error:
        raise CommandError(str(error), USAGE) from error
    if keyed is None:
        raise CommandError(
            "the log names callers and agents, who are never stored as they are: set "
            f"{pseudonyms.KEY_VARIABLE}, or give a key file; openssl rand -hex 32 makes a key",
            USAGE,
        )
    work = _Import(arguments, plan, keyed)
    try:
        if arguments.explain is not None:
            return work.explain(arguments.explain, plan)
        if arguments.to == "kafka":
            work.to_kafka(settings, arguments.again)
        else:
            work.to_output()
    except KeyboardInterrupt:
        work.sum_up()
        return DONE  # how following ends
    work.sum_up()
    return DONE if work.counts.told or work.went_on else FAILED


class _Import:
    """One run of the command.

    Attributes:
        counts: what became of the records that were written.
        went_on: an earlier run had read the log's beginning.
    """

    def __init__(self, arguments: argparse.Namespace, plan: Plan, keyed: Pseudonyms) -> None:
        self._files: list[Path] = arguments.files
        self._follow: bool = arguments.follow
        self._server: str = arguments.server
        self._queues = Queues("asterisk", plan.entries.lines, plan.knows)
        self._keyed = keyed
        self._country = country_of(plan.zone)
        self._report = Reports(say)
        self.counts = Counts()
        self.went_on = False

    def sum_up(self) -> None:
        """Says what became of all records."""
        print(self.counts, file=sys.stderr)

    def to_output(self) -> None:
        """To standard output, from the log's beginning."""
        log, translator = self._begin(None)
        out = sys.stdout.buffer
        for lines in self._read(log):
            batch = translate(lines, translator, wall())
            for event in batch.events:
                out.write(ndjson(event))
            if self._follow:  # the reader of the pipe wants each at once
                out.flush()
            self._count(batch)

    def explain(self, call_id: str, plan: Plan) -> int:
        """What became of a call."""
        log, translator = self._begin(None)
        lines = (line for some in self._read(log) for line in some)
        found = False
        for text in explain(lines, translator, wall(), call_id, plan.zone):
            print(text)
            found = True
        if not found:
            print(f"no record of {call_id!r} in {', '.join(map(str, self._files))}")
        return DONE if found else FAILED

    def to_kafka(self, settings: Settings, again: bool) -> None:
        """To Kafka, from where the last run ended. While Kafka is away a log that is followed
        waits."""
        from streams.engine.kafka.source_output import TakenOverError
        from streams.engine.kafka.waiting_output import KafkaAwayError, WaitingOutput

        try:
            with WaitingOutput(settings, self._source, say, self._follow) as output:
                log, translator = self._begin(None if again else output.stored)
                if log.position is None:
                    log = self._log(beginning(self._files))
                    output.write([], _kept(log, translator))
                for lines in self._read(log):
                    batch = translate(lines, translator, wall())
                    output.write(batch.events, _kept(log, translator))
                    self._count(batch)
                log.close()
        except (TakenOverError, KafkaAwayError) as error:
            raise CommandError(str(error)) from error

    @property
    def _source(self) -> str:
        """By what the position is kept: one log of one server."""
        return f"asterisk-{self._server}" if self._server else "asterisk"

    def _begin(self, stored: bytes | None) -> tuple[Log, Translator]:
        """The log and what is known of its calls, from where something was stored."""
        position, calls = None, None
        if stored is not None:
            try:
                kept = msgspec.json.decode(stored, type=_Kept)
                if kept.form == _FORM:
                    position, calls = kept.position, Calls.load(bytes(kept.calls))
            except msgspec.DecodeError:
                pass
            if position is None:
                say(_OTHER_FORM)
        self.went_on = position is not None
        translator = Translator(self._queues, self._keyed, self._server, calls, self._country)
        return self._log(position), translator

    def _log(self, position: Position | None) -> Log:
        def digest(text: bytes) -> str:  # under the key, for a log is full of numbers
            return self._keyed.of(text.decode("latin-1"))

        return Log(self._files, digest, position)

    def _lines(self, log: Log) -> list[Line]:
        try:
            lines = log.read(_SIZE)
        except OSError as error:
            said = f"{error.filename}: {error.strerror}" if error.filename else str(error)
            raise CommandError(said) from error
        if not log.found:
            self._report([Report(_GONE, "gone")])
        return lines

    def _read(self, log: Log) -> Iterator[list[Line]]:
        """The lines as they come; until the end, unless the log is followed."""
        while (lines := self._lines(log)) or self._follow:
            if lines:
                yield lines
            else:
                time.sleep(_PAUSE)

    def _count(self, batch: Batch) -> None:
        self.counts.add(batch.counts)
        self._report(batch.reports)


def _kept(log: Log, translator: Translator) -> bytes:
    assert log.position is not None, "kept from the beginning"
    calls = msgspec.Raw(translator.calls.stored())
    return msgspec.json.encode(_Kept(_FORM, log.position, calls))
