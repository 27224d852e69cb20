"""Callers who come into no queue: who counts, what pages, and when it is over.

9:00 .. 12:00 one a minute comes in     from 10:00 on each gets a busy tone
"""

from itertools import pairwise

import pytest

from streams.domain.detector.alert import Severity
from streams.domain.detector.detector import Detector
from streams.domain.detector.entry import against
from streams.domain.instants import HOUR, MINUTE, SECOND
from tests.domain.watching import (
    ALWAYS,
    NINE,
    OF_CITY,
    OF_LINE,
    came,
    detector,
    fed,
    refused,
)
from tests.stories import at

TEN = at("10:00")


def of_e(watch: Detector, facts: list, until: int | None = None) -> list:
    return [each for each in fed(watch, facts, until) if each.alert.kind == "no_entry"]


def ordinary(since: int, until: int, every: int = MINUTE) -> list:
    return [came(instant, f"in{instant}") for instant in range(since, until, every)]


def outage(since: int, until: int, every: int = MINUTE, cause: str = "b") -> list:
    return [refused(instant, f"out{instant}", cause) for instant in range(since, until, every)]


@pytest.mark.parametrize(
    ("usual", "q0"), [(0.0, 0.06), (0.02, 0.06), (0.05, 0.10), (0.2, 0.3), (0.9, 0.6)]
)
def test_twice_the_usual_is_what_is_put_up_with(usual: float, q0: float) -> None:
    assert against(usual).bad_at_target == pytest.approx(q0)


@pytest.mark.parametrize(("cause", "said"), [("b", "busy"), ("m", "hung_up_in_menu")])
def test_the_city_is_told_of_within_minutes_and_why(cause: str, said: str) -> None:
    watch = detector(OF_CITY)
    changes = of_e(watch, ordinary(NINE, TEN) + outage(TEN, at("10:20"), cause=cause))
    first = changes[0]
    assert (first.change, first.alert.kind, first.alert.severity) == ("opened", "no_entry", "page")
    assert first.alert.cause == said
    assert TEN + 4 * MINUTE <= first.at <= TEN + 7 * MINUTE
    assert first.alert.since == TEN


def test_it_is_over_when_contacts_come_in_again() -> None:
    watch = detector(OF_CITY)
    changes = of_e(
        watch,
        ordinary(NINE, TEN) + outage(TEN, at("10:20")) + ordinary(at("10:20"), at("11:30")),
    )
    assert [each.change for each in changes if each.change != "updated"] == ["opened", "resolved"]
    over = changes[-1].alert
    assert over.people == 20 and over.resolved_at is not None
    assert at("10:40") < over.resolved_at < at("11:15")
    assert watch.alerts() == []


def test_numbers_go_out_once_a_minute_under_the_same_id() -> None:
    changes = of_e(detector(OF_CITY), ordinary(NINE, TEN) + outage(TEN, TEN + HOUR, 10 * SECOND))
    assert len({each.alert.id for each in changes}) == 1
    gaps = [b.at - a.at for a, b in pairwise(changes)]
    assert gaps and min(gaps) >= MINUTE


def test_one_caller_who_redials_is_one_person() -> None:
    redials = [refused(instant, f"r{instant}", caller="him") for instant in
               range(TEN, TEN + HOUR, 20 * SECOND)]  # fmt: skip
    assert of_e(detector(OF_CITY), ordinary(NINE, TEN) + redials) == []


def test_where_most_have_a_number_those_without_one_do_not_count() -> None:
    withheld = [refused(instant, f"w{instant}", caller="") for instant in
                range(TEN, TEN + 10 * MINUTE, 20 * SECOND)]  # fmt: skip
    assert of_e(detector(OF_CITY), ordinary(NINE, TEN) + withheld) == []
    nobody_has = [came(instant, f"in{instant}", caller="") for instant in
                  range(NINE, TEN, MINUTE)]  # fmt: skip
    assert of_e(detector(OF_CITY), nobody_has + withheld)[0].alert.people >= 4


def severities(watch: Detector, facts: list) -> list[Severity]:
    return list(dict.fromkeys(each.alert.severity for each in of_e(watch, facts)))


