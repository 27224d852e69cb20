"""What the vendor dashboard shows of the running periods."""

from datetime import date

import pytest
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from streams.domain.instants import HOUR
from streams.domain.statement.periods import midnight
from streams.domain.statement.running import running, since
from streams.sinks.period_metrics import period_metrics
from tests.statements import Booked, plan

CONTRACT = """
    [[contract.measure]]
    id = "in-time"
    figure = "service_level"
    target = 0.80
    scope = "pooled"
    [[contract.measure]]
    id = "hung-up"
    figure = "abandonment"
    target = 0.05
    period = "daily"
    [[contract.measure]]
    id = "asa"
    figure = "average_speed_of_answer"
    target = 30
    period = "quarterly"
"""
LINES = """
[[hours]]
id = "office"
mon-fri = "08:00-18:00"
[[line]]
id = "waste"
vendor = "acme"
hours = "office"
expected_per_hour = 10
"""


def _shown(booked: Booked, now: int) -> dict[str, dict[tuple[str, ...], float]]:
    """Samples as Prometheus reads them: by name and their labels but vendor, contract, figure."""

    class Families:
        def collect(self) -> object:
            return period_metrics(running(booked.plan, ["acme"], now, booked.intervals))

    registry = CollectorRegistry()
    registry.register(Families())  # type: ignore[arg-type]
    found: dict[str, dict[tuple[str, ...], float]] = {}
    for family in text_string_to_metric_families(generate_latest(registry).decode()):
        for sample in family.samples:
            of = sample.labels
            assert of["vendor"] == "acme" and of.get("contract", "paid") == "paid"
            names = ("measure", "line", "bound", "exclusion", "currency", "rank")
            key = tuple(filter(None, map(of.get, names)))
            found.setdefault(sample.name.removeprefix("contact_vendor_period_"), {})[key] = (
                sample.value
            )
    return found


def _of_june(contract: str, until: int, **counts: int) -> Booked:
    """So many calls in each open hour of June up to a day."""
    booked = Booked(plan(contract, LINES))
    for day in range(1, until):
        if date(2026, 6, day).weekday() < 5:
            for hour in range(8, 18):
                booked.day("waste", date(2026, 6, day), hour, **counts)
    return booked


def test_each_measure_in_its_own_running_period() -> None:
    """Noon of Tuesday 16 June: the quarter since April, the month, and the day."""
    booked = Booked(plan(CONTRACT, LINES))
    booked.day("waste", date(2026, 4, 2), answered=100, wait_sum=100 * 60_000_000)
    for day in (*range(1, 6), *range(8, 13), 15):
        booked.day("waste", date(2026, 6, day), answered=90, late=10, wait_sum=2_000_000_000)
    booked.day("waste", date(2026, 6, 16), answered=38, abandoned=2, wait_sum=400_000_000)
    now = midnight(date(2026, 6, 16), booked.plan.zone) + 12 * HOUR
    found = _shown(booked, now)

    assert found["ratio"] == {
        ("in-time",): pytest.approx((11 * 90 + 38) / 1140),
        ("hung-up", "waste"): pytest.approx(2 / 40),
    }
    assert found["seconds"] == {("asa", "waste"): pytest.approx((6000 + 11 * 2000 + 400) / 1238)}
    assert found["target_ratio"] == {("in-time",): 0.8, ("hung-up", "waste"): 0.05}
    assert found["target_seconds"] == {("asa", "waste"): 30}
    assert found["offered"][("in-time",)] == 1140
    assert found["misses"] == {("in-time",): 112, ("hung-up", "waste"): 2}
    # Of 22 days 11 and four hours are over; 1,140 of the 1,140 expected came, 1,060 are to come.
    assert found["expected_offered"][("in-time",)] == 2200
    assert found["misses_left"] == {("in-time",): 440 - 112, ("hung-up", "waste"): 5 - 2}
    assert found["end_timestamp_seconds"][("hung-up", "waste")] == pytest.approx(
        midnight(date(2026, 6, 17), booked.plan.zone) / 1e6
    )
    low, mid, high = (found["forecast_ratio"]["in-time", bound] for bound in ("low", "mid", "high"))
    assert low < mid < high
    assert ("asa", "waste", "mid") in found["forecast_seconds"]
    assert found["provisional_ratio"][("in-time",)] == 0


def test_before_the_first_call_there_is_a_budget_and_no_ratio() -> None:
    booked = Booked(plan(CONTRACT, LINES))
    found = _shown(booked, midnight(date(2026, 6, 16), booked.plan.zone))
    assert "ratio" not in found and "forecast_ratio" not in found
    assert found["offered"][("in-time",)] == 0
    assert found["misses_left"][("hung-up", "waste")] == 5


