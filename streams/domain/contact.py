"""A contact is the set of its events.

Four topics arrive in any order, events are told twice, clocks run backwards. A set has no order of
arrival and no repetition, so neither can matter: whatever has been told of one ``call_id`` is
sorted, what was told twice is dropped, and the rest is cut where more than twelve hours lie between
two neighbours. Each piece is a contact. What it means is read by walking through it (``walk``).

All that was told is kept, also what another event with the same id overrules: so putting sets
together, and cutting them, gives the same in whatever parts they come. Rows are those of ``rows``,
flat in one list.

It is longer than a module should be, because what is kept of too many events is part of what a
contact is.
"""

from bisect import bisect_right
from collections.abc import Iterable
from itertools import chain
from operator import itemgetter, lt
from typing import Any, Final, NamedTuple

from streams.domain.instants import HOUR
from streams.domain.rows import (
    CALL_START,
    DIRECTION_FIELD,
    FULL,
    KIND_BITS,
    MENU_FIELD,
    PROPERTIES,
    RANK,
    REVISION_FIELD,
    ROW_WIDTH,
    Row,
    encode,
    told,
)

GAP: Final = 12 * HOUR
"""With more than this between two neighbouring events, one ``call_id`` is two contacts: phone
systems use their ids again, and nobody waits or talks as long without an event."""

MOST_EVENTS: Final = 300
MOST_BYTES: Final = 65_536
"""Of one contact. A usual one has five events and 200 bytes; what is larger is a broken source, and
its state record must stay below what a broker takes as one message."""

_AT: Final = itemgetter(0)

SURELY_SMALL: Final = 16
"""Events that never reach ``MOST_BYTES``: the longest fields come to 3 KB an event."""


class Piece:
    """One contact of a ``call_id``.

    Attributes:
        told: all its distinct events in canonical order: its stored form, a function of the set.
        rows: those that count; ``told`` itself unless two events share an id.
        ats: the instants of these.
        in_order: they are all different.
        conflicting: events that do not count, for another one with their id does.
        too_many: it has more events than are kept; ``told`` is what its booking needs.
        beyond: events that ``told`` left out just now.
    """

    __slots__ = ("ats", "beyond", "conflicting", "in_order", "rows", "told", "too_many")

    def __init__(self, told: list[Any], rows: list[Any], ats: list[int], in_order: bool) -> None:
        self.told = told
        self.rows = rows
        self.ats = ats
        self.in_order = in_order
        self.conflicting = 0
        self.too_many = False
        self.beyond = 0

    @property
    def oldest(self) -> int:
        """Instant of the first event, whether it counts or not."""
        oldest: int = self.told[0]
        return oldest

    @property
    def newest(self) -> int:
        """Instant of the last event, kept or not."""
        return _reach(self.told) if self.too_many or self.conflicting else self.ats[-1]

    def as_of(self, now: int) -> "Piece | None":
        """The contact of the events at or before ``now``; None if there are none."""
        known = bisect_right(self.ats, now)
        if not known:
            return None
        rows = self.rows[: ROW_WIDTH * known]
        ats = self.ats[:known]
        piece = Piece(rows, rows, ats, self.in_order or all(map(lt, ats, ats[1:])))
        piece.conflicting, piece.too_many = self.conflicting, self.too_many
        return piece


def pieces(rows: list[Any]) -> list[Piece]:
    """The contacts that the rows of one ``call_id`` make up, in the order of time.

    Args:
        rows: what was told, in any order and as often as it was told; ``told`` of pieces may be
            among it. At least one.
    """
    ats: list[int] = rows[::ROW_WIDTH]
    events = len(ats)
    if events <= SURELY_SMALL and len(set(rows[2::ROW_WIDTH])) == events:
        in_order = all(map(lt, ats, ats[1:]))
        if not in_order and len(set(ats)) == events:
            # Topics that are caught up with come one after another. Where no two events are at one
            # instant, that alone is their order: half the time of the full one.
            rows, in_order = flat(sorted(_each(rows), key=_AT)), True
            ats.sort()
        if in_order and ats[-1] - ats[0] <= GAP:
            return [Piece(rows, rows, ats, True)]
    return [_piece(part) for part in _cut(_distinct(rows))]


def flat(rows: Iterable[Row]) -> list[Any]:
    """Rows one after another in one list."""
    return [*chain.from_iterable(rows)]


def _distinct(rows: list[Any]) -> list[Row]:
    """The rows in canonical order, without repeats: by instant, kind, id, and of different events
    that are alike in all of these by their bytes."""
    keyed = [
        (at, RANK[code & KIND_BITS], event_id, code, line, more)
        for at, code, event_id, line, more in _each(rows)
    ]
    try:
        keyed.sort()
    except TypeError:  # two are alike, but one told something that the other did not
        keyed.sort(key=lambda key: (*key[:3], encode([key[0], *key[3:]])))
    distinct: list[Row] = []
    for at, _, event_id, code, line, more in keyed:
        row = (at, code, event_id, line, more)
        if not distinct or row != distinct[-1]:
            distinct.append(row)
    return distinct


def _each(rows: list[Any]) -> Iterable[Row]:
    values = iter(rows)
    return zip(values, values, values, values, values, strict=True)


