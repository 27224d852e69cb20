"""The visits behind a figure, and why each counted as it did.

For every visit to a line that begins in a span: its facts, its wait by the contract's clock, and
for each of the contract's measures whether it is above the line, below it, or outside, and by which
word of the definition. Callers are pseudonyms already when they come in.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from streams.domain import caller_history as callers
from streams.domain.became import NUISANCE
from streams.domain.books import INTERVAL, start_of
from streams.domain.call_events import Contact
from streams.domain.contact import Piece
from streams.domain.disposition import ANSWERED
from streams.domain.entries import by_beginning, entries
from streams.domain.figures import measured
from streams.domain.figures.measure import (
    HIT,
    MISS,
    OUT_OF_HOURS,
    OUTSIDE,
    Count,
    Judged,
    OfContact,
    Verdict,
)
from streams.domain.judge import judge
from streams.domain.outcome import NEVER, OUTGOING, Outcome, Visit
from streams.domain.plan import Plan
from streams.domain.plan.model import Contract, Measure
from streams.domain.statement import counting
from streams.domain.statement.assignments import (
    Assignment,
    measures,
    rule,
)
from streams.domain.statement.exclusions import CAUSE, VOLUME, Excluding, applying
from streams.domain.statement.happened import Happened, happened
from streams.domain.tally import LINE, Tally

Kept = Mapping[tuple[str, str, int], bool | None]
"""Whether each callback was kept in time; None while it still can be. By its contact, its line's
scope and the beginning of its visit."""


@dataclass(frozen=True, slots=True)
class Counted:
    """How a visit counted for one measure.

    Attributes:
        measure: which.
        verdict: ``hit``, ``miss``, ``outside`` of the measure, or ``undecided``. Of abandonment, a
            miss is an abandon; of a mean duration, a hit adds its amount.
        why: a word for the rule that decided it.
        excluded: the exclusion that leaves it out, with what remains of it if that is a part.
    """

    measure: Measure
    verdict: str
    why: str
    excluded: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Explained:
    """A visit, with the contact that it is of: its call id, events, and what they came to."""

    call_id: str
    piece: Piece
    outcome: Outcome
    visit: Visit
    counted: tuple[Counted, ...]

    @property
    def contract(self) -> Contract:
        """By which it was judged."""
        return self.visit.terms.contract

    @property
    def walk(self) -> list[Happened]:
        """Its contact step by step."""
        return happened(self.piece)

    @property
    def transferred(self) -> int | None:
        """When another line passed the caller on to it; None where none did."""
        return self.piece.ats[self.visit.found.transfer] if self.visit.by_transfer else None


def explain(
    contacts: Iterable[Contact], plan: Plan, line: str, since: int, until: int, now: int
) -> tuple[list[Explained], Tally]:
    """The visits to a line that begin in a span, in the order of their beginning, and the tally
    that they come to."""
    found: list[tuple[str, Piece, Outcome, Visit]] = []
    calls: dict[str, list[callers.Call]] = {}
    total = Tally()
    scope = LINE + line
    booked: dict[int, Tally] = {}
    for call_id, piece in ((each.call_id, piece) for each in contacts for piece in each.pieces()):
        known = piece if piece.ats[-1] <= now else piece.as_of(now)
        outcome = None if known is None else judge(known, plan, now)
        if known is None or outcome is None:
            continue
        call = callers.call(call_id, outcome)
        if call is not None:
            calls.setdefault(call.caller, []).append(call)
        if outcome.outcome is OUTGOING or outcome.channel:
            continue
        if not any(_of_line(visit, line, since - INTERVAL * 4, until) for visit in outcome.visits):
            continue
        for entry in entries(outcome):
            booked_in, at, *_ = entry
            if booked_in == scope:
                booked.setdefault(start_of(at, INTERVAL), Tally()).add(entry)
                if since <= at < until:
                    total.add(entry)
        found += [
            (call_id, known, outcome, visit)
            for visit in outcome.visits
            if visit.line == line and since <= visit.begun < until
        ]
    for each in calls.values():
        if not callers.matter(each):
            continue
        for entry in callers.entries(each, now, plan.day_of):
            booked_in, at, *_ = entry
            if booked_in == scope and start_of(at, INTERVAL) in booked:
                booked[start_of(at, INTERVAL)].add(entry)
                if since <= at < until:
                    total.add(entry)
    kept = kept_callbacks(calls.values(), now)
    excluding = Excluding(plan, {line: [(start, booked[start]) for start in sorted(booked)]})
    explained = [
        Explained(
            call_id,
            piece,
            outcome,
            visit,
            tuple(counted(call_id, visit, outcome, kept, excluding)),
        )
        for call_id, piece, outcome, visit in found
    ]
    explained.sort(key=lambda each: (each.visit.begun, each.call_id, each.visit.nth))
    return explained, total


def _of_line(visit: Visit, line: str, since: int, until: int) -> bool:
    return visit.line == line and since <= visit.begun < until + INTERVAL * 4


def kept_callbacks(calls: Iterable[Collection[callers.Call]], now: int) -> Kept:
    """What became of all callbacks that these callers accepted.

    Args:
        calls: those of each caller.
    """
    return {
        (call.contact, scope, at): in_time
        for of_caller in calls
        if callers.matter(of_caller)
        for call, callback, in_time in callers.callbacks(of_caller, now)
        for scope, at in callback.bookings
        if scope.startswith(LINE)
    }


def counted(
    call_id: str, visit: Visit, outcome: Outcome, known: Kept, excluding: Excluding
) -> Iterable[Counted]:
    """How a visit counts for each measure of the contract that it was judged by."""
    kept = known.get((f"{call_id}@{outcome.begun}", LINE + visit.line, visit.begun))
    contract = visit.terms.contract
    holding = Assignment(visit.line, contract, -NEVER, NEVER)
    start = start_of(visit.begun, INTERVAL)
    for measure in measures(contract):
        if measure.lines and visit.line not in measure.lines:
            continue
        verdict, why = _verdict(visit, outcome, kept, measure)
        by_itself = not measured(measure.figure).of_contacts
        excluded = []
        for exclusion in applying(holding, rule(contract, measure)):
            if exclusion.kind == CAUSE:
                leaves_out = (by_itself and visit.disposition in exclusion.causes) or (
                    OUT_OF_HOURS in exclusion.causes and not visit.in_hours
                )
            elif exclusion.kind == VOLUME:
                leaves_out = excluding.share(exclusion, start, holding) < 1
            else:
                leaves_out = excluding.touches(exclusion, start)
            if leaves_out and verdict != OUTSIDE:
                excluded.append(exclusion.id)
        yield Counted(measure, verdict, why, tuple(excluded))


def _verdict(visit: Visit, outcome: Outcome, kept: bool | None, measure: Measure) -> Verdict:
    contract = visit.terms.contract
    if visit.nuisance:
        return OUTSIDE, NUISANCE
    within, left_within = visit.within, visit.left_within
    # A visit that no threshold decides (a short abandon that the contract excludes) has none.
    if visit.further and measure.threshold != contract.threshold:
        level = contract.further.index(measure.threshold)
        within, left_within = visit.further[level], visit.further_left_within(level)
    here = [each for each in outcome.visits if each.line == visit.line]
    of_contact = OfContact(
        first=visit is min(here, key=by_beginning),
        answered=any(each.disposition is ANSWERED for each in here),
        transferred=outcome.transferred,
    )
    return measured(measure.figure).verdict(
        Judged(
            visit=visit,
            tier=visit.terms.tier,
            contact=of_contact,
            within=within,
            left_within=left_within,
            short_counts=contract.short_counts,
            formula=measure.formula,
            kept=kept,
        )
    )


def total(explained: Iterable[Explained], measure_id: str) -> Count:
    """What the visits come to for a measure, before exclusions: hits and all; where less is
    better, misses and all; of a mean duration, its amounts and hits."""
    count = counting.NOTHING
    for each in explained:
        for counted in each.counted:
            if counted.measure.id != measure_id or counted.verdict not in (HIT, MISS):
                continue
            figure = counted.measure.figure
            amount = measured(figure).amount
            if amount is not None:
                part = amount.of(each.visit) or 0
            else:
                above = MISS if counting.lower_is_better(figure) else HIT
                part = int(counted.verdict == above)
            count = count.plus(Count(part, 1))
    return count