def test_what_it_costs_so_far_and_a_bonus_is_no_malus() -> None:
    """In time 88 %, four points under: two thousand a point. Of hang-ups fewer than agreed."""
    contract = """
        [[contract.measure]]
        id = "in-time"
        figure = "service_level"
        target = 0.92
        scope = "pooled"
        malus = { per_point = 2000 }
        [[contract.measure]]
        id = "hung-up"
        figure = "abandonment"
        target = 0.05
        malus = { per_point = 500 }
        bonus = { per_point = 100 }
        [[contract.measure]]
        id = "fee"
        figure = "reachability"
        target = 0.99
        malus = { per_point = 1, unit = "percent_of_fee" }
    """
    booked = _of_june(contract, 16, answered=88, late=10, abandoned=2)
    found = _shown(booked, midnight(date(2026, 6, 16), booked.plan.zone))
    assert found["malus"] == {
        ("in-time", "EUR"): 8000,
        ("hung-up", "waste", "EUR"): 0,
    }


COSTS = """
    [[contract.measure]]
    id = "in-time"
    figure = "service_level"
    target = 0.80
    malus = { per_point = 2000 }
"""


def test_nothing_is_due_of_what_too_little_was_heard() -> None:
    """The feed is silent from Wednesday 3 June on. By what was heard the target is missed by ten
    points; the statement of these days says incomplete, and the dashboard says no other thing. Of
    280 quarter-hours 77 were heard: two days, less the one pause after the last call."""
    booked = _of_june(COSTS, 3, answered=7, late=3)
    now = midnight(date(2026, 6, 10), booked.plan.zone)
    (judged,) = running(booked.plan, ["acme"], now, booked.intervals)
    assert judged.result.met is False and not judged.result.hours.enough
    found = _shown(booked, now)
    assert "malus" not in found
    assert found["heard_ratio"] == {("in-time", "waste"): pytest.approx(77 / 280)}


def test_of_a_month_that_begins_the_share_is_of_the_hours_open_so_far() -> None:
    booked = _of_june(COSTS, 3, answered=7, late=3)
    zone = booked.plan.zone
    assert "heard_ratio" not in _shown(booked, midnight(date(2026, 6, 1), zone) + 7 * HOUR)
    found = _shown(booked, midnight(date(2026, 6, 2), zone) + 12 * HOUR)
    assert found["heard_ratio"] == {("in-time", "waste"): 1}
    assert found["malus"] == {("in-time", "waste", "EUR"): 20000}


def test_the_worst_quarter_hours_are_of_the_longest_period() -> None:
    """The quarter's worst lies in April; the month, and today, know nothing of it."""
    booked = Booked(plan(CONTRACT, LINES))
    booked.day("waste", date(2026, 4, 2), answered=3, late=17)
    booked.day("waste", date(2026, 6, 16), hour=9, answered=5, late=5)
    found = _shown(booked, midnight(date(2026, 6, 16), booked.plan.zone) + 12 * HOUR)
    april = (midnight(date(2026, 4, 2), booked.plan.zone) + 10 * HOUR) / 1e6
    assert found["worst_timestamp_seconds"]["waste", "01"] == april
    assert found["worst_misses"] == {("waste", "01"): 17, ("waste", "02"): 5}
    assert found["worst_offered"] == {("waste", "01"): 20, ("waste", "02"): 10}


def test_what_an_exclusion_leaves_out() -> None:
    contract = (
        CONTRACT
        + """
        [[contract.exclusion]]
        id = "cable-cut"
        kind = "event"
        from = 2026-06-15T09:00:00+02:00
        until = 2026-06-15T10:00:00+02:00
        reason = "A cable of the city's was cut"
    """
    )
    booked = Booked(plan(contract, LINES))
    booked.day("waste", date(2026, 6, 15), hour=9, answered=5, late=5)
    booked.day("waste", date(2026, 6, 15), hour=11, answered=9, late=1)
    found = _shown(booked, midnight(date(2026, 6, 16), booked.plan.zone))
    assert found["ratio"]["in-time",] == 0.9
    assert found["excluded_quarter_hours"]["in-time", "cable-cut"] == 1
    assert found["excluded_offered"]["in-time", "cable-cut"] == 10


def test_quarter_hours_are_needed_from_the_longest_period_on() -> None:
    agreed = plan(CONTRACT, LINES)
    now = midnight(date(2026, 6, 16), agreed.zone)
    assert since(agreed, now) == midnight(date(2026, 4, 1), agreed.zone)
