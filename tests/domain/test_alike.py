"""Contacts that are looked up come to what they come to when they are judged.

It is longer than a module should be, because the calls that are drawn stand beside what is held of
them.
"""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.domain import alike as module
from streams.domain import caller_history as callers
from streams.domain import decisions
from streams.domain import judged as judging_module
from streams.domain.alike import Alike, Known, call_of, told_of
from streams.domain.contact import Piece, pieces
from streams.domain.entries import amounts, contact_pattern, scopes
from streams.domain.instants import HOUR, SECOND
from streams.domain.judge import judge
from streams.domain.menus import Menus
from streams.domain.plan import Plan
from streams.domain.plan.model import CityThen
from streams.domain.plan.validity import Version
from streams.domain.tally import LINE
from streams.domain.walked import NO_ROW
from streams.domain.whole import passed_counts
from streams.sinks.journeys import journey, journey_alike
from tests import calls
from tests.calls import BEGIN, Call, Told

MEASURES = "".join(
    f"""
        [[contract.measure]]
        id = "within-{threshold}"
        figure = "service_level"
        target = 0.8
        threshold = {threshold}
        """
    for threshold in (5, 30)
)
PLANS = [
    Plan.read(
        f"""
        [city]
        name = "Testburg"
        time_zone = "Europe/Brussels"
        contract = "c"
        languages = ["nl", "en"]
        {city}
        [[contract]]
        id = "c"
        {contract}
        [[hours]]
        id = "afternoons"
        mon-fri = "12:07-18:00"
        [[line]]
        id = "waste"
        [[line]]
        id = "migration"
        tier = 2
        permanence = "none"
        [[hours]]
        id = "mornings"
        mon-fri = "08:00-12:07"
        [[line]]
        id = "desk"
        hours = "afternoons"
        [[line]]
        id = "archive"
        hours = "mornings"
        {rest}
        """
    )
    for city, contract, rest in (
        ("", "", ""),
        ("nuisance_seconds = 6", MEASURES, '[[entrance]]\nid = "main"'),
        (
            "",
            'clock = "choice"\nboundary = "<"\nlost_after = 600',
            '[[menu]]\nid = "m"\nkeys = { 1 = "waste" }',
        ),
        ("nuisance_seconds = 20", 'clock = "start"\nshort_abandons = "excluded"', ""),
        ("", 'reach_limit = 20\noverflow = "left_out"\ncallbacks = "not_reached"', ""),
    )
]
"""Contracts that ask otherwise. It is 12:06:40 in the city at first: the desk opens soon, and the
archive closes."""

THEN = CityThen("c", 20 * SECOND, ("fr",), ("chat",), has_entrances=False, has_any_line=False)
PLANS.append(Plan(replace(PLANS[1].entries, city_before=(Version(THEN, None, BEGIN + 12 * HOUR),))))
"""It was corrected meanwhile: nuisances, languages and entrances were others."""

LIMITS = [s * SECOND for s in (1, 5, 6, 10, 20, 30, 100, 180, 600, 4 * 3600)]


@st.composite
def usual(draw: st.DrawFn) -> list[Told]:
    """Somebody calls, may choose, waits, may talk, and the call is over: each after as long as
    something is asked of, give or take an instant."""
    call, now = Call(), draw(st.sampled_from((0.0, 0.0, 24 * 3600.0)))

    def later() -> float:
        nonlocal now
        limit = draw(st.sampled_from(LIMITS)) // draw(st.sampled_from((1, 2)))
        now += (limit + draw(st.integers(-1, 1))) / SECOND
        return now

    line = draw(st.sampled_from(("waste", "migration", "desk", "archive")))
    told: dict[str, Any] = {
        name: draw(st.sampled_from((None, *values)))
        for name, values in (
            ("caller", ("ann",)),
            ("entry", ("main", "other")),
            ("language", ("nl", "fr")),
            ("channel", ("phone", "chat")),
            ("direction", ("inbound", "outbound")),
        )
        if draw(st.integers(0, 3)) == 0
    }
    call.start(now, **told)
    if draw(st.booleans()):
        menu = draw(st.sampled_from((None, None, "m", "n")))
        call.choose(later(), line, menu=menu, option=draw(st.sampled_from((None, "1"))))
    if draw(st.integers(0, 5)):
        line = draw(st.sampled_from((line,) * 6 + ("waste", "desk")))
        call.enter(later(), line)
        ending = draw(st.sampled_from(("answered", "answered", "left", "lap", "gone")))
        if ending == "answered":
            call.answer(later(), line)
        elif ending == "left":
            call.leave(later(), line, draw(st.sampled_from(calls.REASONS)))
        elif ending == "lap":
            call.enter(later(), line)
    if draw(st.integers(0, 9)):
        reason = draw(st.sampled_from((None, "normal", "busy", "closed", "error")))
        call.hang_up(later(), reason, by=draw(st.sampled_from((None, "caller", "agent"))))
    return call.events


