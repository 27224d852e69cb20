"""``reachline import asterisk``: the queue log of an Asterisk, a file or a table, as events."""

import argparse
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct

from streams.commands.asterisk_feeds import Feed, FileFeed, OtherTableError, TableFeed
from streams.commands.common import DONE, FAILED, USAGE, CommandError, load_plan, say, wall
from streams.commands.worker import read_settings
from streams.domain.ndjson import ndjson
from streams.domain.plan import Plan
from streams.domain.plan.queues import Queues
from streams.settings import Settings
from streams.sources import pseudonyms
from streams.sources.asterisk import Translator
from streams.sources.asterisk_calls import Calls
from streams.sources.asterisk_import import Batch, Counts, Reports, explain, translate
from streams.sources.callers import country_of
from streams.sources.log_files import Line
from streams.sources.pseudonyms import Pseudonyms

_PAUSE: Final = 0.2
"""Seconds between two looks at a log that grows: a small part of the second within which a figure
shows an event."""

_FORM: Final = 1
"""Of what is kept; another is not read, and reading begins at the log's beginning."""


_OTHER_FORM: Final = (
    "what another release has kept of this log can't be read: it is read from its beginning once "
    "more; events that were sent before have the same ids"
)


_OTHER_TABLE: Final = (
    "another table was read before, or in another place: this one is read from its beginning; "
    "events that were sent before have the same ids"
)


_BESIDE_THE_MANAGER: Final = (
    "this Asterisk is imported over its manager interface, too: give --reconcile, so that what "
    "both tell counts once"
)

_REVISION: Final = 1
"""Of the log's events where the manager interface tells of the same: the log's count."""


class _Kept(Struct):
    """What is kept with the events: up to where the log was read, and what was known there."""

    form: int
    position: msgspec.Raw
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
        "--dsn-file",
        type=Path,
        metavar="FILE",
        help="asterisk: its queue_log as a table; the file has the database's address",
    )
    parser.add_argument("--table", default="queue_log", metavar="NAME", help="its name")
    parser.add_argument("--table-zone", metavar="ZONE", help="of its times; default: the plan's")
    parser.add_argument(
        "--reconcile",
        action="store_true",
        help="asterisk: its manager interface is imported, too: what both tell counts once",
    )
    parser.add_argument(
        "--again", action="store_true", help="with --to kafka: from the beginning once more"
    )


def run(arguments: argparse.Namespace) -> int:
    """Imports the log.

    Raises:
        CommandError: arguments, key or plan are wrong; or the work failed.
    """
    if bool(arguments.files) == (arguments.dsn_file is not None):
        raise CommandError("asterisk: give the FILE of its queue_log, or --dsn-file", USAGE)
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
        keyed = pseudonyms.needed(os.environ, arguments.key_file, "the log")
    except pseudonyms.KeyMissingError as error:
        raise CommandError(str(error), USAGE) from error
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
        self._feed = _feed(arguments, plan, keyed)
        self._name = "asterisk" if arguments.dsn_file is None else "asterisk_table"
        self._follow: bool = arguments.follow
        self._server: str = arguments.server
        self._reconcile: bool = arguments.reconcile
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
        """To standard output, from the beginning."""
        translator = self._translator(None)
        out = sys.stdout.buffer
        for lines in self._read():
            batch = translate(lines, translator, wall())
            for event in batch.events:
                out.write(ndjson(event))
            if self._follow:  # the reader of the pipe wants each at once
                out.flush()
            self._count(batch)

    def explain(self, call_id: str, plan: Plan) -> int:
        """What became of a call."""
        lines = (line for some in self._read() for line in some)
        found = False
        for text in explain(lines, self._translator(None), wall(), call_id, plan.zone):
            print(text)
            found = True
        if not found:
            print(f"no record of {call_id!r} in {self._feed.name}")
        return DONE if found else FAILED

    def to_kafka(self, settings: Settings, again: bool) -> None:
        """To Kafka, from where the last run ended. While Kafka is away, what is followed waits."""
        from streams.engine.kafka.source_output import TakenOverError
        from streams.engine.kafka.waiting_output import KafkaAwayError, WaitingOutput

        source = f"{self._name}-{self._server}" if self._server else self._name
        waits = f"{self._feed.what} waits"
        try:
            with WaitingOutput(settings, source, say, self._follow, waits) as output:
                if not self._reconcile and manager_source(self._server) in output.others:
                    raise CommandError(_BESIDE_THE_MANAGER, USAGE)
                kept = None if again or output.stored is None else self._load(output.stored)
                self.went_on = kept is not None
                translator = self._translator(kept)
                if kept is None:
                    begun = self._feed.begin(None)
                    output.write([], _kept(begun, translator))
                for lines in self._read():
                    batch = translate(lines, translator, wall())
                    output.write(batch.events, _kept(self._feed.position(), translator))
                    self._count(batch)
        except (TakenOverError, KafkaAwayError) as error:
            raise CommandError(str(error)) from error
        finally:
            self._feed.close()

    def _load(self, stored: bytes) -> "_Kept | None":
        """Begins where something was kept; None, and it is said, where another release has kept it,
        or it is of another table."""
        try:
            kept = msgspec.json.decode(stored, type=_Kept)
            if kept.form == _FORM:
                self._feed.begin(bytes(kept.position))
                return kept
        except msgspec.DecodeError:
            pass
        except OtherTableError:
            say(_OTHER_TABLE)
            return None
        say(_OTHER_FORM)
        return None

    def _translator(self, kept: "_Kept | None") -> Translator:
        by_order = self._reconcile
        calls = Calls(by_order=by_order)
        if kept is not None:
            calls = Calls.load(bytes(kept.calls), by_order=by_order)
        revision = _REVISION if self._reconcile else 0
        return Translator(self._queues, self._keyed, self._server, calls, self._country, revision)

    def _read(self) -> Iterator[list[Line]]:
        """The lines as they come; until the end, unless they are followed."""
        while (lines := self._feed.read()) or self._follow:
            if lines:
                yield lines
            else:
                time.sleep(_PAUSE)

    def _count(self, batch: Batch) -> None:
        self.counts.add(batch.counts)
        self._report(batch.reports)


def manager_source(server: str) -> str:
    """The name of the source that an Asterisk's manager interface is."""
    return f"asterisk_ami-{server}" if server else "asterisk_ami"


def _feed(arguments: argparse.Namespace, plan: Plan, keyed: Pseudonyms) -> Feed:
    if arguments.dsn_file is None:
        # Under the key, for a log is full of numbers.
        return FileFeed(arguments.files, lambda text: keyed.of(text.decode("latin-1")))
    try:
        zone = ZoneInfo(arguments.table_zone) if arguments.table_zone else plan.zone
    except (ValueError, LookupError, OSError) as error:
        raise CommandError(f"--table-zone {arguments.table_zone!r} is no zone", USAGE) from error
    return TableFeed(arguments.dsn_file, arguments.table, zone, arguments.follow)


def _kept(position: bytes, translator: Translator) -> bytes:
    calls = msgspec.Raw(translator.calls.stored())
    return msgspec.json.encode(_Kept(_FORM, msgspec.Raw(position), calls))
