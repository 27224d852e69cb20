"""What is counted of visits and contacts: one vector that books, windows and statements share.

A tally is a vector of whole numbers, so that adding and taking away are exact and any order gives
the same sum; two things that are not sums stand beside it: how the waits of answered visits are
distributed, and the longest wait. Seconds and ratios are derived from it in ``figures``.
"""

import struct
from typing import Any, Final, TypeVar

from streams.domain import visits
from streams.domain.instants import SECOND
from streams.domain.plan.model import MOST_FURTHER_THRESHOLDS
from streams.domain.visits import DISPOSITIONS, Reading, Visit

CAUSES: Final = (
    visits.OVERFLOWED,
    visits.CALLBACK,
    visits.CLOSED,
    visits.BLOCKED,
    visits.LOST,
)
"""Dispositions that a contract may lay at somebody else's door than the vendor's."""

FURTHER: Final = tuple(range(2, 2 + MOST_FURTHER_THRESHOLDS))
FURTHER_PARTS: Final = ("service_offered", "answered_within", "abandoned_within")

COUNTS: Final = (
    "contacts",
    "line_offered",
    "queue_offered",
    "open",
    "out_of_hours",
    *DISPOSITIONS,
    # Service level: over decided, queue-offered visits in hours.
    "service_offered",
    "service_answered",
    "answered_within",
    "service_abandoned",
    "abandoned_within",
    # Reachability of visits, in hours; callbacks that stay out of it.
    "reach_judged",
    "reach_reached",
    "reach_callbacks",
    # Durations in us, with how many they were taken from.
    "wait_sum",
    "menu_sum",
    "menu_count",
    "menu_negative",
    "talk_sum",
    "talk_count",
    # Answer station, not distribution station.
    "contacts_answered",
    "contacts_kept",
    "wrong_choices",
    "second_line_offered",
    "second_line_within",
    "second_line_forms",
    # Of callers, known to whoever has all calls of one.
    "repeat_callers",
    "callbacks_kept",
    # Of contacts, for the city.
    visits.WITH_VISIT,
    visits.MENU_ABANDONED,
    visits.ENTRANCE_BLOCKED,
    visits.ENTRANCE_CLOSED,
    visits.OPEN_IN_MENU,
    visits.ORPHAN,
    "contacts_judged",
    "contacts_reached",
    # What a contract may leave out by its cause: of the queue-offered, of those that the service
    # level is of, of those that reachability is of; and everything out of hours.
    *(f"{part}_{cause}" for part in ("queue", "service", "reach") for cause in CAUSES),
    "out_queue_offered",
    "out_callback",
    "out_abandoned",
    "out_short_abandoned",
    "out_answered",
    "out_wait_sum",
    # The service level at the contract's further thresholds.
    *(f"{part}_{n}" for n in FURTHER for part in FURTHER_PARTS),
)
"""What each number of a tally counts, in its order; the order is part of the stored form."""

INDEX: Final = {name: index for index, name in enumerate(COUNTS)}
WIDTH: Final = len(COUNTS)

# Waits are kept by the second up to two minutes, where thresholds lie, by 5 s up to ten minutes
# and by the minute beyond: at most 336 buckets up to the four hours after which a call is lost.
_FINE, _COARSE = 120, 600


