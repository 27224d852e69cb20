"""What is counted of visits and contacts: one vector that books, windows and statements share.

A tally is a list of whole numbers, so that adding and taking away are exact and any order gives
the same sum; two things that are not sums stand beside it: how the waits of answered visits are
distributed, and the longest wait. Seconds and ratios are derived from it in ``figures``.
"""

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


Entry = tuple[str, int, tuple[int, ...], tuple[tuple[int, int], ...], int, int, int, str]
"""What one visit or contact adds: scope, where it is booked, the counts that it adds one to, the
amounts that it adds, the bucket of its answered wait, its ended wait, since when it is waiting now
(-1: none of these), and a note (empty: none)."""


class Tally:
    """Counts of the visits and contacts booked in one place.

    Attributes:
        counts: one number per name in ``COUNTS``.
        waits: answered visits per wait bucket (seconds, upper bound).
        longest: the longest wait of any ended queue-offered visit, in us; -1 if there is none.
        notes: what else was noted here, with how often; only slots of decisions have any.
    """

    __slots__ = ("counts", "longest", "notes", "waits")

    def __init__(self) -> None:
        self.counts = [0] * WIDTH
        self.waits: dict[int, int] = {}
        self.longest = -1
        self.notes: dict[str, int] = {}

    def __getitem__(self, name: str) -> int:
        return self.counts[INDEX[name]]

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
        counts = self.counts
        for index in entry[2]:
            counts[index] += 1
        for index, amount in entry[3]:
            counts[index] += amount
        bucket = entry[4]
        if bucket >= 0:
            self.waits[bucket] = self.waits.get(bucket, 0) + 1
        if entry[5] > self.longest:
            self.longest = entry[5]
        if entry[7]:
            self.notes[entry[7]] = self.notes.get(entry[7], 0) + 1

    def take(self, entry: Entry) -> bool:
        """Takes back what ``add`` booked.

        Returns:
            False when the entry may have held the longest wait: a maximum can't be taken away, so
            the caller must find it anew among what is still booked here.
        """
        counts = self.counts
        for index in entry[2]:
            counts[index] -= 1
        for index, amount in entry[3]:
            counts[index] -= amount
        if entry[4] >= 0:
            _less(self.waits, entry[4], 1)
        if entry[7]:
            _less(self.notes, entry[7], 1)
        return entry[5] < self.longest or entry[5] < 0

    def plus(self, other: "Tally") -> None:
        """Adds another tally's numbers."""
        self.counts = [a + b for a, b in zip(self.counts, other.counts, strict=True)]
        for bucket, count in other.waits.items():
            self.waits[bucket] = self.waits.get(bucket, 0) + count
        for note, count in other.notes.items():
            self.notes[note] = self.notes.get(note, 0) + count
        self.longest = max(self.longest, other.longest)

    def minus(self, other: "Tally") -> None:
        """Takes another tally's numbers away; ``longest`` is left for the caller to find anew."""
        self.counts = [a - b for a, b in zip(self.counts, other.counts, strict=True)]
        for bucket, count in other.waits.items():
            _less(self.waits, bucket, count)
        for note, count in other.notes.items():
            _less(self.notes, note, count)

    def empty(self) -> bool:
        """Whether nothing is booked here."""
        return not any(self.counts) and self.longest < 0 and not self.waits and not self.notes

    def stored(self) -> list[Any]:
        """The tally as plain values in one canonical order: the form in which it is stored."""
        stored = [self.counts, sorted(self.waits.items()), self.longest]
        return [*stored, sorted(self.notes.items())] if self.notes else stored

    @classmethod
    def from_stored(cls, stored: list[Any]) -> "Tally":
        """The tally that ``stored`` gave; counts added to ``COUNTS`` since then are 0."""
        tally = cls()
        tally.counts = [*stored[0], *[0] * (WIDTH - len(stored[0]))]
        tally.waits = dict(stored[1])
        tally.longest = stored[2]
        if len(stored) > 3:
            tally.notes = dict(stored[3])
        return tally

    def imbalance(self) -> int:
        """By how much the books of a line, or of the city, fail to balance; 0 or they are wrong."""
        of_line = self["line_offered"] - self["open"] - sum(self[name] for name in DISPOSITIONS)
        return abs(of_line)

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
    booked: list[Entry] = []
    city_marks = _city_marks(reading)
    if reading.visits:
        known: set[str] = set()
        kept = reading.answered and not reading.transferred
        answered_at = {
            scope
            for visit in reading.visits
            if visit.disposition is visits.ANSWERED
            for scope in (LINE + visit.line, VENDOR + visit.terms.vendor)
        }
        for visit in sorted(reading.visits, key=_by_beginning):
            marks, amounts, bucket, longest, waiting = _of_visit(visit)
            for scope in (LINE + visit.line, VENDOR + visit.terms.vendor):
                if scope in known:
                    booked.append(
                        (scope, visit.begun, marks, amounts, bucket, longest, waiting, "")
                    )
                    continue
                known.add(scope)
                first = (*marks, _I["contacts"])
                if scope in answered_at:
                    first = (*first, _I["contacts_answered"])
                    if kept:
                        first = (*first, _I["contacts_kept"])
                booked.append((scope, visit.begun, first, amounts, bucket, longest, waiting, ""))
            booked.append((CITY, visit.begun, marks, amounts, bucket, longest, waiting, ""))
    booked.append((CITY, reading.begun, city_marks, (), -1, -1, -1, ""))
    return booked


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


