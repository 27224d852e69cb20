"""What the plan promises and expects, as series that need no worker."""

from dataclasses import replace
from functools import cache

import pytest

from streams.domain import instants
from streams.domain.instants import DAY, HOUR, SECOND
from streams.domain.plan import Plan
from streams.domain.plan.model import LineException
from streams.sinks.rules import promises, schedule
from streams.sinks.rules.promises import (
    EXPECTED,
    LINE_INFO,
    LINE_OPEN,
    MAINTENANCE,
    REACHABILITY_TARGET,
    SERVICE_LEVEL_TARGET,
    VENDOR_INFO,
)
from streams.sinks.rules.rule import Record
from streams.texts import languages
from tests.plans import ANTWERP
from tests.promql import Labels, Samples, Vector, labels

PLAN = Plan.read(
    """
[city]
name = "Testburg"
time_zone = "Europe/Brussels"
languages = ["en", "nl"]

[[vendor]]
id = "north"
name = "North"
owner = "the shift lead"

[[contract]]
id = "agreed"
service_level_target = 0.7
reachability_target = 0.6
valid_until = 2026-07-01
[[contract]]
id = "agreed"
service_level_target = 0.9
reachability_target = 0.6
valid_from = 2026-07-01

[[hours]]
id = "office"
mon-fri = "09:00-17:00"

[[line]]
id = "waste"
names = { en = "Waste" }
option = "3"
vendor = "north"
contract = "agreed"
hours = "office"
expected_per_hour = 12
valid_until = 2026-10-01
[[line]]
id = "waste"
contract = "agreed"
valid_from = 2026-10-01
[[line]]
id = "gone"
valid_until = 2025-10-01

[[maintenance]]
from = 2026-05-04T22:00:00+02:00
until = 2026-05-05T02:00:00+02:00
lines = ["waste"]
reason = "New  trunk"
[[maintenance]]
from = 2025-05-04T22:00:00+02:00
until = 2025-05-05T02:00:00+02:00
lines = ["waste"]
reason = "Last year's"
"""
)
NEW_YEAR = instants.parse("2025-12-31T23:00:00Z")
NORTH = labels(line="waste", vendor="north")
CITY = labels(line="waste", vendor="city")


@cache
def _rules(plan: Plan) -> list[Record]:
    horizon = schedule.Horizon.of(plan, NEW_YEAR)
    found = promises.pieces(plan, NEW_YEAR)
    return [
        *schedule.clock(plan, horizon),
        *schedule.opening(plan, horizon),
        *promises.people(plan, found),
        *promises.targets(found),
        *promises.open_lines(found, plan.entries.exceptions, NEW_YEAR),
        *promises.expected(found),
        *promises.maintenance(plan.entries.maintenance, NEW_YEAR),
    ]


def _known(moment: str, plan: Plan = PLAN) -> dict[str, Vector]:
    """Everything that the plan's rules make at an instant."""
    return Samples(instants.parse(moment) / SECOND).record(_rules(plan)).series


def test_a_line_is_parted_where_it_or_its_contract_changes() -> None:
    july, october = (instants.parse(f"2026-{month}-01T00:00:00+02:00") for month in ("07", "10"))
    found = promises.pieces(PLAN, NEW_YEAR)
    assert [(p.since, p.until, p.line.vendor, p.contract.target) for p in found] == [
        (None, july, "north", 0.7),
        (july, october, "north", 0.9),
        (october, None, "city", 0.9),
    ]
    assert {p.line.id for p in promises.pieces(PLAN, NEW_YEAR - 365 * DAY)} == {"waste", "gone"}


@pytest.mark.parametrize(
    ("moment", "of", "target"),
    [
        ("2026-06-30T23:59:59+02:00", NORTH, 0.7),
        ("2026-07-01T00:00:00+02:00", NORTH, 0.9),
        ("2026-09-30T23:59:59+02:00", NORTH, 0.9),
        ("2026-10-01T00:00:00+02:00", CITY, 0.9),
    ],
)
def test_a_target_is_one_vendor_s_at_a_time(moment: str, of: Labels, target: float) -> None:
    known = _known(moment)
    assert known[SERVICE_LEVEL_TARGET] == {of: target}
    assert known[REACHABILITY_TARGET] == {of: 0.6}


def test_messages_find_the_names_of_lines_and_of_who_answers_for_them() -> None:
    (line,) = (dict(key) for key in _known("2026-05-04T10:00:00Z")[LINE_INFO])
    assert line == {
        "line": "waste",
        "vendor": "north",
        "option": "3",
        **{f"name_{language}": "Waste" for language in languages()},
    }
    (line,) = (dict(key) for key in _known("2026-10-05T10:00:00Z")[LINE_INFO])
    assert (line["name_en"], line["vendor"]) == ("waste", "city")
    vendors = {
        dict(key)["vendor"]: dict(key) for key in _known("2026-05-04T10:00:00Z")[VENDOR_INFO]
    }
    assert set(vendors) == {"north", "city"}
    assert vendors["north"] == {"vendor": "north", "name": "North", "owner": "the shift lead"}


