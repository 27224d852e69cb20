"""A statement's number: the same for the same data, another for others, and what it stands for."""

import json
import re
from datetime import date

from streams.domain.instants import HOUR, parse
from streams.sinks.statement import plain
from streams.sinks.statement.issue import issued
from tests.sinks.statement import march


def test_the_same_data_have_the_same_number_whenever_it_is_made() -> None:
    first = march.made(march.booked(), issue=1)
    booked = march.booked()
    later = issued(
        plain.make(booked.plan, booked.of("acme", "2026-03"), booked.intervals), march.NOW + HOUR, 1
    )
    number = first.object.issue.number
    assert re.fullmatch(r"acme-2026-03-1-[0-9a-f]{8}", number)
    assert later.object.issue.number == number
    assert later.object.issue.date != first.object.issue.date


def test_other_data_have_another_number() -> None:
    booked = march.booked()
    numbers = {march.made(booked, issue=1).object.issue.number}
    booked.day("afval", date(2026, 3, 3), late=1)
    numbers.add(march.made(booked, issue=1).object.issue.number)
    assert len(numbers) == 2


def test_what_nobody_has_kept_is_no_issue_and_what_is_provisional_says_so() -> None:
    assert re.fullmatch(r"acme-2026-03-[0-9a-f]{8}", march.made(march.booked()).object.issue.number)
    early = march.made(march.booked(), as_of=parse("2026-03-20T00:00:00Z"))
    assert re.fullmatch(r"acme-2026-03-p-[0-9a-f]{8}", early.object.issue.number)


def test_the_date_of_issue_is_the_plan_s_local_time() -> None:
    assert march.made(march.booked()).object.issue.date == "2026-04-02T10:00:00+02:00"


def test_the_json_says_it_too() -> None:
    found = json.loads(march.made(march.booked(), issue=1).json)
    assert found["issue"]["issue"] == 1 and len(found["issue"]["digest"]) == 64
    assert found["form"] == 3
