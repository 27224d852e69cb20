"""Nobody calls where somebody should have by now."""

import pytest

from streams.domain.instants import DAY, HOUR, MINUTE
from tests.domain.watching import NINE, OF_CITY, came, detector, fed
from tests.stories import at

TEN = at("10:00")


def calls(since: int, until: int, every: int = MINUTE) -> list:
    return [came(instant, f"c{instant}") for instant in range(since, until, every)]


def of_s(changes: list) -> list:
    return [each for each in changes if each.alert.kind == "silence"]


def test_a_line_that_falls_silent_pages_when_its_calls_are_missed() -> None:
    [opened] = of_s(fed(detector(), calls(at("8:00"), TEN), TEN + HOUR))
    # ln(600 a day x 91.25 x 3) = 12.0 calls, one a minute.
    assert TEN + 11 * MINUTE < opened.at < TEN + 13 * MINUTE
    assert opened.alert.severity == "page"


def test_ten_minutes_at_the_earliest() -> None:
    [opened] = of_s(fed(detector(an_hour=3600.0), calls(NINE, TEN, 1_000_000), TEN + HOUR))
    assert opened.at == TEN - 1_000_000 + 10 * MINUTE


def test_a_call_ends_it() -> None:
    changes = of_s(fed(detector(), [*calls(at("8:00"), TEN), came(at("10:40"), "x")]))
    assert [(each.change, each.at) for each in changes][1] == ("resolved", at("10:40"))


def test_a_quiet_day_is_no_silence() -> None:
    """A third of the usual calls since the opening: gaps are three times as long."""
    facts = calls(at("8:00"), at("15:00"), 3 * MINUTE)
    [opened] = of_s(fed(detector(), facts, at("17:00")))
    assert opened.at > facts[-1][0] + 25 * MINUTE


def test_a_silence_that_is_old_when_it_is_found_is_a_ticket() -> None:
    facts = calls(at("8:00"), TEN, 20 * MINUTE)
    [opened] = of_s(fed(detector(an_hour=3.0), facts, at("17:59")))
    assert opened.alert.severity == "ticket"
    assert opened.at - opened.alert.since > 2 * HOUR


def test_a_morning_that_begins_silent_pages_from_the_opening_on() -> None:
    """Yesterday's last call was at closing; what came since is counted from eight."""
    facts = calls(at("8:00"), at("18:00"))
    [opened] = of_s(fed(detector(), facts, at("9:00", "2026-11-19")))
    eight = at("8:00", "2026-11-19")
    assert eight + 10 * MINUTE <= opened.at <= eight + 13 * MINUTE
    assert opened.alert.severity == "page"


def test_a_day_without_a_call_is_a_ticket_at_its_close() -> None:
    facts = calls(at("8:00"), at("18:00"), HOUR)
    found = of_s(fed(detector(OF_CITY, an_hour=0.65), facts, at("23:00", "2026-11-19")))
    assert [(each.at, each.alert.severity) for each in found] == [
        (at("18:00", "2026-11-19"), "ticket")
    ]


def test_time_is_counted_while_it_is_open() -> None:
    facts = calls(at("8:00"), at("17:55"))
    [opened] = of_s(fed(detector(), facts, at("12:00", "2026-11-19")))
    assert opened.at > at("8:00", "2026-11-19")


def test_without_a_forecast_and_a_week_nobody_knows_what_should_have_come() -> None:
    assert of_s(fed(detector(an_hour=None), calls(at("8:00"), TEN), TEN + DAY)) == []


@pytest.mark.parametrize("steps", [1, 7])
def test_how_often_the_clock_is_told_makes_no_difference(steps: int) -> None:
    watch = detector()
    fed(watch, calls(at("8:00"), TEN))
    found = [change for now in range(TEN, TEN + HOUR, steps * MINUTE) for change in watch.tick(now)]
    assert len(of_s(found)) == 1
    assert TEN + 11 * MINUTE < of_s(found)[0].at < TEN + 13 * MINUTE
