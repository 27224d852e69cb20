"""Call records of a file that grows, as events with the position up to which it was read.

Events are handed over when so many have come, or when there is no more for now; with them goes what
is to be kept, so that a reader that begins there tells the rest, and nothing twice.
"""

from collections.abc import Callable
from typing import Final

import msgspec
from msgspec import Struct

from streams.domain.events import Event
from streams.sources.call_counts import Counts, Report, counted
from streams.sources.call_events import Record
from streams.sources.call_files import decoded
from streams.sources.call_lines import Lines
from streams.sources.calls import outcomes, require_key
from streams.sources.clock import wall
from streams.sources.growing_files import Growing, Part, PartCutError, Place
from streams.sources.last_attempts import HeldEnd, LastAttempts
from streams.sources.mapping import Mapping, MappingError
from streams.sources.pseudonyms import Pseudonyms
from streams.sources.tables import read_table

_TOGETHER: Final = 2_000
"""Events that are handed over together: half a megabyte, which is what a broker takes at once."""

_FORM: Final = 1
"""Of what is kept; another is not read."""


class Kept(Struct):
    """Up to where a file was read, and what was known there.

    Attributes:
        ends: that wait for another attempt of their visit.
    """

    form: int
    place: Place
    ends: list[HeldEnd] = []

    @staticmethod
    def before(place: Place) -> "Kept":
        """What is kept before anything was read."""
        return Kept(_FORM, place)

    @staticmethod
    def load(stored: bytes) -> "Kept | None":
        """What was stored; None where another release has stored it."""
        try:
            kept = msgspec.json.decode(stored, type=Kept)
        except msgspec.DecodeError:
            return None
        return kept if kept.form == _FORM else None


class FollowedCalls:
    """Reads a file's rows while it grows.

    Args:
        growing: the file.
        mapping: what its columns mean; of ``order`` nothing is heeded.
        write: is called with events and with what is to be kept with them.
        pause: is called when there is no more for now; ends the reading by an exception of its own.
        report, pseudonyms, lines, wall: as in ``calls.run``.
        ends: that were kept.

    Attributes:
        counts: what became of the rows that were told.

    Raises:
        KeyMissingError: as ``calls.run``.
    """

    def __init__(
        self,
        growing: Growing,
        mapping: Mapping,
        write: Callable[[list[Event], Kept], object],
        pause: Callable[[], object],
        report: Report,
        pseudonyms: Pseudonyms | None = None,
        lines: Lines | None = None,
        wall: Callable[[], int] = wall,
        ends: list[HeldEnd] | None = None,
        counts: Counts | None = None,
    ) -> None:
        require_key(mapping, pseudonyms)
        self._growing = growing
        self._mapping = mapping
        self._write = write
        self._pause = pause
        self._report = report
        self._pseudonyms = pseudonyms
        self._lines = lines
        self._wall = wall
        self._attempts = LastAttempts(ends or ()) if mapping.says("attempt") else None
        self._events: list[Event] = []
        self._place: Callable[[], Place] | None = None
        self._changed = False
        self.counts = Counts() if counts is None else counts

    def run(self) -> None:
        """Reads without end.

        Raises:
            MappingError: a part lacks columns that the mapping names.
            OSError: the file can't be read.
        """
        for part in self._growing.parts(self._idle):
            cut = False
            try:
                self._read(part)
            except PartCutError:
                cut = True
            self._flush()
            if self._place is not None:
                self._growing.keep(self._place(), cut)

    def finish(self) -> None:
        """Tells what waits: nothing more will be read, now or later."""
        if self._attempts is not None:
            self._events += self._attempts.all()
        self._flush()

    def _read(self, part: Part) -> None:
        done: int = part.told
        self._place = lambda: part.place(done)
        encoding = self._mapping.encoding
        text = (decoded(line, encoding, part.path) for line in part.lines(self._idle))
        name = str(part.path)
        try:
            table = read_table(text, self._mapping, name)
        except MappingError:
            if part.begun:
                raise
            return  # an empty file, that another one has followed
        if not part.told:
            self.counts.above += table.above
        for outcome in outcomes(table, self._mapping, self._pseudonyms, self._wall, self._lines):
            end = outcome.row.line_number + outcome.row.swallowed
            if end <= part.told:
                continue
            record = counted(outcome, self.counts, self._report, name)
            self._events += self._told(record)
            self._changed, done = True, end
            if len(self._events) >= _TOGETHER:
                self._flush()

    def _told(self, record: Record | None) -> list[Event]:
        if record is None:
            return []
        if self._attempts is None:
            return record.events
        return self._attempts.events(record, self._wall())

    def _idle(self) -> None:
        if self._attempts is not None:
            self._events += self._attempts.due(self._wall())
        self._flush()
        self._pause()

    def _flush(self) -> None:
        if not (self._events or self._changed) or self._place is None:
            return
        ends = [] if self._attempts is None else self._attempts.held
        events, self._events, self._changed = self._events, [], False
        self.counts.events += len(events)
        self._write(events, Kept(_FORM, self._place(), ends))