def pieces_of(told: list[Told]) -> list[Piece]:
    return pieces(calls.rows(told))


def is_as_judged(alike: Alike, plan: Plan, now: int) -> None:
    judged, piece, here, told, caller = alike
    outcome = judge(piece, plan, now)
    assert outcome is not None
    (visit,) = outcome.visits
    pattern, _, wait = amounts(visit)
    ats = piece.ats
    assert judged.visit is pattern
    assert judged.contact is contact_pattern(outcome)
    assert [ats[until] - ats[since] for since, until in judged.durations] == [
        duration(visit) for duration in pattern.durations
    ]
    for span, passed in (
        (judged.wait, None if wait < 0 else wait),
        (judged.whole_wait, outcome.whole_wait if judged.contact.waited else None),
    ):
        assert passed == (None if span is None else ats[span.until] - ats[span.since])
    assert judged.passed == passed_counts(outcome)
    assert ats[judged.begun] == visit.begun
    assert visit.answered == (None if judged.answered == NO_ROW else ats[judged.answered])
    assert visit.chosen == (None if judged.choice == NO_ROW else ats[judged.choice])
    assert (here.scopes, here.terms, told.wide) == (scopes(visit), visit.terms, outcome.wide)
    assert (told.menu, caller) == (outcome.properties.menu, outcome.caller)
    assert not (outcome.conflicting or outcome.after_hangup or outcome.disordered)
    call = call_of("c", alike) if caller is not None and judged.has_call else None
    assert call == callers.call("c", outcome)
    if judged.told is not None:
        assert told_of("c", alike) == decisions.told("c", piece, plan, outcome, now)
        assert journey_alike("c", alike) == journey("c", piece, outcome)
    heard, wanted = Menus(plan), Menus(plan)
    heard.add_alike(alike)
    wanted.add(outcome)
    assert heard.shown() == wanted.shown()


@settings(max_examples=100)
@given(
    st.sampled_from(PLANS),
    st.lists(usual() | calls.plausible() | calls.disturbed() | calls.junk(), max_size=12),
    st.integers(0, 600) | st.integers(0, 200_000),
)
def test_a_contact_that_is_looked_up_is_as_if_it_was_judged(
    plan: Plan, each: list[list[Told]], later: int
) -> None:
    known = Known(plan)
    now = BEGIN + later * SECOND
    for told in each:
        for piece in pieces_of(told):
            known.find(piece, now)  # a shape is learnt when it comes again
            alike = known.find(piece, now)
            if alike is not None:
                is_as_judged(alike, plan, now)


@settings(max_examples=60)
@given(st.sampled_from(PLANS), st.lists(usual(), min_size=2, max_size=30))
def test_whoever_comes_first(plan: Plan, each: list[list[Told]]) -> None:
    known, now = Known(plan), BEGIN + 72 * HOUR
    contacts = [piece for told in each for piece in pieces_of(told)]
    for piece in contacts:
        known.find(piece, now)
    first = [known.find(piece, now) for piece in contacts]
    again = [known.find(piece, now) for piece in contacts]
    for alike, repeated in zip(first, again, strict=True):
        if repeated is not None:
            is_as_judged(repeated, plan, now)
            assert alike is not None
            assert alike[0] is repeated[0]


def answered(wait: float, talk: float, line: str = "waste") -> Piece:
    call = Call().start(0, caller="ann").choose(9, line).enter(10, line)
    (piece,) = pieces_of(call.answer(10 + wait, line).hang_up(10 + wait + talk).events)
    return piece


