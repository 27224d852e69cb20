"""``reachline import asterisk-ami``: what an Asterisk tells over its manager interface, as events.

It tells everything once. So each event that says something is in the spool before anything is made
of it, and one thread does nothing else; another reads the spool, and keeps its place there in the
transaction that has the events. Kafka may be away, and either may be killed.
"""

import argparse
import os
import ssl
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from streams.commands.ami_listener import Entry, Listener
from streams.commands.common import DONE, USAGE, CommandError, load_plan, say, wall
from streams.commands.import_asterisk import manager_source
from streams.commands.worker import read_settings
from streams.domain.ndjson import ndjson
from streams.domain.plan.queues import Queues
from streams.settings import Settings
from streams.sources import pseudonyms
from streams.sources.ami_client import connect, tls_context
from streams.sources.ami_records import Channel, ManagerRecords
from streams.sources.asterisk import Translator
from streams.sources.asterisk_calls import Calls
from streams.sources.asterisk_import import Batch, Counts, Reports, translate
from streams.sources.callers import country_of
from streams.sources.log_files import Line
from streams.sources.private_files import PrivateFileError, read_text
from streams.sources.spool import Spool, SpoolError, SpoolPlace

_PAUSE: Final = 0.2
"""Seconds between two looks at an empty spool: a small part of the second within which a figure
shows an event."""

_TOGETHER: Final = 1_000
"""Events that are handled together: some 2,000 of ours, and what a broker takes at once."""

_SPOOL_MB: Final = 256
"""Without ``--spool-mb``. An event takes some 300 bytes, and a call eight of them: 100,000 calls,
a week of a large city."""

_FORM: Final = 1
"""Of what is kept; another is not read."""


class _Kept(Struct):
    """Up to where the spool was read, and what was known there."""

    form: int
    place: SpoolPlace
    channels: dict[str, Channel]
    begun: int
    calls: msgspec.Raw


