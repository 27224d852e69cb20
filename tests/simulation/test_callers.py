"""Each number of how callers and agents behave changes what happens in the city."""

from dataclasses import fields, replace
from typing import Any

import pytest

from streams.domain.instants import HOUR
from streams.simulation import SCENARIOS, Behaviour, City
from streams.simulation.callers import USUAL
from streams.simulation.emit import Emitted
from tests.cities import PLAN, TUESDAY

OTHERWISE: dict[str, Any] = {
    "menu": 80.0,
    "menu_hangup": 0.5,
    "wrong_choice": 0.5,
    "before_queue": 0.5,
    "patience": 15.0,
    "callback": 0.5,
    "callback_kept": 0.0,
    "voicemail": 0.5,
    "error": 0.5,
    "lap": 15.0,
    "longest_queue": 3,
    "talks": (60.0,),
    "talk_spread": 0.1,
    "ring": 30.0,
    "wrap_up": 2.0,
    "second_line": 0.5,
    "again": 0.0,
    "withheld": 0.5,
    "known": 0.5,
    "per_hour": 13.0,
}


def day(behaviour: Behaviour) -> list[Emitted]:
    """The morning of a press release: every queue is full at some time."""
    start = TUESDAY + 8 * HOUR
    storm = SCENARIOS["storm"]
    made = City(PLAN, 1, storm, start=start, until=start + 4 * HOUR, behaviour=behaviour)
    return list(made.events())


@pytest.fixture(scope="module")
def usual() -> list[Emitted]:
    return day(USUAL)


@pytest.mark.parametrize("name", [field.name for field in fields(Behaviour)])
def test_no_number_is_without_effect(name: str, usual: list[Emitted]) -> None:
    assert day(replace(USUAL, **{name: OTHERWISE[name]})) != usual


def test_as_many_of_the_callers_withhold_their_number_as_is_said(usual: list[Emitted]) -> None:
    starts = [event for _, event in usual if event["event"] == "call-start"]
    withheld = sum("caller" not in event for event in starts) / len(starts)
    assert len(starts) > 1_000 and abs(withheld - USUAL.withheld) < 0.03


def test_the_menu_lasts_as_long_as_is_said(usual: list[Emitted]) -> None:
    """From the start to the choice, of all who choose."""
    begun = {e["call_id"]: at for at, e in usual if e["event"] == "call-start"}
    menus = [at - begun[e["call_id"]] for at, e in usual if e["event"] == "menu-choice"]
    assert sum(menus) / len(menus) / 1_000_000 == pytest.approx(USUAL.menu, rel=0.05)
