"""Lines that fall and get up again, and the pages that tell of it."""

import json
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.domain.detector import AlertChange, Decision, Detector
from streams.domain.instants import DAY, HOUR, MINUTE, SECOND
from streams.domain.plan import Contract

CONTRACT = Contract()
NINE = 9 * HOUR  # of the first day


def every_minute(outcomes: str, start: int = NINE, kind: str = "service_level") -> list[Decision]:
    """One decision a minute: ``+`` good, ``-`` bad."""
    return [
        Decision(start + n * MINUTE, kind, sign == "+", f"call-{n:04}")  # type: ignore[arg-type]
        for n, sign in enumerate(outcomes)
    ]


def tell(detector: Detector, decisions: list[Decision]) -> list[AlertChange]:
    return [change for decision in decisions for change in detector.feed(decision)]


def brief(changes: list[AlertChange]) -> list[tuple[str, int]]:
    """What happened, at which minute after nine; updates left out."""
    return [(c.change, (c.at - NINE) // MINUTE) for c in changes if c.change != "updated"]


def twenty_an_hour(**kwargs: object) -> Detector:
    return Detector("waste", CONTRACT, expected_per_quarter=18_250, **kwargs)  # type: ignore[arg-type]


def test_a_line_that_nobody_answers_pages_after_eight_people():
    # 36,500 decisions between false pages: 95 points, 13 for each bad one.
    changes = tell(twenty_an_hour(), every_minute("++++++++" + "--------"))
    assert brief(changes) == [("opened", 15)]
    alert = changes[0].alert
    assert alert.since == NINE + 8 * MINUTE
    assert (alert.people, alert.decided, alert.figure, alert.target) == (8, 8, 0.0, 0.8)
    assert alert.id == "waste:service_level:1970-01-01T09:08:00Z"
    assert alert.evidence == (
        "8 of 8 people in 7 min not answered in time: 0.0 % against a target of 80 %. "
        "A line at its target shows this by chance once in 36,500 calls or more."
    )


def test_a_line_that_does_what_it_promised_never_pages():
    four_of_five = "++++-" * 500
    assert tell(twenty_an_hour(), every_minute(four_of_five)) == []


def test_a_line_that_is_always_somewhat_below_its_target_wakes_nobody():
    seventy_percent = "+-++-+-+++" * 500
    assert tell(twenty_an_hour(), every_minute(seventy_percent)) == []


def test_evidence_counts_from_the_beginning_of_the_fall():
    # A bad patch that healed (the first three) belongs to another story.
    changes = tell(twenty_an_hour(), every_minute("---" + "+" * 10 + "-" * 4 + "+" + "-" * 6))
    alert = changes[0].alert
    assert alert.since == NINE + 13 * MINUTE
    assert (alert.people, alert.decided) == (9, 10)


def test_reachability_has_a_target_of_its_own():
    # 50 % reached is below 60, but no collapse; nobody reached is.
    detector = twenty_an_hour()
    assert tell(detector, every_minute("+-" * 200, kind="reachability")) == []
    later = every_minute("-" * 20, NINE + 400 * MINUTE, "reachability")
    (opened, *updates) = tell(detector, later)
    assert (opened.change, opened.alert.kind, opened.alert.target) == (
        "opened",
        "reachability",
        0.6,
    )
    assert {change.change for change in updates} == {"updated"}


def test_an_alert_is_over_when_the_line_is_back_for_half_an_hour():
    changes = tell(twenty_an_hour(), every_minute("-" * 20 + "+" * 60))
    assert brief(changes) == [("opened", 7), ("resolved", 50)]
    over = changes[-1].alert
    assert over.id == changes[0].alert.id
    assert over.resolved_at == NINE + 50 * MINUTE
    assert over.evidence.startswith("Recovered: 31 of 31 people in the last 30 min were served")


def test_a_short_relief_does_not_resolve_and_page_anew():
    changes = tell(twenty_an_hour(), every_minute("-" * 20 + "+" * 15 + "-" * 20 + "+" * 60))
    assert brief(changes) == [("opened", 7), ("resolved", 85)]


def test_an_alert_stays_open_while_the_figure_stays_below_target():
    changes = tell(twenty_an_hour(), every_minute("-" * 20 + "+-++-+-+++" * 30))
    assert brief(changes) == [("opened", 7)]


def test_numbers_of_an_open_alert_go_out_once_a_minute():
    bad = [Decision(NINE + n * SECOND, "service_level", False, f"{n:04}") for n in range(308)]
    changes = tell(twenty_an_hour(), bad)
    assert [change.change for change in changes] == ["opened"] + ["updated"] * 5
    assert [c.alert.people for c in changes] == [8, 68, 128, 188, 248, 308]
    assert len({c.alert.id for c in changes}) == 1


def test_each_page_makes_the_next_one_ask_for_more():
    # Limits of 95, 117, 137, 159 and 181 points, 13 for each bad one; after four weeks 95 again.
    detector = twenty_an_hour()
    bad_hours = [0, DAY, 2 * DAY, 3 * DAY, 4 * DAY, 5 * DAY, 40 * DAY]
    people = []
    for start in bad_hours:
        changes = tell(detector, every_minute("-" * 30 + "+" * 60, NINE + start))
        people += [change.alert.people for change in changes if change.change == "opened"]
    assert people == [8, 9, 11, 13, 14, 14, 8]


def at_five(at: int) -> int:
    """Open from eight to five."""
    midnight = at - at % DAY
    return midnight + 17 * HOUR if 8 * HOUR <= at - midnight < 17 * HOUR else at


def test_an_alert_ends_when_the_line_closes_however_late_that_is_told():
    detector = twenty_an_hour(closes_at=at_five)
    opened = tell(detector, every_minute("-" * 12, 16 * HOUR))
    told_at_once = twenty_an_hour(closes_at=at_five)
    tell(told_at_once, every_minute("-" * 12, 16 * HOUR))

    assert detector.tick(17 * HOUR - 1) == []
    (at_closing,) = told_at_once.tick(17 * HOUR)
    (next_morning,) = detector.feed(Decision(DAY + NINE, "service_level", True, "first"))

    assert at_closing == next_morning
    assert at_closing.alert.id == opened[0].alert.id
    assert at_closing.alert.resolved_at == 17 * HOUR
    assert at_closing.alert.evidence.startswith("The line closed. 12 of 12 people")


def test_a_closed_line_does_not_page():
    # Those who were left over at five are decided after it.
    detector = twenty_an_hour(closes_at=at_five)
    assert tell(detector, every_minute("-" * 40, 17 * HOUR - 5 * MINUTE)) == []
    assert detector.alerts() == []


def test_a_line_that_closes_with_people_waiting_pages():
    detector = twenty_an_hour(closes_at=at_five)
    closed = [Decision(17 * HOUR, "closed", False, f"call-{n}") for n in range(3)]
    changes = tell(detector, closed)
    assert [(c.change, c.alert.people) for c in changes] == [
        ("opened", 1),
        ("updated", 2),
        ("updated", 3),
    ]
    alert = changes[-1].alert
    assert alert.kind == "closed_on_waiting"
    assert alert.evidence == "3 people still waiting when the line closed."
    assert (alert.figure, alert.target) == (None, None)
    assert detector.tick(18 * HOUR - 1) == []
    (over,) = detector.tick(20 * HOUR)
    assert (over.change, over.alert.resolved_at, over.alert.id) == ("resolved", 18 * HOUR, alert.id)
    assert detector.alerts() == []
    (anew,) = detector.feed(Decision(DAY + 17 * HOUR, "closed", False, "call-9"))
    assert (anew.change, anew.alert.people) == ("opened", 1)


def test_open_alerts_can_be_asked_for_at_any_time():
    detector = twenty_an_hour()
    tell(detector, every_minute("-" * 11))
    detector.feed(Decision(NINE + 11 * MINUTE, "closed", False, "late"))
    assert [(a.kind, a.people) for a in detector.alerts()] == [
        ("service_level", 11),
        ("closed_on_waiting", 1),
    ]


def test_a_line_without_a_plan_learns_how_busy_it_is():
    quiet, busy = Detector("quiet", CONTRACT), Detector("busy", CONTRACT)
    for n in range(8000):
        busy.feed(Decision(NINE + n * SECOND, "service_level", True, f"{n:05}"))
    # Taken for one of 12,800 a day: 2.3 million decisions between false pages, 137 points.
    outage = every_minute("-" * 12, 2 * DAY)
    (quiet_page, *_), (busy_page, *_) = tell(quiet, outage), tell(busy, outage)
    assert (quiet_page.alert.people, busy_page.alert.people) == (8, 11)


def test_what_is_told_twice_or_too_late_is_passed_over():
    decisions = every_minute("+" * 5 + "-" * 20)
    once, twice = twenty_an_hour(), twenty_an_hour()
    heard = tell(once, decisions)
    assert tell(twice, decisions[:15] + decisions[3:15] + decisions[15:]) == heard
    assert (once.passed_over, twice.passed_over) == (0, 12)


def test_a_new_contract_begins_with_fresh_evidence_and_keeps_the_alert():
    detector = twenty_an_hour()
    tell(detector, every_minute("-" * 9))
    detector.agree(Contract(target=0.7), 18_250)
    (alert,) = detector.alerts()
    assert (alert.people, alert.target) == (9, 0.7)

    nearly = twenty_an_hour()
    tell(nearly, every_minute("-" * 7))
    nearly.agree(Contract(target=0.7), 18_250)
    assert tell(nearly, every_minute("-" * 7, NINE + HOUR)) == []


def test_the_same_contract_again_changes_nothing():
    detector = twenty_an_hour()
    tell(detector, every_minute("-" * 7))
    before = detector.state()
    detector.agree(Contract(), 18_250)
    assert detector.state() == before


def test_a_state_from_another_contract_brings_no_evidence():
    other = Detector("waste", Contract(target=0.7), 18_250)
    tell(other, every_minute("-" * 7))
    detector = twenty_an_hour()
    detector.restore(other.state())
    assert brief(tell(detector, every_minute("-" * 8, NINE + HOUR))) == [("opened", 67)]


def test_an_alert_of_a_line_that_the_plan_has_lost_ends_when_it_is_taken_up_again():
    """Nothing is decided any more on a line that is gone: nothing else would ever end it."""
    before = twenty_an_hour()
    tell(before, every_minute("-" * 8))
    [alert] = before.alerts()
    after = twenty_an_hour(closes_at=lambda at: at)  # as of a line that is not there
    after.restore(before.state())
    assert brief(after.tick(NINE + HOUR)) == [("resolved", 7)]
    assert after.alerts() == []
    same = twenty_an_hour()
    same.restore(before.state())
    assert same.tick(NINE + HOUR) == []
    assert same.alerts() == [alert]


def test_a_budget_of_nothing_is_refused():
    with pytest.raises(ValueError, match=r"line waste: .* can never page"):
        Detector("waste", Contract(false_pages=0.0))


@given(st.integers(0, 2**32), st.integers(0, 800))
def test_a_detector_that_crashed_goes_on_as_if_it_had_not(seed, crash):
    """Any day with two outages, any instant of the crash, some decisions told twice after it."""
    rng = Random(seed)
    kinds = ("service_level", "reachability", "closed")
    decisions = [
        Decision(
            n * MINUTE + rng.randrange(3) * SECOND,
            kinds[min(2, int(rng.random() * 2.02))],  # type: ignore[arg-type]
            rng.random() < (0.1 if 200 < n < 320 or 500 < n < 600 else 0.9),
            f"{n:04}",
        )
        for n in range(800)
    ]
    whole, first, second = twenty_an_hour(), twenty_an_hour(), twenty_an_hour()
    expected = tell(whole, decisions)
    before = tell(first, decisions[:crash])
    second.restore(json.loads(json.dumps(first.state())))
    assert second.state() == first.state()
    assert before + tell(second, decisions[max(0, crash - 10) :]) == expected
    assert any(change.change == "opened" for change in expected)
