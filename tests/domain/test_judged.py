"""What is found of a contact on traced instants; that it is true of others is in ``test_alike``."""

from typing import Any

import pytest

from streams.domain.contact import pieces
from streams.domain.instants import HOUR, SECOND
from streams.domain.judged import Found, Said, judged_traced
from streams.domain.plan import Plan
from streams.domain.rows import ROW_WIDTH
from streams.domain.traced import Instant, Span, UnrememberableError
from tests import calls
from tests.calls import BEGIN, Call

DEFAULT = Plan.default()
assert DEFAULT.knows("waste", BEGIN)
TERMS = DEFAULT.last_terms("waste", BEGIN)


def judged(call: Call, later: int = 24 * HOUR) -> tuple[list[Any], Found]:
    (piece,) = pieces(calls.rows(call.events))
    codes, words = piece.rows[1::ROW_WIDTH], piece.rows[3::ROW_WIDTH]
    said = Said(TERMS, in_hours=True, nuisance=0, within=20 * SECOND)
    return judged_traced(codes, [*map(bool, words)], said, piece.ats, piece.ats[-1] + later)


def waiting() -> Call:
    return Call().start(0).choose(10, "waste").enter(12, "waste")


def test_how_what_is_told_follows_from_the_instants() -> None:
    asked, found = judged(waiting().answer(19, "waste").hang_up(319))
    assert found and found.told and found.journey
    assert (found.begun, found.choice, found.answered, found.hangup) == (1, 1, 3, 4)
    assert (found.wait, found.whole_wait) == (Span(2, 3), Span(2, 3))
    (told,) = found.told
    assert told == ("E+r1s+t", Instant(2), Instant(3), Instant(4))
    assert found.journey.service_at == Instant(3)
    assert found.journey.disposition == "answered"
    assert len(asked) < 12


def test_a_miss_is_told_at_the_threshold() -> None:
    _, found = judged(waiting().answer(99, "waste").hang_up(319))
    assert found and found.journey
    assert found.journey.service_at == Instant(2, 20 * SECOND + 1)


def test_what_is_not_told_by_instants_alone_is_told_by_none() -> None:
    _, found = judged(
        Call().start(0).enter(1, "waste").answer(9, "waste").give_back(12, "waste").hang_up(99)
    )
    assert found
    assert found.told is None, "it was read otherwise meanwhile"


def test_what_time_alone_changes_is_judged_each_time() -> None:
    assert judged(waiting())[1] is False
    assert (
        judged(Call().start(0).enter(1, "waste").leave(5, "waste", "callback").hang_up(6))[1]
        is False
    )


def test_a_plan_says_nothing_else() -> None:
    said = Said(TERMS, in_hours=False, nuisance=5, within=7)
    assert not said.terms("waste", BEGIN).open
    assert (said.nuisance_at(BEGIN), said.whole_within(BEGIN)) == (5, 7)
    assert said.last_terms("any", BEGIN).line != "waste"
    with pytest.raises(UnrememberableError):
        assert said.menus
