"""A month of two lines and every kind of measure and exclusion, and its statement."""

from datetime import date

from streams.domain.instants import parse
from streams.sinks.statement import plain
from streams.sinks.statement.issue import issued
from streams.sinks.statement.plain import Issued
from tests.statements import FOREVER, Booked, plan

CONTRACT = """
    [[contract.measure]]
    id = "in-time"
    figure = "service_level"
    target = 0.80
    scope = "pooled"
        [contract.measure.malus]
        per_point = 750
        cap = 6000
    [[contract.measure]]
    id = "hung-up"
    figure = "abandonment"
    target = 0.05
        [contract.measure.bonus]
        per_point = 0.5
        unit = "percent_of_fee"
    [[contract.measure]]
    id = "asa"
    figure = "average_speed_of_answer"
    target = 30
    period = "daily"
    [[contract.measure]]
    id = "reached"
    figure = "reachability"
    target = 0.60
    period = "quarterly"
    [[contract.exclusion]]
    id = "busy"
    kind = "volume"
    above = 1.2
    reason = "More <b>calls</b> than agreed"
    [[contract.exclusion]]
    id = "down"
    kind = "cause"
    causes = ["lost", "blocked"]
    reason = "Telephony & network"
"""
LINES = """
[[hours]]
id = "from-ten"
daily = "10:00-10:15"
exceptions = [
    { date = 2026-10-25, open = "09:00-09:15" },  # ten hours after midnight: the clock goes back
    { from = 2026-10-29, until = 2026-11-01, open = "closed" },
]
[[line]]
id = "waste"
vendor = "acme"
hours = "from-ten"
names = { nl = "Afval <&>", en = "Waste <&>" }
expected_per_hour = 200
[[line]]
id = "migration"
vendor = "acme"
hours = "from-ten"
"""
NOW = parse("2026-11-02T09:30:00Z")


def booked() -> Booked:
    found = Booked(plan(CONTRACT, LINES))
    for day in range(1, 29):
        found.day("waste", date(2026, 10, day), answered=60, late=3 * day, abandoned=2)
        found.day("migration", date(2026, 10, day), answered=10, late=1, wait_sum=440_000_000)
    return found.day(
        "waste",
        date(2026, 10, 6),
        line_offered=3,
        queue_offered=3,
        lost=3,
        service_offered=3,
        service_lost=3,
        queue_lost=3,
        reach_judged=3,
        reach_lost=3,
    )


def made(booked: Booked, as_of: int = FOREVER, issue: int | None = None) -> Issued:
    found = booked.of("acme", "2026-10", as_of)
    return issued(plain.make(booked.plan, found, booked.intervals), NOW, issue)
