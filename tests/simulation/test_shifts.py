"""Hours, staff and arrivals of lines by the quarter-hour, and what scenarios do to them."""

from dataclasses import replace

import pytest

from streams.domain import instants
from streams.domain.instants import DAY, HOUR, MINUTE
from streams.domain.plan import Plan
from streams.simulation import SCENARIOS, City, Scenario
from tests.cities import PLAN, PLAN_TEXT, TUESDAY, city, days, service_level, totals_of, truth


def on(scenario: Scenario, *lines: str) -> Scenario:
    """The scenario with its effects on these lines."""
    effects = tuple(replace(effect, lines=lines) for effect in scenario.effects)
    return replace(scenario, effects=effects)


@pytest.mark.slow
def test_on_a_normal_day_four_of_five_are_answered_in_time() -> None:
    totals = totals_of(days(30))
    for line in ("waste", "migration"):
        assert 0.74 < service_level(totals, line) < 0.86


def test_an_outage_answers_nobody() -> None:
    begins = SCENARIOS["outage"].span(PLAN, TUESDAY)[0] + 2 * HOUR
    visits = [visit for one in truth(city("outage")) for visit in one.visits]
    during = [
        visit
        for visit in visits
        if visit.line == "waste" and begins + MINUTE < visit.begun < begins + 45 * MINUTE
    ]
    assert len(during) > 30
    assert not any(
        visit.answered and begins + MINUTE < visit.answered < begins + HOUR for visit in during
    )
    assert any(v.answered for v in visits if v.line == "desk" and v.begun > begins)


def test_a_storm_is_five_times_the_callers_and_fills_the_trunks() -> None:
    begins = SCENARIOS["storm"].span(PLAN, TUESDAY)[0] + 2 * HOUR

    def starts(name: str) -> int:
        return sum(begins <= one.begun < begins + HOUR for one in truth(city(name)))

    assert starts("storm") > 4 * starts("normal")
    assert totals_of(city("storm")).outcomes["entrance_blocked"] > 50


def test_at_night_nobody_is_there() -> None:
    totals = totals_of(city("night"))
    assert totals.contacts > 5 and totals.contacts_answered == 0
    assert totals.outcomes["entrance_closed"] > 0


def test_lines_close_with_people_waiting() -> None:
    closes = instants.parse("2026-03-03T18:00:00+01:00")
    waited = [
        visit
        for one in truth(city("closing"))
        for visit in one.visits
        if visit.disposition == "closed" and visit.entered is not None
    ]
    assert len(waited) >= 5
    assert {visit.ended for visit in waited} == {closes}
    assert all(visit.begun < closes for visit in waited)


@pytest.mark.slow
def test_a_breach_is_on_three_lines() -> None:
    plan_of_four = days(20, on(SCENARIOS["breach"], "waste", "desk"))
    totals = totals_of(plan_of_four)
    assert service_level(totals, "waste") < 0.6
    assert service_level(totals, "migration") > 0.74


@pytest.mark.slow
def test_scale_is_more_callers_with_the_agents_for_them() -> None:
    once, ten = totals_of(city()), totals_of(city(scale=10))
    assert 8 < ten.contacts / once.contacts < 12
    assert service_level(ten, "waste") > 0.7


def test_when_an_outage_is_over_callers_are_answered_again() -> None:
    ends = SCENARIOS["outage"].span(PLAN, TUESDAY)[0] + 3 * HOUR
    visits = [visit for one in truth(city("outage")) for visit in one.visits]
    waste = [visit.answered for visit in visits if visit.line == "waste" and visit.answered]
    assert sum(ends <= answered < ends + 15 * MINUTE for answered in waste) > 5


def test_a_line_opens_and_closes_at_its_minute_not_at_the_quarter_hour() -> None:
    plan = Plan.read(PLAN_TEXT.replace("08:00-18:00", "08:07-17:53"))
    made = City(plan, 1, start=TUESDAY, until=TUESDAY + DAY)
    entered = [v.entered for one in truth(made) for v in one.visits if v.entered is not None]
    opens, closes = TUESDAY + 8 * HOUR + 7 * MINUTE, TUESDAY + 17 * HOUR + 53 * MINUTE
    assert opens <= min(entered) < opens + 5 * MINUTE
    assert closes - 5 * MINUTE < max(entered) <= closes
