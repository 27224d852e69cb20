"""Whether any first line is open, found for a day at once, is what asking each line says."""

from random import Random

import pytest

from streams.commands.simulate import load_simulated_plan
from streams.domain.instants import DAY, MINUTE, parse
from streams.domain.plan import Plan

BEGIN = parse("2026-03-02T00:00:00+01:00")

ONLY_A_DESK = """
[city]
name = "Desk"
time_zone = "UTC"
[[line]]
id = "desk"
tier = 2
"""


def asked_one_by_one(plan: Plan, at: int) -> bool:
    first = [terms.open for terms in plan.lines_at(at) if terms.tier == 1]
    return any(first) or not first


def test_it_is_what_each_line_says_at_any_instant_of_a_year() -> None:
    plan = load_simulated_plan(None)
    draw = Random("first lines")
    instants = [BEGIN + draw.randrange(365 * DAY) for _ in range(2_000)]
    # Hours begin and end to the minute: at that instant, just before, and just after.
    instants += [BEGIN + n * MINUTE + by for n in range(0, 2 * 24 * 60, 15) for by in (-1, 0, 1)]
    seen = {at: plan.first_line_open(at) for at in instants}
    assert seen == {at: asked_one_by_one(plan, at) for at in instants}
    assert set(seen.values()) == {True, False}


@pytest.mark.parametrize("plan", [Plan.default(), Plan.read(ONLY_A_DESK)])
def test_where_there_is_no_first_line_nothing_is_closed(plan: Plan) -> None:
    assert plan.first_line_open(BEGIN)
