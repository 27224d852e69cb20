"""Which lines a scenario touches, and on which day it happens."""

from streams.domain import instants
from streams.domain.instants import DAY, HOUR
from streams.domain.plan import Plan
from streams.simulation import SCENARIOS, Effect
from streams.simulation.scenario import menu
from tests.cities import PLAN, TUESDAY

FIRST = ["waste", "desk", "migration"]


def at(text: str) -> int:
    return instants.parse(text)


def test_an_effect_touches_some_lines_of_the_menu_or_those_it_names_or_all() -> None:
    def touched(effect: Effect) -> list[str]:
        return [line for line in (*FIRST, "second") if effect.touches(line, FIRST)]

    assert touched(Effect("agents")) == ["waste"], "the first of the menu, unless more are said"
    assert touched(Effect("agents", lines=2)) == ["waste", "desk"]
    assert touched(Effect("agents", lines=("second", "desk"))) == ["desk", "second"]
    assert touched(Effect("agents", lines=None)) == [*FIRST, "second"]


def test_the_menu_is_in_the_order_of_its_options_and_has_no_second_line() -> None:
    assert [terms.line for terms in menu(PLAN, TUESDAY)] == FIRST
    text = """
        [city]
        [[line]]
        id = "b"
        [[line]]
        id = "a"
        [[line]]
        id = "z"
        option = "2"
        [[line]]
        id = "gone"
        option = "1"
        valid_until = 2026-01-01
    """
    assert [terms.line for terms in menu(Plan.read(text), TUESDAY)] == ["z", "a", "b"]


def test_a_span_is_of_the_local_day_and_a_night_ends_on_the_next() -> None:
    late = at("2026-03-03T23:30:00+01:00")  # still Tuesday in Brussels
    assert SCENARIOS["normal"].span(PLAN, late) == (
        at("2026-03-03T08:00:00+01:00"),
        at("2026-03-03T18:00:00+01:00"),
    )
    assert SCENARIOS["night"].span(PLAN, late) == (
        at("2026-03-03T19:00:00+01:00"),
        at("2026-03-04T07:00:00+01:00"),
    )


def test_a_night_in_which_the_clocks_change_has_an_hour_less() -> None:
    begins, ends = SCENARIOS["night"].span(PLAN, at("2026-03-28T12:00:00+01:00"))
    assert ends - begins == 11 * HOUR


def test_the_latest_day_is_over_and_one_on_which_lines_were_open() -> None:
    normal = SCENARIOS["normal"]
    friday = (at("2026-03-06T08:00:00+01:00"), at("2026-03-06T18:00:00+01:00"))
    thursday = (at("2026-03-05T08:00:00+01:00"), at("2026-03-05T18:00:00+01:00"))
    assert normal.latest(PLAN, at("2026-03-06T17:00:00+01:00")) == thursday
    assert normal.latest(PLAN, at("2026-03-07T12:00:00+01:00")) == friday
    assert normal.latest(PLAN, at("2026-03-09T12:00:00+01:00")) == friday, "over the weekend"


def test_where_no_line_is_ever_open_it_is_yesterday() -> None:
    """In the middle of the day, that is: at the scenario's height."""
    closed = Plan.read(
        """
        [city]
        time_zone = "Europe/Brussels"
        [[hours]]
        id = "evening"
        sat = "20:00-22:00"
        [[line]]
        id = "waste"
        hours = "evening"
        """
    )
    normal = SCENARIOS["normal"]
    assert normal.latest(closed, TUESDAY) == normal.span(closed, TUESDAY - DAY)


def test_each_is_found_by_its_name_and_its_effects_lie_within_its_day() -> None:
    for name, scenario in SCENARIOS.items():
        begins, ends = scenario.span(PLAN, TUESDAY)
        assert scenario.name == name
        assert all(0 <= effect.after < ends - begins for effect in scenario.effects)


def test_a_night_that_is_not_over_is_not_the_latest() -> None:
    """At six in the morning it is the one before, of a city whose lines are always open."""
    night, plan = SCENARIOS["night"], Plan.read('[city]\n[[line]]\nid = "waste"\n')
    assert night.latest(plan, at("2026-03-06T06:00:00+00:00"))[0] == at("2026-03-04T19:00:00+00:00")
    assert night.latest(plan, at("2026-03-06T07:01:00+00:00"))[0] == at("2026-03-05T19:00:00+00:00")
