"""``reachline import asterisk``: the queue log of an Asterisk as contact events."""

import argparse
import asyncio
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec
from msgspec import Struct

from streams.commands.common import DONE, FAILED, USAGE, CommandError, load_plan, wall
from streams.commands.worker import read_settings
from streams.domain.ndjson import ndjson
from streams.domain.plan import Plan
from streams.domain.plan.queues import Queues
from streams.engine.failures import in_words
from streams.settings import Settings
from streams.sources import pseudonyms
from streams.sources.asterisk import Translator
from streams.sources.asterisk_calls import Calls
from streams.sources.asterisk_import import Batch, Counts, Report, Reports, explain, translate
from streams.sources.callers import country_of
from streams.sources.log_files import Line, Log, Position, beginning
from streams.sources.pseudonyms import Pseudonyms

if TYPE_CHECKING:
    from streams.engine.kafka.source_output import SourceOutput

_SIZE: Final = 1 << 18
"""Bytes of lines that become events together: some 3,000, and half a megabyte of events, which is
what a broker takes at once."""

_PAUSE: Final = 0.2
"""Seconds between two looks at a log that grows: a small part of the second within which a figure
shows an event."""

_WAITS: Final = (1.0, 2.0, 5.0, 10.0, 30.0)
"""Seconds before Kafka is tried again: soon after a short break, and without a flood of connections
in a long one."""

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
        "--server", default="", metavar="NAME", help="of several Asterisks: before a call's id"
    )
    parser.add_argument(
        "--again", action="store_true", help="with --to kafka: from the log's beginning once more"
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
            asyncio.run(work.to_kafka(settings, arguments.again))
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
        self._report = Reports(lambda text: print(text, file=sys.stderr, flush=True))
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

    async def to_kafka(self, settings: Settings, again: bool) -> None:
        """To Kafka, from where the last run ended. While Kafka is away a log that is followed
        waits: what was not written is read once more."""
        from streams.engine.kafka.source_output import KAFKA_AWAY, SourceOutput, TakenOverError

        asyncio.get_running_loop().set_exception_handler(_unless_of_kafka)
        tries, said = 0, ""
        while True:
            try:
                async with SourceOutput(settings, self._source) as output:
                    if said:
                        print("Kafka is back", file=sys.stderr, flush=True)
                    tries, said = 0, ""
                    return await self._send(output, again and not self.counts.records)
            except TakenOverError as error:
                raise CommandError(str(error)) from error
            except KAFKA_AWAY as error:
                if not self._follow:
                    raise CommandError(in_words(error)) from error
                if said != (said := in_words(error)):
                    print(f"{said}; the log waits", file=sys.stderr, flush=True)
            await asyncio.sleep(_WAITS[min(tries, len(_WAITS) - 1)])
            tries += 1

    async def _send(self, output: "SourceOutput", again: bool) -> None:
        log, translator = self._begin(None if again else output.stored)
        if log.position is None:
            log = self._log(beginning(self._files))
            await output.write([], _kept(log, translator))
        try:
            while True:
                lines = self._lines(log)
                if not lines and not self._follow:
                    return
                if not lines:
                    await asyncio.sleep(_PAUSE)
                    continue
                batch = translate(lines, translator, wall())
                await output.write(batch.events, _kept(log, translator))
                self._count(batch)
        finally:
            log.close()

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
                print(_OTHER_FORM, file=sys.stderr, flush=True)
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


def _unless_of_kafka(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Leaves out what aiokafka did not tell anybody else, of batches that were given up together
    with the one whose failure is said."""
    from aiokafka.errors import KafkaError  # a quarter of a second, which no other import needs

    if not isinstance(context.get("exception"), KafkaError):
        loop.default_exception_handler(context)


def _kept(log: Log, translator: Translator) -> bytes:
    assert log.position is not None, "kept from the beginning"
    calls = msgspec.Raw(translator.calls.stored())
    return msgspec.json.encode(_Kept(_FORM, log.position, calls))
