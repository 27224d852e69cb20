"""Whom the plan says to call: by day and by night, and what is no entry of theirs."""

import pytest

from streams.domain.plan import Plan
from streams.domain.plan.reader import check
from streams.domain.plan.receivers import MOST
from tests.stories import at

HEAD = """
[[hours]]
id = "office"
mon-fri = "08:00-18:00"
[[line]]
id = "waste"
vendor = "acme"
[[vendor]]
id = "acme"
"""
DAY = '{ name = "Shift lead", phone = "+32 3 000 00 00", language = "nl", hours = "office" }'
NIGHT = '{ name = "On call", phone = "03/000.00.01" }'


def named(plan: Plan, when: str, day: str = "2026-11-18", vendor: str = "acme") -> list[str]:
    return [each.name for each in plan.receivers(vendor, at(when, day))]


def test_by_day_the_shift_lead_comes_first_and_by_night_only_who_is_on_call() -> None:
    plan = Plan.read(f"{HEAD}receivers = [{DAY}, {NIGHT}]")
    assert named(plan, "9:00") == ["Shift lead", "On call"]
    assert named(plan, "20:00") == named(plan, "9:00", "2026-11-22") == ["On call"]


def test_where_nobody_is_on_duty_all_are_tried_and_who_names_nobody_has_nobody() -> None:
    plan = Plan.read(f"{HEAD}receivers = [{DAY}]")
    assert named(plan, "3:00") == ["Shift lead"]
    assert named(Plan.read(HEAD), "9:00") == named(plan, "9:00", vendor="nobody") == []


def test_the_city_s_own_are_named_as_a_vendor_s() -> None:
    plan = Plan.read(f'{HEAD}[[vendor]]\nid = "city"\nreceivers = [{NIGHT}]')
    assert named(plan, "9:00", vendor="city") == ["On call"]


def test_a_plan_that_names_nobody_keeps_its_digest() -> None:
    assert "receivers" not in Plan.read(HEAD).to_json()
    assert "On call" in Plan.read(f"{HEAD}receivers = [{NIGHT}]").to_json()


@pytest.mark.parametrize(
    ("entry", "place", "says"),
    [
        ('{ phone = "1234" }', "receivers[1]", "`name` is missing"),
        ('{ name = "A" }', "receivers[1]", "`phone` is missing"),
        ('{ name = "A", phone = "ask Ann" }', "phone", "is no telephone number"),
        ('{ name = "A", phone = "+" }', "phone", "is no telephone number"),
        (f'{{ name = "A", phone = "{"1" * 40}" }}', "phone", "is no telephone number"),
        ('{ name = "A", phone = 32 }', "phone", ""),
        ('{ name = "A", phone = "1234", language = "Dutch" }', "language", "is no language"),
        ('{ name = "A", phone = "1234", hours = "ofice" }', "hours", 'no hours "ofice"'),
        ('{ name = "A", phone = "1234", mail = "a" }', "mail", "unknown key"),
    ],
)
def test_what_is_wrong_is_said_where_it_stands(entry: str, place: str, says: str) -> None:
    mistakes = check(f"{HEAD}receivers = [{entry}]")
    assert any(place in each.path and says in each.message for each in mistakes), mistakes


def test_nobody_tries_a_hundred() -> None:
    entries = ", ".join([NIGHT] * (MOST + 1))
    [mistake] = check(f"{HEAD}receivers = [{entries}]")
    assert "write at most 10" in mistake.message


@pytest.mark.parametrize("junk", ["3", '"Ann"', "[1]", '["Ann"]', "{}", "[[]]"])
def test_what_is_no_list_of_receivers(junk: str) -> None:
    assert any("receivers" in each.path for each in check(f"{HEAD}receivers = {junk}"))
