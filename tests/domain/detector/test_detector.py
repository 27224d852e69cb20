"""Lines that fall and get up again, and the pages that tell of it."""

import json
from random import Random

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


def at_five(at: int) -> int:
    """Open from eight to five."""
    midnight = at - at % DAY
    return midnight + 17 * HOUR if 8 * HOUR <= at - midnight < 17 * HOUR else at


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