def wait_bucket(wait: int) -> int:
    """The upper bound, in whole seconds, of the bucket that a wait in us falls into.

    >>> wait_bucket(20_000_000), wait_bucket(20_000_001), wait_bucket(601_000_000)
    (20, 21, 660)
    """
    seconds = -(-wait // SECOND)
    if seconds <= _FINE:
        return seconds
    step = 5 if seconds <= _COARSE else 60
    return -(-seconds // step) * step


Entry = tuple[str, int, int, int, int, int, str]
"""What one visit or contact adds: scope, where it is booked, its counts and amounts (packed), the
bucket of its answered wait, its ended wait, since when it is waiting now (-1: none of these), and a
note (empty: none)."""

_BITS: Final = 64
_MASK: Final = (1 << _BITS) - 1
_UNPACK: Final = struct.Struct(f"<{WIDTH}Q")

_OFFERED, _OPEN = INDEX["line_offered"], INDEX["open"]
_ENDED: Final = slice(INDEX[DISPOSITIONS[0]], INDEX[DISPOSITIONS[-1]] + 1)

ONE: Final = {name: 1 << _BITS * index for name, index in INDEX.items()}
"""What counting one under a name adds to packed counts."""


class Tally:
    """Counts of the visits and contacts booked in one place.

    The counts are packed into one whole number, 64 bits each: adding a visit to a slot, or a slot
    to a window, is one addition instead of eighty, which made the books four times as fast. None
    can go below 0, and 64 bits hold 500,000 years of waiting, so they never touch.

    Attributes:
        packed: the counts.
        waits: answered visits per wait bucket (seconds, upper bound).
        longest: the longest wait of any ended queue-offered visit, in us; -1 if there is none.
        notes: what else was noted here, with how often; only slots of decisions have any.
    """

    __slots__ = ("longest", "notes", "packed", "waits")

    def __init__(self, packed: int = 0) -> None:
        self.packed = packed
        self.waits: dict[int, int] = {}
        self.longest = -1
        self.notes: dict[str, int] = {}

    @classmethod
    def of(cls, **counts: int) -> "Tally":
        """A tally of these counts.

        >>> Tally.of(contacts=3)["contacts"]
        3
        """
        return cls(sum(ONE[name] * count for name, count in counts.items()))

    @property
    def counts(self) -> tuple[int, ...]:
        """One number per name in ``COUNTS``."""
        return _UNPACK.unpack(self.packed.to_bytes(_UNPACK.size, "little"))

    def __getitem__(self, name: str) -> int:
        return self.packed >> _BITS * INDEX[name] & _MASK

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Tally):
            return NotImplemented
        return self.stored() == other.stored()

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        counted = {name: n for name, n in zip(COUNTS, self.counts, strict=True) if n}
        return f"Tally({counted}, longest={self.longest})"

    def add(self, entry: Entry) -> None:
        """Books what a visit or contact adds."""
        _, _, packed, bucket, wait, _, note = entry
        self.packed += packed
        if bucket >= 0:
            self.waits[bucket] = self.waits.get(bucket, 0) + 1
        if wait > self.longest:
            self.longest = wait
        if note:
            self.notes[note] = self.notes.get(note, 0) + 1

    def take(self, entry: Entry) -> bool:
        """Takes back what ``add`` booked.

        Returns:
            False when the entry may have held the longest wait: a maximum can't be taken away, so
            the caller must find it anew among what is still booked here.
        """
        _, _, packed, bucket, wait, _, note = entry
        self.packed -= packed
        if bucket >= 0:
            _less(self.waits, bucket, 1)
        if note:
            _less(self.notes, note, 1)
        return wait < self.longest or wait < 0

    def plus(self, other: "Tally") -> None:
        """Adds another tally's numbers."""
        self.packed += other.packed
        for bucket, count in other.waits.items():
            self.waits[bucket] = self.waits.get(bucket, 0) + count
        for note, count in other.notes.items():
            self.notes[note] = self.notes.get(note, 0) + count
        self.longest = max(self.longest, other.longest)

    def minus(self, other: "Tally") -> None:
        """Takes another tally's numbers away; ``longest`` is left for the caller to find anew."""
        self.packed -= other.packed
        for bucket, count in other.waits.items():
            _less(self.waits, bucket, count)
        for note, count in other.notes.items():
            _less(self.notes, note, count)

    def empty(self) -> bool:
        """Whether nothing is booked here."""
        return not self.packed and self.longest < 0 and not self.waits and not self.notes

    def stored(self) -> list[Any]:
        """The tally as plain values in one canonical order: the form in which it is stored."""
        waits = self.waits
        stored = [
            list(self.counts) if self.packed else [],
            sorted(waits.items()) if len(waits) > 1 else [*waits.items()],
            self.longest,
        ]
        return [*stored, sorted(self.notes.items())] if self.notes else stored

    @classmethod
    def from_stored(cls, stored: list[Any]) -> "Tally":
        """The tally that ``stored`` gave; counts added to ``COUNTS`` since then are 0."""
        tally = cls()
        counts = stored[0]
        missing = [0] * (WIDTH - len(counts))
        tally.packed = int.from_bytes(_UNPACK.pack(*counts, *missing), "little")
        tally.waits = dict(stored[1])
        tally.longest = stored[2]
        if len(stored) > 3:
            tally.notes = dict(stored[3])
        return tally

    def imbalance(self) -> int:
        """By how much the books of a line, or of the city, fail to balance; 0 or they are wrong."""
        counts = self.counts
        return abs(counts[_OFFERED] - counts[_OPEN] - sum(counts[_ENDED]))

    def contacts_imbalance(self) -> int:
        """By how much the city's contacts fail to balance; 0 or the books are wrong."""
        return abs(
            self["contacts"]
            - self[visits.WITH_VISIT]
            - self[visits.MENU_ABANDONED]
            - self[visits.ENTRANCE_BLOCKED]
            - self[visits.ENTRANCE_CLOSED]
            - self[visits.OPEN_IN_MENU]
        )


_K = TypeVar("_K")


def _less(counts: dict[_K, int], key: _K, by: int) -> None:
    """Counts down, and lets go of what has come to nothing."""
    left = counts.get(key, 0) - by
    if left:
        counts[key] = left
    else:
        counts.pop(key, None)


CITY: Final = "city"
LINE: Final = "line:"
VENDOR: Final = "vendor:"
"""Scopes: ``city``, ``line:ID`` and ``vendor:ID``."""

_I = INDEX
_CAUSE_INDEX: Final = {
    cause: tuple(INDEX[f"{part}_{cause}"] for part in ("queue", "service", "reach"))
    for cause in CAUSES
}
_FURTHER_INDEX: Final = tuple(
    tuple(INDEX[f"{part}_{n}"] for part in FURTHER_PARTS) for n in FURTHER
)
_DISPOSITION_INDEX: Final = {name: INDEX[name] for name in (*DISPOSITIONS, visits.OPEN)}


def entries(reading: Reading) -> list[Entry]:
    """Everything that a contact adds to the books: per visit to its line, its vendor and the city,
    and itself once to each line and vendor that it visited and to the city."""
    of_city = (CITY, reading.begun, _packed(_city_marks(reading)), -1, -1, -1, "")
    visited = reading.visits
    if not visited:
        return [of_city]
    answered = ONE["contacts_answered"]
    if not reading.transferred:
        answered += ONE["contacts_kept"]
    if len(visited) == 1:
        visit = visited[0]
        begun = visit.begun
        packed, bucket, wait, waiting = _of_visit(visit)
        once = packed + ONE["contacts"]
        if reading.answered:
            once += answered
        line, vendor = scopes(visit)
        return [
            (line, begun, once, bucket, wait, waiting, ""),
            (vendor, begun, once, bucket, wait, waiting, ""),
            (CITY, begun, packed, bucket, wait, waiting, ""),
            of_city,
        ]
    booked: list[Entry] = []
    known: set[str] = set()
    answered_at = {
        scope
        for visit in visited
        if visit.disposition is visits.ANSWERED
        for scope in scopes(visit)
    }
    for visit in sorted(visited, key=_by_beginning):
        packed, bucket, wait, waiting = _of_visit(visit)
        for scope in scopes(visit):
            once = packed
            if scope not in known:
                known.add(scope)
                once += ONE["contacts"]
                if scope in answered_at:
                    once += answered
            booked.append((scope, visit.begun, once, bucket, wait, waiting, ""))
        booked.append((CITY, visit.begun, packed, bucket, wait, waiting, ""))
    booked.append(of_city)
    return booked


_scopes: dict[tuple[str, str], tuple[str, str]] = {}


def scopes(visit: Visit) -> tuple[str, str]:
    """The scopes of a visit's line and vendor; there are as many pairs as in the plan, so each is
    made once."""
    pair = visit.line, visit.terms.vendor
    named = _scopes.get(pair)
    if named is None:
        named = _scopes[pair] = LINE + pair[0], VENDOR + pair[1]
    return named


_patterns: dict[tuple[int, ...], int] = {}


def _packed(marks: tuple[int, ...]) -> int:
    """One each of these counts, packed."""
    packed = _patterns.get(marks)
    if packed is None:
        packed = _patterns[marks] = sum(1 << _BITS * index for index in marks)
    return packed


def _by_beginning(visit: Visit) -> tuple[int, str, int]:
    return visit.begun, visit.line, visit.number


def _city_marks(reading: Reading) -> tuple[int, ...]:
    if reading.outcome is visits.ORPHAN:
        return (_I[visits.ORPHAN],)
    marks = [_I["contacts"], _I[reading.outcome]]
    if reading.answered:
        marks.append(_I["contacts_answered"])
        if not reading.transferred:
            marks.append(_I["contacts_kept"])
    if reading.reached is not None:
        marks.append(_I["contacts_judged"])
        if reading.reached:
            marks.append(_I["contacts_reached"])
    return tuple(marks)


# Visits come in a few hundred patterns, so what each counts is made once: that took a third of the
# time of the books.
_visit_patterns: dict[tuple[object, ...], int] = {}


def _of_visit(visit: Visit) -> tuple[int, int, int, int]:
    """A visit's packed counts, the bucket of its answered wait, its ended wait, its waiting."""
    terms = visit.terms
    disposition = visit.disposition
    entered = visit.entered
    menu, talk, wait = visit.menu, visit.talk, visit.wait
    pattern = (
        disposition,
        terms.open,
        entered is None,
        visit.within,
        visit.reached,
        None if menu is None else menu < 0,
        talk is None,
        terms.tier,
        visit.transferred_to,
        visit.by_transfer,
        terms.permanence,
        visit.in_time,
        visit.further,
    )
    packed = _visit_patterns.get(pattern)
    if packed is None:
        packed = _visit_patterns[pattern] = _packed(tuple(_marks(visit)))
    bucket = ended = waiting = -1
    if entered is not None:
        if disposition is visits.OPEN:
            waiting = entered
        elif wait is not None:
            ended = wait
            if disposition is visits.ANSWERED:
                bucket = wait_bucket(wait)
                packed += wait << _WAIT
                if not terms.open:
                    packed += wait << _OUT_WAIT
    if menu is not None and menu > 0:
        packed += menu << _MENU
    if talk is not None:
        packed += talk << _TALK
    return packed, bucket, ended, waiting


_WAIT, _OUT_WAIT, _MENU, _TALK = (
    _BITS * INDEX[name] for name in ("wait_sum", "out_wait_sum", "menu_sum", "talk_sum")
)


def _marks(visit: Visit) -> list[int]:
    """The counts that a visit adds one to."""
    disposition = visit.disposition
    answered = disposition is visits.ANSWERED
    marks = [_I["line_offered"], _DISPOSITION_INDEX[disposition]]
    if not visit.terms.open:
        marks.append(_I["out_of_hours"])
    if visit.entered is not None:
        marks.append(_I["queue_offered"])
        if visit.within is not None:
            marks.append(_I["service_offered"])
            if answered:
                marks.append(_I["service_answered"])
                if visit.within:
                    marks.append(_I["answered_within"])
            elif disposition in (visits.ABANDONED, visits.SHORT_ABANDONED):
                marks.append(_I["service_abandoned"])
                if visit.within:
                    marks.append(_I["abandoned_within"])
    if visit.reached is not None:
        marks.append(_I["reach_judged"])
        if visit.reached:
            marks.append(_I["reach_reached"])
    elif disposition is visits.CALLBACK and visit.terms.open:
        marks.append(_I["reach_callbacks"])
    if visit.menu is not None:
        marks.append(_I["menu_count"] if visit.menu >= 0 else _I["menu_negative"])
    if visit.talk is not None:
        marks.append(_I["talk_count"])
    if disposition in _CAUSE_INDEX:
        queue, service, reach = _CAUSE_INDEX[disposition]
        if visit.entered is not None:
            marks.append(queue)
        if visit.within is not None:
            marks.append(service)
        if visit.reached is not None:
            marks.append(reach)
    if not visit.terms.open and visit.entered is not None:
        marks.append(_I["out_queue_offered"])
        if disposition in _OUT_OF_HOURS:
            marks.append(_I[_OUT_OF_HOURS[disposition]])
    if visit.further:
        _mark_further(visit, marks)
    if answered and visit.terms.tier == 1 and visit.transferred_to == 1:
        marks.append(_I["wrong_choices"])
    if visit.by_transfer and visit.terms.tier == 2:
        if visit.terms.permanence == "none":
            marks.append(_I["second_line_forms"])
        elif visit.in_time is not None:
            marks.append(_I["second_line_offered"])
            if visit.in_time:
                marks.append(_I["second_line_within"])
    return marks


_OUT_OF_HOURS: Final = {
    visits.ANSWERED: "out_answered",
    visits.CALLBACK: "out_callback",
    visits.ABANDONED: "out_abandoned",
    visits.SHORT_ABANDONED: "out_short_abandoned",
}


def _mark_further(visit: Visit, marks: list[int]) -> None:
    """The service level at the contract's further thresholds."""
    for within, (offered, answered, abandoned) in zip(visit.further, _FURTHER_INDEX, strict=False):
        if within is None:
            continue
        marks.append(offered)
        if within:
            marks.append(answered if visit.answered is not None else abandoned)