@pytest.mark.parametrize(
    ("moment", "vendor"),
    [
        ("2026-05-04T08:59:00+02:00", None),
        ("2026-05-04T09:00:00+02:00", NORTH),
        ("2026-05-04T17:00:00+02:00", None),
        ("2026-05-02T12:00:00+02:00", None),  # Saturday
        ("2026-10-03T12:00:00+02:00", CITY),  # without hours it is always open
    ],
)
def test_a_line_is_open_in_its_hours(moment: str, vendor: Labels | None) -> None:
    assert _known(moment)[LINE_OPEN] == ({} if vendor is None else {vendor: 1})


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        ("2026-05-04T14:59:59+02:00", True),
        ("2026-05-04T15:00:00+02:00", False),
        ("2026-05-04T16:30:00+02:00", True),
        ("2026-05-09T09:59:59+02:00", False),  # Saturday
        ("2026-05-09T10:00:00+02:00", True),
        ("2026-05-09T12:00:00+02:00", False),
    ],
)
def test_a_line_that_is_excepted_is_silent_to_the_minute(moment: str, is_open: bool) -> None:
    """Nobody is paged because no call comes to a line that is closed for a drill."""
    exceptions = [
        LineException("waste", *map(instants.parse, span), opened)
        for *span, opened in (
            ("2025-05-04T15:00:00+02:00", "2025-05-04T16:30:00+02:00", False),
            ("2026-05-04T15:00:00+02:00", "2026-05-04T16:30:00+02:00", False),
            ("2026-05-09T10:00:00+02:00", "2026-05-09T12:00:00+02:00", True),
        )
    ]
    plan = Plan(replace(PLAN.entries, exceptions=tuple(exceptions)))
    known = _known(moment, plan)
    assert known[LINE_OPEN] == ({NORTH: 1} if is_open else {})
    assert bool(known[EXPECTED]) == is_open
    terms = plan.terms("waste", instants.parse(moment))
    assert terms is not None
    assert terms.open == is_open


def test_a_line_expects_calls_while_it_is_open_and_where_the_plan_forecasts_them() -> None:
    assert _known("2026-05-04T10:00:00+02:00")[EXPECTED] == {NORTH: 12}
    assert _known("2026-05-04T20:00:00+02:00")[EXPECTED] == {}
    assert _known("2026-10-05T10:00:00+02:00")[EXPECTED] == {}


def test_each_hour_of_each_weekday_has_its_own_forecast() -> None:
    """A week of Antwerp, hour by hour, all of its lines."""
    start = instants.parse("2026-11-16T00:30:00Z")
    paces = set()
    for at in range(start, start + 7 * DAY, HOUR):
        found = {
            dict(key)["line"]: value
            for key, value in _known(instants.text(at), ANTWERP)[EXPECTED].items()
        }
        expected = {
            terms.line: ANTWERP.expected_per_hour(terms.line, at)
            for terms in ANTWERP.lines_at(at)
            if terms.open and ANTWERP.expected_per_hour(terms.line, at) is not None
        }
        assert found == pytest.approx(expected), instants.text(at)
        paces |= set(found.values())
    assert len(paces) > 20


@pytest.mark.parametrize(
    ("moment", "active"),
    [
        ("2026-05-04T21:59:59+02:00", False),
        ("2026-05-04T22:00:00+02:00", True),
        ("2026-05-05T01:59:59+02:00", True),
        ("2026-05-05T02:00:00+02:00", False),
    ],
)
def test_maintenance_is_active_from_its_beginning_to_before_its_end(
    moment: str, active: bool
) -> None:
    assert _known(moment)[MAINTENANCE] == ({NORTH: 1} if active else {})


def test_the_rules_name_maintenance_by_its_time_and_its_reason_unless_it_is_over() -> None:
    windows = PLAN.entries.maintenance
    (rule,) = promises.maintenance(windows, NEW_YEAR)
    assert "  # 2026-05-04T20:00:00Z to 2026-05-05T00:00:00Z: New trunk\n" in rule.expr
    assert "Last year" not in rule.expr
    assert promises.maintenance(windows, NEW_YEAR + 365 * DAY) == []


def test_maintenance_that_names_no_line_is_of_all() -> None:
    (window,) = ANTWERP.entries.maintenance
    assert window.lines == ()
    active = _known(instants.text(window.since), ANTWERP)[MAINTENANCE]
    assert {dict(key)["line"] for key in active} == set(ANTWERP.lines)
