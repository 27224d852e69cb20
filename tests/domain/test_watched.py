"""What detectors watch, as the plan has it."""

import pytest

from streams.domain.detector.usual import LocalHours
from streams.domain.plan import Plan
from streams.domain.watched import detector, is_scope, subject
from tests.plans import ANTWERP
from tests.stories import PLAN, at

NOON = at("12:00")


def conditions(plan: Plan, scope: str, instant: int = NOON):
    return detector(plan, scope, instant, LocalHours(plan.local))._conditions(instant)


def test_a_scope_is_a_line_a_vendor_or_the_city() -> None:
    assert subject(PLAN, "line:waste", NOON) == ("line:waste", "waste", "acme")
    assert subject(PLAN, "vendor:acme", NOON) == ("vendor:acme", None, "acme")
    assert subject(PLAN, "city", NOON) == ("city", None, "city")


def test_a_vendor_of_several_lines_is_a_scope_of_its_own() -> None:
    assert is_scope(PLAN, "acme", NOON)
    assert not is_scope(PLAN, "nobody", NOON)
    assert not is_scope(Plan.default(), "city", NOON)


def test_the_scopes_of_a_receiver_share_its_budget() -> None:
    # Two lines and their vendor; the city's two desks, the city as their vendor, and the city.
    assert conditions(PLAN, "line:waste").n == conditions(PLAN, "vendor:acme").n == 3 * 3
    assert conditions(PLAN, "city").n == conditions(PLAN, "line:desk").n == 3 * 4


@pytest.mark.parametrize(("said", "times"), [("2 per quarter", 0.5), ("0.5 per quarter", 2)])
def test_twice_the_budget_is_half_as_rare(said: str, times: float) -> None:
    plan = Plan.read(f'[city]\nfalse_pages = "{said}"\n[[line]]\nid = "waste"')
    one = Plan.read('[[line]]\nid = "waste"')
    assert conditions(plan, "line:waste").n == conditions(one, "line:waste").n * times


def test_a_line_s_gate_is_the_plan_s_and_the_city_has_none() -> None:
    plan = Plan.read('[city]\npage_people = 5\nforgotten_after = "9 min"\n[[line]]\nid = "waste"')
    found = conditions(plan, "line:waste")
    assert (found.gate.people, found.gate.has_hours) == (5, False)
    assert found.forgotten_after == 9 * 60 * 1_000_000
    assert conditions(plan, "city").gate.people == 0
    assert conditions(PLAN, "line:migration").gate.has_hours


def test_a_scope_has_hours_when_all_of_its_lines_have() -> None:
    """With one that is never closed it is itself never closed."""
    assert not conditions(PLAN, "vendor:acme").gate.has_hours
    assert not conditions(PLAN, "city").gate.has_hours
    assert conditions(ANTWERP, "vendor:scheldelijn").gate.has_hours
    assert conditions(ANTWERP, "city").gate.has_hours


def test_the_threshold_is_the_contract_s() -> None:
    assert conditions(PLAN, "line:migration").threshold == 30_000_000
    assert conditions(PLAN, "line:waste").threshold == 20_000_000


def test_a_vendor_is_open_while_any_of_its_lines_is() -> None:
    hours = detector(PLAN, "vendor:acme", NOON, LocalHours(PLAN.local))._hours
    of_line = detector(PLAN, "line:migration", NOON, LocalHours(PLAN.local))._hours
    assert hours.is_open(at("3:00")) and not of_line.is_open(at("3:00"))
    assert of_line.turns(NOON) == at("17:00")


def test_what_the_plan_expects_of_a_vendor_is_what_it_expects_of_all_its_lines() -> None:
    text = '[[vendor]]\nid = "acme"\nname = "A"\n' + "".join(
        f'[[line]]\nid = "{line}"\nvendor = "acme"\nexpected_per_hour = 30\n' for line in "ab"
    )
    both = detector(Plan.read(text), "vendor:acme", NOON, LocalHours(PLAN.local))
    assert both.usual.rate(NOON) == 60
    some = detector(PLAN, "vendor:acme", NOON, LocalHours(PLAN.local))
    assert some.usual.rate(NOON) is None
