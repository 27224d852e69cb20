"""A queue that won't be empty when its line closes at six."""

from streams.domain.detector.closing import served_by
from streams.domain.instants import HOUR, MINUTE, SECOND
from tests.domain.watching import ALWAYS, answered, came, detector, fed, left, served
from tests.stories import at

SIX = at("18:00")


def of_c(changes: list) -> list:
    return [each for each in changes if each.alert.kind == "closing"]


def pace(until: int, every: int) -> list:
    """Callers who were served in the hour before."""
    return [fact for n in range(HOUR // every)
            for fact in served(until - HOUR + n * every, f"p{n}", SECOND, SECOND)]  # fmt: skip


def test_it_is_foretold_by_the_first_who_will_not_be_served() -> None:
    """Twelve an hour: six take half an hour."""
    facts = pace(at("17:20"), 5 * MINUTE)
    facts += [came(at("17:20") + n * MINUTE, f"w{n}") for n in range(10)]
    [opened] = of_c(fed(detector(an_hour=None), facts))
    assert opened.alert.severity == "notice"
    # Six at eleven or twelve an hour are half an hour of work; the seventh would not be served.
    assert opened.at in (at("17:25"), at("17:26"))
    assert opened.alert.people in (6, 7)


def test_where_nobody_was_answered_for_an_hour_nobody_will_be() -> None:
    facts = [came(at("15:00"), "a"), came(at("16:30"), "b"), came(at("17:30"), "c")]
    [opened] = of_c(fed(detector(an_hour=None), facts, at("17:40")))
    assert opened.at == at("17:30")


def test_a_line_that_nobody_calls_has_no_pace() -> None:
    assert of_c(fed(detector(an_hour=None), [came(at("17:30"), "a")], at("17:34"))) == []


def test_it_is_over_when_the_queue_can_be_served_after_all() -> None:
    facts = pace(at("17:00"), 5 * MINUTE)
    facts += [came(at("17:00") + n * MINUTE, f"w{n}") for n in range(14)]
    facts += [answered(at("17:15") + n * MINUTE, f"w{n}") for n in range(13)]
    changes = of_c(fed(detector(an_hour=None), facts))
    assert [each.change for each in changes if each.change != "updated"] == ["opened", "resolved"]


def test_it_says_on_how_many_the_line_has_closed() -> None:
    facts = [came(at("17:00"), "a"), came(at("17:30"), "b"),
             left(SIX, "a", "c"), left(SIX, "b", "c")]  # fmt: skip
    changes = of_c(fed(detector(an_hour=None), facts, SIX + 2 * HOUR))
    assert changes[-1].change == "resolved"
    assert changes[-1].at == SIX + HOUR
    assert changes[-1].alert.people == 2
    assert "2 were still waiting" in changes[-1].alert.evidence


def test_who_came_in_the_last_minutes_was_not_kept_waiting() -> None:
    facts = [came(SIX - 2 * MINUTE, "a"), left(SIX, "a", "c")]
    assert of_c(fed(detector(an_hour=None), facts, SIX + HOUR)) == []


def test_a_line_that_never_closes_foretells_nothing() -> None:
    facts = [came(at("15:00"), "a"), came(at("17:30"), "b")]
    assert of_c(fed(detector(hours=ALWAYS, an_hour=None), facts, SIX)) == []


def test_who_waits_is_served_at_the_pace_of_the_last_hour() -> None:
    assert served_by(0, 9, 27) == 20 * MINUTE
    assert served_by(0, 9, 0) is None