def add(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments that this kind alone has."""
    parser.add_argument("--connect", metavar="HOST:PORT", help="asterisk-ami: of the manager")
    parser.add_argument(
        "--tls", action="store_true", help="to it: encrypted, its certificate is checked"
    )
    parser.add_argument(
        "--ca-file",
        type=Path,
        metavar="FILE",
        help="of the CA that signed it; default: the machine's",
    )
    parser.add_argument("--user", help="of manager.conf")
    parser.add_argument("--secret-file", type=Path, metavar="FILE", help="its secret")
    parser.add_argument(
        "--spool", type=Path, metavar="DIR", help="where events wait for Kafka; default: nowhere"
    )
    parser.add_argument(
        "--spool-mb", type=int, default=_SPOOL_MB, metavar="N", help=f"default: {_SPOOL_MB}"
    )
    parser.add_argument(
        "--spool-key-file", type=Path, metavar="FILE", help="encrypts what waits there"
    )


def run(arguments: argparse.Namespace) -> int:
    """Imports until Ctrl-C.

    Raises:
        CommandError: arguments, key or plan are wrong; or the work failed.
    """
    host, port = _address(arguments)
    if arguments.files or arguments.mapping is not None or arguments.guess or arguments.explain:
        raise CommandError("asterisk-ami takes no FILE, --mapping, --guess, --explain", USAGE)
    if arguments.again or arguments.reconcile:
        raise CommandError(
            "asterisk-ami: nothing can be asked for --again, and --reconcile is for its log",
            USAGE,
        )
    if arguments.user is None or arguments.secret_file is None:
        raise CommandError("asterisk-ami: --user and --secret-file say who logs in", USAGE)
    if arguments.to == "kafka" and arguments.spool is None:
        raise CommandError("asterisk-ami: --spool DIR says where events wait for Kafka", USAGE)
    if arguments.spool_mb < 4:
        raise CommandError("--spool-mb: at least 4, four pieces of what is removed", USAGE)
    tls = _tls(arguments)
    settings = read_settings(arguments)
    plan = load_plan(settings.plan)
    try:
        secret = read_text(arguments.secret_file, "the secret")
        keyed = pseudonyms.needed(os.environ, arguments.key_file, "Asterisk")
        spool_key = None
        if arguments.spool_key_file is not None:
            spool_key = pseudonyms.read_key(arguments.spool_key_file, "the spool's key")
    except (pseudonyms.KeyMissingError, PrivateFileError) as error:
        raise CommandError(str(error), USAGE) from error
    queues = Queues("asterisk", plan.entries.lines, plan.knows)

    def translator(calls: Calls) -> Translator:
        return Translator(queues, keyed, arguments.server, calls, country_of(plan.zone))

    with tempfile.TemporaryDirectory() as nowhere:
        directory = arguments.spool or Path(nowhere)
        try:
            spool = Spool(directory, arguments.spool_mb << 20, spool_key)
        except SpoolError as error:
            raise CommandError(str(error), USAGE) from error
        listener = Listener(
            spool, lambda stopped: connect(host, port, arguments.user, secret, stopped, tls)
        )
        work = Work(spool, translator, listener)
        listener.start()
        try:
            if arguments.to == "kafka":
                work.to_kafka(settings, arguments.server)
            else:
                work.to_output()
        except KeyboardInterrupt:
            pass  # how it ends
        finally:
            listener.stop()
            spool.close()
        print(work.counts, file=sys.stderr)
    return DONE


def _address(arguments: argparse.Namespace) -> tuple[str, int]:
    host, colon, port = (arguments.connect or "").rpartition(":")
    if not colon or not host or not port.isdecimal() or not 0 < int(port) < 65536:
        raise CommandError("asterisk-ami: --connect HOST:PORT says where its manager is", USAGE)
    return host.strip("[]"), int(port)


def _tls(arguments: argparse.Namespace) -> ssl.SSLContext | None:
    ca: Path | None = arguments.ca_file
    if not arguments.tls:
        if ca is not None:
            raise CommandError("asterisk-ami: --ca-file is for --tls", USAGE)
        return None
    try:
        return tls_context(None if ca is None else str(ca))
    except ssl.SSLError as error:
        raise CommandError(f"--ca-file: {ca} has no certificate in PEM", USAGE) from error
    except OSError as error:
        raise CommandError(f"--ca-file: {ca}: {error.strerror}", USAGE) from error


class Work:
    """Makes events of what is in the spool.

    Attributes:
        counts: what became of the records.
    """

    def __init__(
        self, spool: Spool, translator: Callable[[Calls], Translator], listener: Listener
    ) -> None:
        self._spool = spool
        self._new_translator = translator
        self._listener = listener
        self._report = Reports(say)
        self._place = SpoolPlace()
        self._records = ManagerRecords()
        self._translator = translator(Calls(by_order=True))
        self._number = 0
        self._unreadable = 0
        self.counts = Counts()

    def to_output(self) -> None:
        """To standard output, without end."""
        while True:
            batch = self._next()
            for event in batch.events:
                sys.stdout.buffer.write(ndjson(event))
            sys.stdout.buffer.flush()
            self._done(batch)

    def to_kafka(self, settings: Settings, server: str) -> None:
        """To Kafka, without end, from the place in the spool where the last run ended."""
        from streams.engine.kafka.source_output import TakenOverError
        from streams.engine.kafka.waiting_output import KafkaAwayError, WaitingOutput

        waits = "events wait in the spool"
        try:
            with WaitingOutput(settings, manager_source(server), say, True, waits) as output:
                self._begin(output.stored)
                while True:
                    batch = self._next()
                    output.write(batch.events, self._kept())
                    self._done(batch)
        except (TakenOverError, KafkaAwayError) as error:
            raise CommandError(str(error)) from error

    def _begin(self, stored: bytes | None) -> None:
        if stored is None:
            return
        try:
            kept = msgspec.json.decode(stored, type=_Kept)
        except msgspec.DecodeError:
            kept = None
        if kept is None or kept.form != _FORM:
            say("what another release has kept can't be read: calls that go on begin here")
            return
        self._place = kept.place
        self._records = ManagerRecords(kept.channels, kept.begun)
        self._translator = self._new_translator(Calls.load(bytes(kept.calls), by_order=True))

    def _next(self) -> Batch:
        """What becomes of the next events; waits until there are some."""
        while True:
            lines: list[str] = []
            place = self._place
            for entry, behind in self._spool.entries(place, _TOGETHER):
                place = behind
                lines += self._told(entry)
            if place == self._place:
                lines += self._records.due(wall())
            if lines or place != self._place:
                self._place = place
                return translate(self._lines(lines), self._translator, wall())
            if self._listener.refused:
                raise CommandError(self._listener.refused)
            time.sleep(_PAUSE)

    def _told(self, entry: bytes | None) -> list[str]:
        try:
            read = msgspec.json.decode(entry or b"", type=Entry)
        except msgspec.DecodeError:
            self._unreadable += 1
            if self._unreadable == 1:
                say("the spool has entries that can't be read: is its key another one now?")
            return []
        return self._records.records(read.message, read.at)

    def _lines(self, texts: list[str]) -> list[Line]:
        lines = []
        for text in texts:
            self._number += 1
            lines.append(Line("manager", self._number, text.encode("utf-8", "replace")))
        return lines

    def _kept(self) -> bytes:
        calls = msgspec.Raw(self._translator.calls.stored())
        records = self._records
        return msgspec.json.encode(
            _Kept(_FORM, self._place, records.channels, records.begun, calls)
        )

    def _done(self, batch: Batch) -> None:
        self.counts.add(batch.counts)
        self._report(batch.reports)
        self._spool.remove_before(self._place)
