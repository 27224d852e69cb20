"""What contacts come to that are judged alike: one of them, judged on traced instants.

What it counts, what its caller's history and the detectors are told of it and how its journey is
told is found by those who say so of any contact; here is only how each follows from the instants.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final, Literal, NamedTuple, cast

from streams.domain import caller_history as callers
from streams.domain import decisions, traced
from streams.domain.contact import Piece
from streams.domain.disposition import CHOSE_AGAIN
from streams.domain.entries import contact_pattern, visit_pattern
from streams.domain.judge import judge
from streams.domain.outcome import Outcome, Visit
from streams.domain.plan import Plan, Terms
from streams.domain.rows import ROW_WIDTH
from streams.domain.traced import Instant, Question, Span, Trace, UnrememberableError
from streams.domain.walked import NO_ROW
from streams.domain.whole import passed_counts

_LINE: Final = "line"
_CALLER: Final = "caller"
_CALLER_AT: Final = ROW_WIDTH - 1  # of the first row


class Happened(NamedTuple):
    """What detectors are told together: what happened, first and at up to two later instants."""

    what: str
    first: Instant
    second: Instant | None
    third: Instant | None


class Journey(NamedTuple):
    """How the visit is told in a journey; the names are those of ``outcome.Visit``."""

    number: int | None
    entered: Instant | None
    ended: Instant | None
    disposition: str
    in_hours: bool
    wait: Span | None
    within: bool | None
    reached: bool | None
    service_at: Instant | None


class Judged:
    """What contacts come to that are judged alike.

    Attributes:
        outcome: of each.
        begun: the row where the visit begins.
        choice, answered, hangup: the rows of its choice, its answer and the hangup; or ``NO_ROW``.
        hung_up: the reason of the hangup.
        tier: of its line.
        is_nuisance: it is in no ratio.
        has_call: it is one of the calls of its caller, if that is told.
        visit, contact: the patterns of the visit and of the contact as a whole.
        durations: those of the visit's pattern, none of them below 0.
        wait: of the visit, where figures are of it.
        whole_wait: of the contact, where figures are of it.
        passed: what the contact counts of its way, packed.
        told: what detectors are told; None where that can't be remembered.
        journey: how it is told; None where ``told`` is.
    """

    __slots__ = (
        "answered",
        "begun",
        "choice",
        "contact",
        "durations",
        "hangup",
        "has_call",
        "hung_up",
        "is_nuisance",
        "journey",
        "outcome",
        "passed",
        "tier",
        "told",
        "visit",
        "wait",
        "whole_wait",
    )

    def __init__(self, outcome: Outcome) -> None:
        (visit,) = outcome.visits
        if outcome.disordered or outcome.hung_up is None or visit.disposition is CHOSE_AGAIN:
            raise UnrememberableError("it is irregular, or not over")
        assert outcome.walk is not None
        self.outcome = outcome.outcome
        self.begun = _row(visit.begun)
        self.choice = _row(visit.chosen)
        self.answered = _row(visit.answered)
        self.hangup = _row(outcome.hung_up)
        self.hung_up = outcome.walk.hung_up
        self.is_nuisance = outcome.nuisance
        self.tier = visit.terms.tier
        self.has_call = callers.call("", outcome) is not None
        self.visit = visit_pattern(visit)
        self.contact = contact_pattern(outcome)
        self.durations = tuple(traced.span(duration(visit)) for duration in self.visit.durations)
        self.wait = None if self.visit.no_wait else _span(visit.wait)
        self.whole_wait = _span(outcome.whole_wait) if self.contact.waited else None
        self.passed = passed_counts(outcome)
        self.told: list[Happened] | None = None
        self.journey: Journey | None = None

    def tell(self, piece: Piece, plan: Plan, outcome: Outcome, now: int) -> None:
        """Finds besides what is told of it."""
        told = [_happened(*each) for each in decisions.told("", piece, plan, outcome, now)]
        (visit,) = outcome.visits
        self.journey, self.told = _journey(visit), told


def _row(found: int | None) -> int:
    if found is None:
        return NO_ROW
    row, after = traced.instant(found)
    if after:
        raise UnrememberableError("it is no event")
    return row


def _span(found: int | None) -> Span | None:
    return None if found is None else traced.span(found)


def _instant(found: int | None) -> Instant | None:
    return None if found is None else traced.instant(found)


def _happened(
    line: str, first: int, what: str, key: str, caller: str, second: int, third: int
) -> Happened:
    if (line, key, caller) != (_LINE, "/1", _CALLER[: decisions.CALLER_KEPT]):
        raise UnrememberableError("it is not told of the one visit")
    later = [traced.instant(first + after) if after else None for after in (second, third)]
    return Happened(what, traced.instant(first), *later)


def _journey(visit: Visit) -> Journey:
    return Journey(
        visit.number if visit.number >= 0 else None,
        _instant(visit.entered),
        _instant(visit.ended),
        visit.disposition,
        visit.in_hours,
        _span(visit.wait),
        visit.within,
        visit.reached,
        None if visit.within is None else _instant(visit.service_at),
    )


Found = Judged | Literal[False]
"""What contacts that are judged alike come to; or that this can't be remembered."""


def judged_traced(
    codes: Sequence[int], at_line: Sequence[bool], said: "Said", ats: Sequence[int], now: int
) -> tuple[list[tuple[Question, bool]], Found]:
    """Judges a contact.

    Args:
        codes: of its events.
        at_line: which of these name a line, all of them the same.
        said: what the plan says of it.
        ats: their instants.
        now: as of when.

    Returns:
        All that was asked of the instants, and what contacts come to that answer it alike.
    """
    trace, plan = Trace(ats, now), cast(Plan, said)
    rows: list[Any] = []
    for at, code, names in zip(trace.instants, codes, at_line, strict=True):
        rows += (at, code, "", _LINE if names else "", None)
    rows[_CALLER_AT] = _CALLER
    piece = Piece(rows, rows, trace.instants, True)
    found: Found = False
    try:
        outcome = judge(piece, plan, trace.now)
        assert outcome is not None
        found = Judged(outcome)
        found.tell(piece, plan, outcome, trace.now)
    except UnrememberableError:
        pass
    return trace.asked, found


class Said:
    """A plan that says no more than what contacts have in common that are judged alike: whatever
    else it is asked can't be remembered.

    Args:
        terms: of the visit's line.
        in_hours: whether the contact was.
        nuisance, within: as of ``Plan.nuisance_at`` and ``Plan.whole_within``.
    """

    has_announcements = False

    def __init__(self, terms: Terms, in_hours: bool, nuisance: int, within: int) -> None:
        self._terms = replace(
            terms, line=_LINE, names={}, vendor="", option=None, callback_within=0, open=in_hours
        )
        self.entries = _Entrances()
        self.nuisance = nuisance
        self._within = within

    @property
    def key(self) -> tuple[Terms, int, int]:
        """The same for all that are judged by the same."""
        return self._terms, self.nuisance, self._within

    def terms(self, line: str, at: int) -> Terms:
        return self._terms

    last_terms = terms

    def nuisance_at(self, at: int) -> int:
        return self.nuisance

    def whole_within(self, at: int) -> int:
        return self._within

    def __getattr__(self, name: str) -> Any:
        raise UnrememberableError(f"the plan is asked for {name}")


class _Entrances:
    """What a plan says of entrances to whom they make no difference."""

    entrances = ()
