"""The running periods of vendors: each measure in the period of its own that holds now."""

from datetime import date

from streams.domain.instants import HOUR
from streams.domain.statement.periods import midnight
from streams.domain.statement.running import kinds, running, since
from tests.statements import SERVICE, TWO_LINES, Booked, plan

CONTRACT = (
    SERVICE
    + """
    [[contract.measure]]
    id = "hung-up"
    figure = "abandonment"
    target = 0.05
    period = "daily"
    [[contract.measure]]
    id = "quarter"
    figure = "service_level"
    target = 0.80
    period = "quarterly"
"""
)
AGREED = plan(CONTRACT)
NOON = midnight(date(2026, 6, 16), AGREED.zone) + 12 * HOUR


def _booked() -> Booked:
    booked = Booked(AGREED).day("waste", date(2026, 4, 2), answered=1)
    booked.day("waste", date(2026, 6, 15), answered=7, late=3)
    return booked.day("waste", date(2026, 6, 16), answered=15, abandoned=5)


def test_each_measure_is_judged_in_its_day_its_month_or_its_quarter() -> None:
    booked = _booked()
    now = running(AGREED, ["acme"], NOON, booked.intervals)
    found = {each.result.measure.id: each for each in now}
    assert {name: each.result.period.name for name, each in found.items()} == {
        "hung-up": "2026-06-16",
        "in-time": "2026-06",
        "quarter": "2026-Q2",
    }
    assert {name: each.result.count for name, each in found.items()} == {
        "hung-up": (5, 20),
        "in-time": (22, 30),
        "quarter": (23, 31),
    }
    days = {"hung-up": date(2026, 6, 17), "in-time": date(2026, 7, 1), "quarter": date(2026, 7, 1)}
    for name, each in found.items():
        assert each.end == midnight(days[name], AGREED.zone)
        assert (each.vendor, each.now) == ("acme", NOON)
        assert each.outlook is not None and not each.result.final


def test_it_is_the_judgement_of_the_statement() -> None:
    booked = _booked()
    month = next(
        each for each in running(AGREED, ["acme"], NOON, booked.intervals)
        if each.result.measure.id == "in-time"
    )  # fmt: skip
    of = booked.of("acme", "2026-06", NOON)
    assert month.result == next(each for each in of.results if each.measure.id == "in-time")
    assert month.worst == of.worst


def test_a_contract_that_ended_or_has_not_begun_is_not_running() -> None:
    lines = "".join(
        f'[[line]]\nid = "waste"\nvendor = "{vendor}"\nvalid_{edge} = 2026-06-16\n'
        for vendor, edge in (("acme", "until"), ("next", "from"))
    )
    booked = Booked(plan(SERVICE, lines))
    first = midnight(date(2026, 6, 16), booked.plan.zone)
    for now, vendor in ((first - 1, "acme"), (first, "next")):
        found = running(booked.plan, ["acme", "next"], now, booked.intervals)
        assert [each.vendor for each in found] == [vendor]


def test_only_the_vendors_that_are_asked_for_are_judged() -> None:
    booked = Booked(plan(SERVICE, TWO_LINES))
    assert [each.result.line for each in running(booked.plan, ["acme"], NOON, {})] == [
        "migration",
        "waste",
    ]
    assert list(running(booked.plan, ["next"], NOON, {})) == []


def test_what_may_still_change_is_counted_apart() -> None:
    booked = _booked()
    today = max(start for _, start in booked.intervals)
    found = running(AGREED, ["acme"], NOON, booked.intervals, {("line:waste", today)})
    open_ = {each.result.measure.id: each.result.open_count.whole for each in found}
    assert open_ == {"hung-up": 20, "in-time": 20, "quarter": 20}


def test_quarter_hours_are_needed_from_the_longest_period_on() -> None:
    assert kinds(AGREED) == {"daily", "monthly", "quarterly"}
    assert since(AGREED, NOON) == midnight(date(2026, 4, 1), AGREED.zone)
    assert since(plan(SERVICE), NOON) == midnight(date(2026, 6, 1), AGREED.zone)
    local_day = midnight(date(2026, 7, 1), AGREED.zone)
    assert since(plan(SERVICE), local_day) == local_day
    assert since(plan(SERVICE), local_day - 1) == midnight(date(2026, 6, 1), AGREED.zone)