def knows(plan: Plan) -> Known:
    """To whom the shape of a contact that is answered is known."""
    known = Known(plan)
    for _ in range(2):
        known.find(answered(5, 60), BEGIN + HOUR)
    return known


@pytest.fixture
def judged_once(monkeypatch: pytest.MonkeyPatch) -> list[Piece]:
    """The contacts that are judged."""
    judging: list[Piece] = []

    def counted(piece: Piece, plan: Plan, now: int) -> Any:
        judging.append(piece)
        return judge(piece, plan, now)

    monkeypatch.setattr(judging_module, "judge", counted)
    return judging


def test_the_first_is_judged_and_the_others_are_not(judged_once: list[Piece]) -> None:
    known = knows(PLANS[0])
    for wait in range(1, 20):
        for talk in range(11, 100):
            assert known.find(answered(wait, talk), BEGIN + HOUR) is not None
    assert len(judged_once) <= 4, "by what is asked of the wait, and of the wait with the menu"


def test_lines_of_one_contract_are_alike(judged_once: list[Piece]) -> None:
    plan = Plan.default()
    assert plan.knows("waste", BEGIN)
    known = knows(plan)
    for number in range(50):
        line = f"line-{number}"
        assert plan.knows(line, BEGIN)
        alike = known.find(answered(5, 60, line), BEGIN + HOUR)
        assert alike is not None
        assert alike[2].scopes[0] == LINE + line
    assert len(judged_once) <= 1


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "KEPT", 3)
    known = Known(PLANS[0])
    found = 0
    for wait in (1, 30, 700, 1, 30, 700):
        for talk in (1, 20, 400):
            alike = known.find(answered(wait, talk), BEGIN + 24 * HOUR)
            if alike is not None:
                found += 1
                is_as_judged(alike, PLANS[0], BEGIN + 24 * HOUR)
            assert known.kept <= 3
    assert found > 9


@pytest.mark.parametrize(
    "call",
    [
        Call().start(0).enter(1, "waste").answer(5, "waste"),
        Call().start(0).enter(1, "waste").leave(5, "waste", "callback").hang_up(6),
        Call().start(0).hang_up(6),
        Call().start(0, direction="outbound").enter(1, "waste").hang_up(6),
        Call().start(0, channel="chat").enter(1, "waste").hang_up(6),
        Call().start(0).choose(1, "waste").choose(2, "desk").enter(3, "desk").hang_up(6),
        Call().start(0).enter(1, "waste").hang_up(6, informed="opening"),
    ],
)
def test_what_is_not_like_others_is_judged(call: Call) -> None:
    (piece,) = pieces_of(call.events)
    known = knows(PLANS[0])
    for _ in range(3):
        assert known.find(piece, BEGIN + HOUR) is None


def test_a_shape_that_comes_once_is_not_learnt(judged_once: list[Piece]) -> None:
    known = Known(PLANS[0])
    for number in range(100):
        call = Call().start(0).enter(1, "waste", number).hang_up(6)
        (piece,) = pieces_of(call.events)
        assert known.find(piece, BEGIN + HOUR) is None
    assert judged_once == []


def test_a_contact_of_many_events_is_judged(judged_once: list[Piece]) -> None:
    call = Call().start(0)
    for at in range(1, 280):
        call.enter(at, "waste")
    (piece,) = pieces_of(call.hang_up(300).events)
    known = Known(PLANS[0])
    for _ in range(3):
        assert known.find(piece, BEGIN + HOUR) is None
    assert judged_once == []


def test_what_the_city_said_then_counts() -> None:
    known = Known(PLANS[-1])
    found = []
    for begun in (0, 24 * 3600):
        call = Call().start(begun).enter(begun + 1, "waste").hang_up(begun + 10)
        (piece,) = pieces_of(call.events)
        known.find(piece, BEGIN + 72 * HOUR)
        alike = known.find(piece, BEGIN + 72 * HOUR)
        assert alike is not None
        is_as_judged(alike, PLANS[-1], BEGIN + 72 * HOUR)
        found.append(alike[0].is_nuisance)
    assert found == [True, False], "20 s were a nuisance at first, and 6 s later"


def test_what_is_not_over_is_judged() -> None:
    piece = answered(5, 60)
    known = knows(PLANS[0])
    assert known.find(piece, piece.ats[-1] - 1) is None
    assert known.find(piece, piece.ats[-1]) is not None