def _cut(ordered: list[Row]) -> Iterable[list[Row]]:
    part: list[Row] = []
    reach = 0
    for row in ordered:
        if part and row[0] - reach > GAP:
            yield part
            part = []
        reach = max(reach, _reach_of(row)) if part else _reach_of(row)
        part.append(row)
    if part:
        yield part


def _piece(part: list[Row]) -> Piece:
    marked = any(row[1] == FULL for row in part)
    rows = flat(part)
    if (
        marked
        or len(part) > MOST_EVENTS
        or (len(part) > SURELY_SMALL and len(encode(rows)) > MOST_BYTES)
    ):
        return _summary(part)
    counted = _by_id(part)
    piece = _made(rows, rows if len(counted) == len(part) else flat(counted))
    piece.conflicting = len(part) - len(counted)
    return piece


def _made(told: list[Any], rows: list[Any]) -> Piece:
    ats = rows[::ROW_WIDTH]
    return Piece(told, rows, ats, all(map(lt, ats, ats[1:])))


def _by_id(part: list[Row]) -> list[Row]:
    """Of each id the event that counts: the highest revision, then the earliest, then the smallest
    bytes."""
    first: dict[str, Row] = {}
    for row in part:
        known = first.get(row[2])
        if known is None or _precedence(row) < _precedence(known):
            first[row[2]] = row
    return [row for row in part if first[row[2]] is row]


def _precedence(row: Row) -> tuple[int, int, bytes]:
    return -(told(row[4], REVISION_FIELD) or 0), row[0], encode(list(row))


def _summary(part: list[Row]) -> Piece:
    """What is kept of a contact with too many events: the first and the last, the first start, and
    the first that tells each property. Each is a minimum or maximum, so it is the same whatever
    arrived first. A row before them says up to when the contact reaches."""
    events = [row for row in part if row[1] != FULL]
    kept = {0, len(events) - 1}
    kept.update(_first(events, lambda row: row[1] & KIND_BITS == CALL_START))
    for what in PROPERTIES:
        kept.update(_first(events, lambda row, what=what: told(row[4], what) is not None))
    summary = [events[index] for index in sorted(kept)]
    newest = max(_reach_of(row) for row in part)
    marker: Row = (events[0][0], FULL, "", "", [newest])
    piece = _made(flat([*summary, marker]), flat(summary))
    piece.too_many = True
    piece.beyond = len(events) - len(summary)
    return piece


def _first(events: list[Row], wanted: Any) -> list[int]:
    return [index for index, row in enumerate(events) if wanted(row)][:1]


def _reach_of(row: Row) -> int:
    if row[1] == FULL:
        assert type(row[4]) is list
        newest: int = row[4][0]
        return newest
    return row[0]


def _reach(rows: list[Any]) -> int:
    return max(_reach_of(row) for row in _each(rows))


class Properties(NamedTuple):
    """What is true of the whole contact: each is told by its first event that tells it.

    Attributes:
        conflicting: events that told a property otherwise later.
    """

    direction: str | None = None
    channel: str | None = None
    entry: str | None = None
    language: str | None = None
    menu: str | None = None
    conflicting: int = 0

    @property
    def outgoing(self) -> bool:
        """Whether the city itself dialled."""
        return self.direction == "outbound"


def tells_properties(rows: list[Any]) -> bool:
    """Whether any event may tell a property: those that do tell more than their kind usually
    does."""
    return list in map(type, rows[4::ROW_WIDTH])


_NOTHING_TOLD: Final = Properties()

# A city has some hundred combinations of entrance, language and menu; to find what was found before
# takes a fifth of the time. A memory that has grown to its bound is emptied.
_COMBINATIONS_KEPT: Final = 10_000
_combinations: dict[tuple[tuple[str | None, ...], ...], Properties] = {}


def properties(rows: list[Any], order: Iterable[int]) -> Properties:
    """The properties of a contact.

    Args:
        rows: its events that count.
        order: the numbers of these in the order of the walk.
    """
    mores = rows[4::ROW_WIDTH]
    tellers = tuple(
        [tuple(more[DIRECTION_FIELD : MENU_FIELD + 1]) for more in mores if type(more) is list]
    )
    if not tellers:
        return _NOTHING_TOLD
    known = _combinations.get(tellers)
    if known is None:
        if len(_combinations) >= _COMBINATIONS_KEPT:
            _combinations.clear()
        known = _combinations[tellers] = properties_told(tellers)
    if not known.conflicting:
        return known  # where all tell the same, it is the same in any order
    return properties_told(
        tuple(
            tuple(mores[row][DIRECTION_FIELD : MENU_FIELD + 1])
            for row in order
            if type(mores[row]) is list
        )
    )


def properties_told(tellers: tuple[tuple[str | None, ...], ...]) -> Properties:
    """The properties of a contact by what each event told of them, in the order of the walk."""
    if not tellers:
        return _NOTHING_TOLD
    full = [(*teller, *(None,) * len(PROPERTIES))[: len(PROPERTIES)] for teller in tellers]
    found: list[str | None] = []
    conflicting: set[int] = set()
    for values in zip(*full, strict=True):
        first = next((value for value in values if value is not None), None)
        found.append(first)
        conflicting.update(
            row for row, value in enumerate(values) if value is not None and value != first
        )
    direction, channel, entry, language, menu = found
    return Properties(direction, channel, entry, language, menu, len(conflicting))