def _of_visit(
    visit: Visit,
) -> tuple[tuple[int, ...], tuple[tuple[int, int], ...], int, int, int]:
    disposition = visit.disposition
    answered = disposition is visits.ANSWERED
    marks = [_I["line_offered"], _DISPOSITION_INDEX[disposition]]
    amounts: list[tuple[int, int]] = []
    bucket = longest = waiting = -1
    if not visit.terms.open:
        marks.append(_I["out_of_hours"])
    if visit.entered is not None:
        marks.append(_I["queue_offered"])
        if disposition is visits.OPEN:
            waiting = visit.entered
        elif visit.wait is not None:
            longest = visit.wait
            if answered:
                bucket = wait_bucket(visit.wait)
                amounts.append((_I["wait_sum"], visit.wait))
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
        if visit.menu >= 0:
            marks.append(_I["menu_count"])
            amounts.append((_I["menu_sum"], visit.menu))
        else:
            marks.append(_I["menu_negative"])
    if visit.talk is not None:
        marks.append(_I["talk_count"])
        amounts.append((_I["talk_sum"], visit.talk))
    if disposition in _CAUSE_INDEX:
        queue, service, reach = _CAUSE_INDEX[disposition]
        if visit.entered is not None:
            marks.append(queue)
        if visit.within is not None:
            marks.append(service)
        if visit.reached is not None:
            marks.append(reach)
    if not visit.terms.open and visit.entered is not None:
        _mark_out_of_hours(visit, marks, amounts)
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
    return tuple(marks), tuple(amounts), bucket, longest, waiting


_OUT_OF_HOURS: Final = {
    visits.ANSWERED: "out_answered",
    visits.CALLBACK: "out_callback",
    visits.ABANDONED: "out_abandoned",
    visits.SHORT_ABANDONED: "out_short_abandoned",
}


def _mark_out_of_hours(visit: Visit, marks: list[int], amounts: list[tuple[int, int]]) -> None:
    """What a queue-offered visit out of hours adds to the figures that do not leave it out."""
    marks.append(_I["out_queue_offered"])
    name = _OUT_OF_HOURS.get(visit.disposition)
    if name is not None:
        marks.append(_I[name])
    if visit.answered is not None and visit.wait is not None:
        amounts.append((_I["out_wait_sum"], visit.wait))


def _mark_further(visit: Visit, marks: list[int]) -> None:
    """The service level at the contract's further thresholds."""
    for within, (offered, answered, abandoned) in zip(visit.further, _FURTHER_INDEX, strict=False):
        if within is None:
            continue
        marks.append(offered)
        if within:
            marks.append(answered if visit.answered is not None else abandoned)
