"""Where two plans judge otherwise: which entries, in what, and when."""

from __future__ import annotations

import pytest

from streams.domain.instants import parse
from streams.domain.plan import Plan
from streams.domain.plan.differences import Difference, differences
from streams.domain.plan.judgement import around
from tests.stories import at

W = at("10:00")

TEXT = """
[city]
time_zone = "Europe/Brussels"
[[contract]]
id = "paid"
threshold = 30
[[hours]]
id = "office"
mon-fri = "08:00-18:00"
[[line]]
id = "waste"
hours = "office"
contract = "paid"
[[line]]
id = "desk"
[[vendor]]
id = "acme"
"""


def between(old: str, new: str, until: int | None = None) -> list[Difference]:
    return differences(around(Plan.read(old), W), around(Plan.read(new), W), until)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ('id = "desk"', 'id = "desk"\nvendor = "acme"', ("line", "desk", ("vendor",))),
        ("threshold = 30", "threshold = 40", ("contract", "paid", ("threshold",))),
        ("threshold = 30", 'threshold = 30\nboundary = "<"', ("contract", "paid", ("inclusive",))),
        ("08:00-18:00", "08:00-17:00", ("hours", "office", ("week",))),
        ('[[line]]\nid = "desk"', "", ("line", "desk", ("left_out",))),
        (
            'id = "acme"',
            'id = "acme"\n[[entrance]]\nid = "main"',
            ("city", "city", ("has_entrances",)),
        ),
    ],
)
def test_an_entry_without_a_date_differs_at_all_times(
    before: str, after: str, expected: tuple[str, str, tuple[str, ...]]
) -> None:
    first, *_ = between(TEXT, TEXT.replace(before, after))
    assert first == Difference(*expected, None, None)
    first, *_ = between(TEXT, TEXT.replace(before, after), W)
    assert first == Difference(*expected, None, W)


def test_plans_that_are_equal_differ_in_nothing() -> None:
    assert between(TEXT, TEXT) == []
    assert between(TEXT, TEXT.replace('id = "acme"', 'id = "acme"\nname = "Acme"')) == []


def test_an_entry_with_a_date_differs_from_then_on() -> None:
    until, since = "valid_until = 2026-12-01", "valid_from = 2026-12-01"
    dated = TEXT.replace(
        'id = "desk"', f'id = "desk"\n{until}\n[[line]]\nid = "desk"\n{since}\nvendor = "acme"'
    )
    midnight = parse("2026-11-30T23:00:00Z")
    assert between(TEXT, dated) == [Difference("line", "desk", ("vendor",), midnight, None)]
    assert between(TEXT, dated, W) == []


def test_a_day_differs_from_midnight_to_midnight() -> None:
    feast = TEXT + "[holidays]\nextra = [{ date = 2026-11-17 }, { date = 2026-11-18 }]\n"
    span = parse("2026-11-16T23:00:00Z"), parse("2026-11-18T23:00:00Z")
    assert between(TEXT, feast) == [Difference("hours", "office", ("days",), *span)]
    # Of the day on which it is W, no more is behind.
    assert between(TEXT, feast, W) == [Difference("hours", "office", ("days",), span[0], W)]


def test_an_exception_differs_to_the_minute() -> None:
    excepted = TEXT + (
        '[[exception]]\nline = "waste"\nfrom = 2026-11-27T15:00:00\nuntil = 2026-11-27T18:00:00\n'
        'reason = "fire drill"\n'
    )
    span = parse("2026-11-27T14:00:00Z"), parse("2026-11-27T17:00:00Z")
    assert between(TEXT, excepted) == [Difference("exception", "waste", ("added",), *span)]
    assert between(excepted, TEXT) == [Difference("exception", "waste", ("left_out",), *span)]


def test_a_time_zone_differs_while_its_clock_does() -> None:
    lisbon = TEXT.replace("Europe/Brussels", "Europe/Lisbon")
    kigali = TEXT.replace("Europe/Brussels", "Africa/Kigali")  # two hours ahead all year
    assert between(TEXT, lisbon) == [
        Difference("time_zone", "Europe/Lisbon", ("offset",), None, None)
    ]
    winters = between(TEXT, kigali)
    assert (
        Difference(
            *("time_zone", "Africa/Kigali", ("offset",)),
            parse("2026-10-25T01:00:00Z"),
            parse("2027-03-28T01:00:00Z"),
        )
        in winters
    )


def test_a_contract_that_no_line_had_is_told_by_the_line() -> None:
    other = TEXT.replace('id = "desk"', 'id = "desk"\ncontract = "paid"').replace(
        'hours = "office"\ncontract = "paid"', 'hours = "office"'
    )
    assert [(each.kind, each.id) for each in between(TEXT, other)] == [
        ("line", "desk"),
        ("line", "waste"),
    ]
    assert all(each.what == ("contract",) for each in between(TEXT, other))
