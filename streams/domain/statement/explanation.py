"""The visits behind a figure, and why each counted as it did.

For every visit to a line that begins in a span: its facts, its wait by the contract's clock, and
for each of the contract's measures whether it is above the line, below it, or outside, and by which
word of the definition. Callers are pseudonyms already when they come in.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from streams.domain import visits
from streams.domain.books import INTERVAL, start_of
from streams.domain.entries import entries
from streams.domain.journey import Contact
from streams.domain.plan import Plan
from streams.domain.plan.model import Contract, Measure
from streams.domain.statement import counting
from streams.domain.statement.assignments import (
    ABANDONMENT,
    ASA,
    REACHABILITY,
    Assignment,
    measures,
    rule,
)
from streams.domain.statement.counting import OUT_OF_HOURS, Count
from streams.domain.statement.exclusions import CAUSE, VOLUME, Excluding, applying
from streams.domain.tally import Tally
from streams.domain.visits import Reading, Visit, resolve

HIT: Final = "hit"
MISS: Final = "miss"
OUTSIDE: Final = "outside"
UNDECIDED: Final = "undecided"


@dataclass(frozen=True, slots=True)
class Counted:
    """How a visit counted for one measure.

    Attributes:
        measure: which.
        verdict: ``hit``, ``miss``, ``outside`` of the measure, or ``undecided``. Of abandonment, a
            miss is an abandon; of the average speed of answer, a hit is an answer.
        why: a word for the rule that decided it.
        excluded: the exclusion that leaves it out, with what remains of it if that is a part.
    """

    measure: Measure
    verdict: str
    why: str
    excluded: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Explained:
    """A visit, with the contact that it is of."""

    contact: Contact
    visit: Visit
    counted: tuple[Counted, ...]

    @property
    def contract(self) -> Contract:
        """By which it was judged."""
        return self.visit.terms.contract


def explain(
    contacts: Iterable[Contact], plan: Plan, line: str, since: int, until: int, now: int
) -> tuple[list[Explained], Tally]:
    """The visits to a line that begin in a span, in the order of their beginning, and the tally
    that they come to."""
    found: list[tuple[Contact, Visit]] = []
    total = Tally()
    scope = f"line:{line}"
    booked: dict[int, Tally] = {}
    for contact in contacts:
        reading = resolve(contact, plan, now)
        if reading is None:
            continue
        if not any(_of_line(visit, line, since - INTERVAL * 4, until) for visit in reading.visits):
            continue
        for entry in entries(reading):
            booked_in, at, _, _, _, _, _ = entry
            if booked_in == scope:
                booked.setdefault(start_of(at, INTERVAL), Tally()).add(entry)
                if since <= at < until:
                    total.add(entry)
        found += _visits(contact, reading, line, since, until)
    excluding = Excluding(plan, {line: [(start, booked[start]) for start in sorted(booked)]})
    explained = [
        Explained(contact, visit, tuple(_counted(visit, excluding))) for contact, visit in found
    ]
    explained.sort(key=lambda each: (each.visit.begun, each.contact.call_id, each.visit.number))
    return explained, total


def _of_line(visit: Visit, line: str, since: int, until: int) -> bool:
    return visit.line == line and since <= visit.begun < until + INTERVAL * 4


def _visits(
    contact: Contact, reading: Reading, line: str, since: int, until: int
) -> list[tuple[Contact, Visit]]:
    return [
        (contact, visit)
        for visit in reading.visits
        if visit.line == line and since <= visit.begun < until
    ]


def _counted(visit: Visit, excluding: Excluding) -> Iterable[Counted]:
    contract = visit.terms.contract
    holding = Assignment(visit.line, contract, -visits.NEVER, visits.NEVER)
    start = start_of(visit.begun, INTERVAL)
    for measure in measures(contract):
        if measure.lines and visit.line not in measure.lines:
            continue
        verdict, why = _verdict(visit, measure)
        excluded = []
        for exclusion in applying(holding, rule(contract, measure)):
            if exclusion.kind == CAUSE:
                leaves_out = visit.disposition in exclusion.causes or (
                    OUT_OF_HOURS in exclusion.causes and not visit.terms.open
                )
            elif exclusion.kind == VOLUME:
                leaves_out = excluding.share(exclusion, start, holding) < 1
            else:
                leaves_out = excluding.touches(exclusion, start)
            if leaves_out and verdict != OUTSIDE:
                excluded.append(exclusion.id)
        yield Counted(measure, verdict, why, tuple(excluded))


def _verdict(visit: Visit, measure: Measure) -> tuple[str, str]:
    figure = measure.figure
    if figure == ASA:
        answered = visit.disposition is visits.ANSWERED
        return (HIT, visits.ANSWERED) if answered else (OUTSIDE, visit.disposition)
    if figure != ABANDONMENT and not visit.terms.open:
        return OUTSIDE, OUT_OF_HOURS
    if figure == REACHABILITY:
        if visit.reached is None:
            decided = visit.disposition is not visits.OPEN
            return (OUTSIDE if decided else UNDECIDED), visit.disposition
        return (HIT if visit.reached else MISS), visit.disposition
    if visit.entered is None:
        return OUTSIDE, "never_queued"
    if figure == ABANDONMENT:
        return _abandoned(visit)
    return _in_time(visit, measure)


def _abandoned(visit: Visit) -> tuple[str, str]:
    if visit.disposition is visits.SHORT_ABANDONED and not visit.terms.contract.short_counts:
        return OUTSIDE, visits.SHORT_ABANDONED
    gone = visit.disposition in (visits.ABANDONED, visits.SHORT_ABANDONED)
    return (MISS if gone else HIT), visit.disposition


def _in_time(visit: Visit, measure: Measure) -> tuple[str, str]:
    """By the measure's threshold and formula."""
    contract = visit.terms.contract
    within = visit.within
    # A visit that no threshold decides (a short abandon that the contract excludes) has none.
    if visit.further and measure.threshold != contract.threshold:
        within = visit.further[contract.further.index(measure.threshold)]
    if within is None:
        if visit.disposition is visits.OPEN:
            return UNDECIDED, visits.OPEN
        return OUTSIDE, visit.disposition
    answered = visit.disposition is visits.ANSWERED
    abandoned = visit.disposition in (visits.ABANDONED, visits.SHORT_ABANDONED)
    if measure.formula == "answered_only" and not answered:
        return OUTSIDE, visit.disposition
    if answered:
        return (HIT, "in_time") if within else (MISS, "too_late")
    if abandoned and within and measure.formula == "abandons_ignored":
        return OUTSIDE, "hung_up_in_time"
    if abandoned and within and measure.formula == "abandons_positive":
        return HIT, "hung_up_in_time"
    return MISS, visit.disposition if visit.disposition is not visits.OPEN else "still_waiting"


def total(explained: Iterable[Explained], measure_id: str) -> Count:
    """What the visits come to for a measure, before exclusions: hits and all; of abandonment,
    misses and all; of the average speed of answer, waits and answers."""
    count = counting.NOTHING
    for each in explained:
        for counted in each.counted:
            if counted.measure.id != measure_id or counted.verdict not in (HIT, MISS):
                continue
            part = int(counted.verdict == HIT)
            if counted.measure.figure == ABANDONMENT:
                part = 1 - part
            elif counted.measure.figure == ASA:
                part = each.visit.wait or 0
            count = count.plus(Count(part, 1))
    return count