def test_a_line_s_page_needs_eight_people_and_is_a_ticket_until_then() -> None:
    facts = ordinary(NINE, TEN)
    facts += [fact for n in range(30) for fact in (
        *outage(TEN + 3 * n * MINUTE, TEN + 3 * n * MINUTE + 1),
        *([came(TEN + 3 * n * MINUTE + MINUTE, f"i{n}")] if n % 3 == 0 else []),
    )]  # fmt: skip
    assert severities(detector(OF_LINE), facts) == ["ticket", "page"]


def test_or_that_nobody_comes_in_for_as_long_as_four_usually_do() -> None:
    facts = ordinary(NINE, TEN, 10 * MINUTE) + outage(TEN, TEN + HOUR, 10 * MINUTE)
    changes = of_e(detector(an_hour=6.0), facts)
    assert changes[0].alert.severity == "page"
    assert changes[0].alert.people < 8


def test_a_line_without_hours_needs_six_in_a_quarter_of_an_hour() -> None:
    facts = ordinary(NINE, TEN, 10 * MINUTE) + outage(TEN, TEN + HOUR, 5 * MINUTE)
    watch = detector(OF_LINE, ALWAYS, an_hour=6.0)
    assert {each.alert.severity for each in of_e(watch, facts)} == {"ticket"}
    facts = ordinary(NINE, TEN, 10 * MINUTE) + outage(TEN, TEN + HOUR, 2 * MINUTE)
    assert "page" in severities(detector(OF_LINE, ALWAYS, an_hour=6.0), facts)


def test_near_an_edge_of_the_hours_these_are_the_likely_cause() -> None:
    eight = at("8:00")
    [first, *_] = of_e(detector(), [came(eight - HOUR, "x"), *outage(eight + MINUTE, at("8:30"))])
    assert first.alert.cause == "opening_hours"


def test_evidence_does_not_run_across_a_closing_nor_a_gap_of_an_hour() -> None:
    six = at("18:00")
    watch = detector(OF_CITY)
    evening = outage(six - 3 * MINUTE, six)
    morning = outage(at("8:00", "2026-11-19"), at("8:01", "2026-11-19"))
    assert of_e(watch, ordinary(NINE, six - 3 * MINUTE) + evening + morning) == []
    watch = detector(OF_CITY, ALWAYS)
    assert of_e(watch, ordinary(NINE, TEN) + outage(TEN, TEN + 3 * MINUTE)
               + outage(TEN + 70 * MINUTE, TEN + 73 * MINUTE)) == []  # fmt: skip


def test_an_alert_ends_with_its_day() -> None:
    six = at("18:00")
    changes = of_e(detector(OF_CITY), ordinary(NINE, at("17:30")) + outage(at("17:30"), six),
                  six + MINUTE)  # fmt: skip
    assert (changes[-1].change, changes[-1].alert.resolved_at) == ("resolved", six)


def test_who_hears_that_a_line_is_closed_is_no_trouble_of_the_line_s() -> None:
    facts = ordinary(NINE, TEN) + outage(TEN, at("10:20"), cause="c")
    assert of_e(detector(OF_LINE), facts) == []
    assert of_e(detector(OF_CITY), facts)[0].alert.cause == "closed"


def test_at_the_opening_nobody_has_been_missing_overnight() -> None:
    """Four expected contacts take two hours here; the last who came in did so last night."""
    watch = detector(an_hour=2.0)
    facts = ordinary(NINE, at("9:05"))
    opens = at("8:00") + 24 * HOUR
    facts += outage(opens + MINUTE, opens + 3 * HOUR, 10 * MINUTE)
    found = of_e(watch, facts)
    pages = [each.at for each in found if each.alert.severity == "page"]
    tickets = [each.at for each in found if each.alert.severity == "ticket"]
    assert tickets and tickets[0] < opens + HOUR
    assert min(pages) == opens + 2 * HOUR + MINUTE


def test_the_city_without_hours_needs_six_in_a_quarter_of_an_hour_too() -> None:
    for every, severity in ((5 * MINUTE, {"ticket"}), (2 * MINUTE, {"page", "ticket"})):
        watch = detector(OF_CITY, ALWAYS)
        found = of_e(watch, outage(TEN, at("12:00"), every))
        assert {each.alert.severity for each in found} == severity
