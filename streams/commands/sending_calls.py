"""An import of call records at work: to standard output, or to Kafka from where the last ended."""

import argparse
import hashlib
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from streams.commands.common import CommandError, say
from streams.domain.events import Event
from streams.domain.ndjson import ndjson
from streams.settings import Settings
from streams.sources import calls, workbooks
from streams.sources.call_counts import BadRow, Counts, Report
from streams.sources.call_lines import Lines
from streams.sources.followed_calls import FollowedCalls, Kept
from streams.sources.growing_files import Growing
from streams.sources.mapping import Mapping
from streams.sources.pseudonyms import Pseudonyms
from streams.sources.sent_calls import ChangedError, Sent, to_send

if TYPE_CHECKING:
    from streams.engine.kafka.waiting_output import WaitingOutput

_PAUSE: Final = 0.2
"""Seconds between two looks at a file that grows: a small part of the second within which a figure
shows an event."""

_WAITS: Final = "the file waits"

_OTHER_FORM: Final = (
    "what another release has kept of this file can't be read: it is read from its beginning once "
    "more; events that were sent before have the same ids"
)
_GONE: Final = (
    "the place up to which the file was read is in none of its parts any more: it is read on with "
    "what was written since; what was removed is not counted"
)
_CHANGED: Final = (
    "makes other events than those that were sent of it before, as the file, the mapping, the plan "
    "or the key is another: all of them are sent; what is among both has the same ids"
)


class CallsImport:
    """One run of the command.

    Attributes:
        counts: what became of the rows.
        sent_before: events that were not sent, as an earlier run had sent them.
    """

    def __init__(
        self,
        arguments: argparse.Namespace,
        mapping: Mapping,
        keyed: Pseudonyms | None,
        lines: Lines,
        report: Report,
    ) -> None:
        self._files: list[Path] = arguments.files
        self._follow: bool = arguments.follow
        self._server: str = arguments.server
        self._again: bool = arguments.again
        self._mapping = mapping
        self._keyed = keyed
        self._lines = lines
        self._report = report
        self.counts = Counts()
        self.sent_before = 0

    def to_output(self) -> None:
        """To standard output."""
        out = sys.stdout.buffer
        if not self._follow:
            calls.run(
                self._files, self._mapping, lambda event: out.write(ndjson(event)), self._report,
                self._keyed, self.counts, lines=self._lines,
            )  # fmt: skip
            return

        def write(events: list[Event], kept: Kept) -> None:
            out.write(b"".join(map(ndjson, events)))
            out.flush()  # the reader of the pipe wants each at once

        following = self._following(write, None)
        try:
            following.run()
        finally:
            following.finish()  # nobody keeps what waits

    def to_kafka(self, settings: Settings) -> None:
        """To Kafka, from where the last run ended."""
        from streams.engine.kafka.source_output import TakenOverError
        from streams.engine.kafka.waiting_output import KafkaAwayError, WaitingOutput

        try:
            for file in self._files:
                # Of two machines each may have a file of this path.
                name = f"{self._server}-{file.name}" if self._server else file.resolve()
                source = f"calls-{name}"
                with WaitingOutput(settings, source, say, self._follow, _WAITS) as output:
                    if self._follow:
                        self._follow_to(output)
                    else:
                        self._send(file, output)
        except (TakenOverError, KafkaAwayError) as error:
            raise CommandError(str(error)) from error

    def _follow_to(self, output: "WaitingOutput") -> None:
        kept = None
        if output.stored is not None and not self._again:
            kept = Kept.load(output.stored)
            sent = Sent.load(output.stored)
            if sent is not None and sent.complete and sent.place is not None:
                kept = Kept.before(sent.place)
            elif kept is None and sent is None:
                say(_OTHER_FORM)

        def write(events: list[Event], kept: Kept) -> None:
            output.write(events, msgspec.json.encode(kept))

        self._following(write, kept).run()

    def _following(
        self, write: Callable[[list[Event], Kept], object], kept: Kept | None
    ) -> FollowedCalls:
        growing = Growing(self._files[0], self._digest, None if kept is None else kept.place)
        if kept is None:
            kept = Kept.before(growing.beginning())
            write([], kept)

        def pause() -> None:
            if not growing.found:
                growing.found = True
                say(_GONE)
            time.sleep(_PAUSE)

        return FollowedCalls(
            growing, self._mapping, write, pause, self._report, self._keyed, self._lines,
            ends=kept.ends, counts=self.counts,
        )  # fmt: skip

    def _send(self, file: Path, output: "WaitingOutput") -> None:
        before = None
        if output.stored is not None and not self._again:
            before = Sent.load(output.stored)
        if before is not None:
            # What is refused is said once it is known that the file is read only once.
            refused: list[BadRow] = []
            counts = Counts()
            try:
                self._send_rest(file, output, before, refused.append, counts)
            except ChangedError:
                say(f"{file}: {_CHANGED}")
            else:
                for bad in refused:
                    self._report(bad)
                self.counts.add(counts)
                self.sent_before += before.events
                return
        counts = Counts()
        self._send_rest(file, output, None, self._report, counts)
        self.counts.add(counts)

    def _send_rest(
        self,
        file: Path,
        output: "WaitingOutput",
        before: Sent | None,
        report: Report,
        counts: Counts,
    ) -> None:
        end = None
        if file.suffix.lower() not in workbooks.SUFFIXES:
            end = Growing(file, self._digest).end()
        found = calls.told(file, self._mapping, report, self._keyed, counts, lines=self._lines)
        for events, sent in to_send(found, before, end):
            output.write(events, msgspec.json.encode(sent))
            counts.events += len(events)

    def _digest(self, text: bytes) -> str:
        """Under the key, where there is one: rows have numbers."""
        if self._keyed is not None:
            return self._keyed.of(text.decode("latin-1"))
        return hashlib.sha256(text).hexdigest()
