"""Asterisk's ``queue_log`` as a table (realtime): its rows as lines of the file, each once.

Rows are read in the order of their ids. Two that are written at once may be seen in another order:
so where an id is missing among new rows, those behind it wait a while; then it is said, and they
are read. The missing one is looked for a while longer, and read when it comes.

A time in the table has microseconds and no zone, in the file whole seconds: they are cut to these,
so that an event has one id, whichever of the two it was read from.
"""

from collections.abc import Callable, Sequence
from datetime import tzinfo
from typing import Final, Protocol

from msgspec import Struct

from streams.domain import instants
from streams.domain.instants import MINUTE, SECOND
from streams.sources.log_files import LONGEST_LINE, Line
from streams.sources.plausible import CLOCKS_DIFFER
from streams.sources.time_grammar import iso

WAIT_FOR_ROWS: Final = 5 * SECOND
"""How long rows wait for a missing one, by the clock of who reads. Asterisk writes each row by
itself, in some milliseconds."""

_NEW: Final = MINUTE
"""An id that is missing below a row of this age will not come: it was given to a row that failed,
or that was removed."""

_LOOKED_FOR: Final = 10 * MINUTE
"""How long a missing row is looked for: no server lets one statement take as long."""

_MOST_MISSING: Final = 1_000
"""Missing ids that are looked for at once, in one question to the server."""

_TOGETHER: Final = 1_000
"""Rows that are asked for at once."""


class Missing(Struct):
    """Ids of no row, from ``first`` to ``last``; looked for ``until`` then."""

    first: int
    last: int
    until: int


class TablePosition(Struct):
    """Up to where a table was read.

    Attributes:
        id: of the newest row.
        missing: ids below it that may still come.
        at: the instant of the newest row.
        of: which table it is, and where: the ids of another say nothing.
    """

    id: int = 0
    missing: list[Missing] = []
    at: int = 0
    of: str = ""


class Row(Struct):
    """A row: its id, its time as text, and its other columns in the order of the file's fields."""

    id: int
    time: str
    fields: tuple[str, ...]


class Server(Protocol):
    """The database that has the table.

    Attributes:
        step: between two ids that are given one after the other.
    """

    step: int

    def rows(self, after: int, also: Sequence[int], most: int) -> list[Row]:
        """Rows with an id above ``after``, and those of the ids ``also``, by id.

        Raises:
            ServerAwayError: the server can't be asked now.
        """

    def newest(self) -> int | None:
        """The largest id; None of an empty table. Raises ServerAwayError."""

    def close(self) -> None:
        """Closes the connection."""


class ServerAwayError(Exception):
    """The database can't be used now; the message says why, and repeats no password."""


class Table:
    """Reads a table.

    Args:
        server: that has it.
        name: of the table, in messages.
        zone: of its times, as they say none.
        say: is told of what is missing.
        wall: the wall clock.
        position: where to go on.
    """

    def __init__(
        self,
        server: Server,
        name: str,
        zone: tzinfo,
        say: Callable[[str], object],
        wall: Callable[[], int],
        position: TablePosition | None = None,
    ) -> None:
        self._server = server
        self._name = name
        self._zone = zone
        self._say = say
        self._wall = wall
        self._waits_since: tuple[int, int] | None = None
        self.position = TablePosition() if position is None else position

    def read(self) -> list[Line]:
        """The next rows as lines; none when there are no more for now.

        Raises:
            ServerAwayError: the server can't be asked now.
        """
        position, now = self.position, self._wall()
        missing = [each for each in position.missing if each.until > now]
        ids = [n for each in missing for n in range(each.first, each.last + 1)]
        found = self._server.rows(position.id, ids[:_MOST_MISSING], _TOGETHER)
        if not found:
            self._check_begun_anew()
            return []
        late = {row.id for row in found if row.id <= position.id}
        lines, newest, at = list[Line](), position.id, position.at
        for row in found:
            line, at_row = self._line(row, at)
            if row.id > newest:
                if row.id - newest > self._server.step and at_row > now - _NEW:
                    if self._waits(newest, now):
                        break
                    if newest:  # else its first rows may have been removed long ago
                        missing.append(Missing(newest + 1, row.id - 1, now + _LOOKED_FOR))
                        self._say_missing(newest + 1, row.id - 1)
                newest, at = row.id, max(at, at_row)
            lines.append(line)
        if lines:
            self.position = TablePosition(
                newest, _without(missing, late)[-_MOST_MISSING:], at, position.of
            )
        return lines

    def _waits(self, newest: int, now: int) -> bool:
        """Whether what is missing behind this id may still come before the next."""
        if self._waits_since is None or self._waits_since[0] != newest:
            self._waits_since = (newest, now)
        return now - self._waits_since[1] < WAIT_FOR_ROWS

    def _say_missing(self, first: int, last: int) -> None:
        which = f"row {first} is" if first == last else f"rows {first} to {last} are"
        self._say(
            f"{self._name}: {which} missing, after {WAIT_FOR_ROWS // SECOND} s of waiting: rows "
            f"behind are read, and what comes within {_LOOKED_FOR // MINUTE} minutes is read then"
        )

    def _check_begun_anew(self) -> None:
        newest = self._server.newest()
        if newest is not None and newest < self.position.id:
            self._say(
                f"{self._name}: its newest row is {newest}, and {self.position.id} was read "
                "before: it was made anew, and is read from its beginning"
            )
            self.position = TablePosition(0, [], self.position.at, self.position.of)

    def _line(self, row: Row, latest: int) -> tuple[Line, int]:
        """The line of the file, and the instant; a row whose time is none is refused as a line is
        whose time is none."""
        try:
            at = _instant(row.time, self._zone, latest)
        except ValueError:
            at, time = 0, "?"
        else:
            time = str(at // SECOND)
        text = "|".join((time, *row.fields)).replace("\n", " ").encode("utf-8", "replace")
        return Line(self._name, row.id, text[:LONGEST_LINE], len(text) > LONGEST_LINE), at


def _instant(text: str, zone: tzinfo, latest: int) -> int:
    """The instant of a time: seconds since 1970, or a day with a clock time, of the zone unless it
    has an offset. Of the hour that autumn has twice it is the one that is not long before the
    newest row. Raises ValueError."""
    text = text.strip()
    if text.partition(".")[0].isdecimal():
        return int(text.partition(".")[0]) * SECOND
    moment = iso(text)
    if moment.tzinfo is not None:
        return instants.of(moment)
    at = instants.of(moment.replace(tzinfo=zone))
    if at < latest - CLOCKS_DIFFER:
        again = instants.of(moment.replace(tzinfo=zone, fold=1))
        if latest - CLOCKS_DIFFER <= again:
            return again
    return at


def _without(missing: list[Missing], found: set[int]) -> list[Missing]:
    """What is still missing when these were found."""
    left: list[Missing] = []
    for each in missing:
        first = each.first
        for n in sorted(n for n in found if each.first <= n <= each.last):
            if n > first:
                left.append(Missing(first, n - 1, each.until))
            first = n + 1
        if first <= each.last:
            left.append(Missing(first, each.last, each.until))
    return left
