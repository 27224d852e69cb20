"""What changed between two statements of one period, from their plain objects and books."""

from typing import Any

import pytest

from streams.domain.statement.restatement import changes, restatement

RESULT: dict[str, Any] = {
    "contract": "paid",
    "measure": "in-time",
    "figure": "service_level",
    "line": "waste",
    "period": "2026-10",
    "from": "a",
    "until": "b",
    "target": 0.8,
    "scope": "per_line",
    "threshold": 20,
    "formula": "abandons_negative",
    "part": 8,
    "whole": 10,
    "value": 0.8,
    "complete": True,
    "met": True,
    "malus": None,
    "bonus": None,
    "days": {},
}
JUDGED_BY = list(RESULT)[:10]


def _statement(*results: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "vendor": "acme",
        "period": "2026-10",
        "plan_digest": "p1",
        "issue": {"number": "acme-1", "date": "d1"},
        "complete": True,
        "heard": {"open": 176, "heard": 155},
        "books": {"digest": "b1"},
        "amounts": [],
        "total": {"line_offered": 10},
        "results": list(results),
    } | more


def _changes(one: dict[str, Any], other: dict[str, Any]) -> list[dict[str, Any]]:
    return changes(_statement(one), _statement(other))


def test_a_result_that_says_the_same_is_no_change() -> None:
    assert _changes(RESULT, RESULT | {"days": {"2026-10-01": 1}}) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("part", 7),
        ("whole", 11),
        ("value", 0.7),
        ("complete", False),
        ("met", False),
        ("malus", {"amount": "1.00"}),
        ("bonus", {"amount": "1.00"}),
    ],
)
def test_what_a_result_comes_to_is_shown_before_and_after(name: str, value: object) -> None:
    (change,) = _changes(RESULT, RESULT | {name: value})
    assert change["before"][name] == RESULT[name] and change["after"][name] == value
    shown = {key: change[key] for key in change if key not in ("before", "after")}
    assert shown == {key: RESULT[key] for key in JUDGED_BY}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("target", 0.9),
        ("threshold", 30),
        ("formula", "answered_only"),
        ("line", None),
        ("until", "c"),
        ("period", "2026-Q4"),
        ("contract", "other"),
        ("scope", "pooled"),
    ],
)
def test_what_is_judged_otherwise_is_another_result(name: str, value: object) -> None:
    """Those of the statement after come first."""
    new, gone = _changes(RESULT, RESULT | {name: value})
    assert new["before"] is None and new["after"]["part"] == 8
    assert gone["after"] is None and gone["before"]["part"] == 8
    assert gone["measure"] == "in-time"


def test_a_measure_without_a_threshold_has_none() -> None:
    bare = {name: RESULT[name] for name in RESULT if name not in ("threshold", "formula")}
    (change,) = _changes(bare, bare | {"part": 7})
    assert change["threshold"] is None


BEFORE = """\
line:waste|2026-10-05T07:15:00Z|answered=3 line_offered=4
line:waste|2026-10-05T07:30:00Z|answered=1 line_offered=1
line:desk|2026-10-05T07:30:00Z|answered=1
vendor:acme|2026-10-05T07:15:00Z|answered=3 line_offered=4
"""
AFTER = """\
line:waste|2026-10-05T07:15:00Z|answered=4 line_offered=4 lost=1
line:waste|2026-10-05T07:30:00Z|answered=1 line_offered=1
line:waste|2026-10-05T07:00:00Z|answered=2
vendor:acme|2026-10-05T07:15:00Z|answered=4 line_offered=4
"""


def _restated(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    events = [{"event_id": "1"}]
    return restatement(before, after, BEFORE, AFTER, 2, "sent again", events)


def test_quarter_hours_of_lines_that_differ_are_shown_in_the_order_of_time() -> None:
    found = _restated(_statement(), _statement())
    assert found["quarter_hours"] == [
        {"line": "waste", "start": "2026-10-05T07:00:00Z", "counts": {"answered": [0, 2]}},
        {
            "line": "waste",
            "start": "2026-10-05T07:15:00Z",
            "counts": {"answered": [3, 4], "lost": [0, 1]},
        },
        {"line": "desk", "start": "2026-10-05T07:30:00Z", "counts": {"answered": [1, 0]}},
    ]


def test_both_statements_are_named_with_what_they_rest_on() -> None:
    after = _statement(
        RESULT, plan_digest="p2", issue={"number": "acme-2", "date": None}, heard=None
    )
    found = _restated(_statement(RESULT), after)
    assert found["before"] == {
        "number": "acme-1",
        "issued": "d1",
        "complete": True,
        "open_hours": 176,
        "heard_hours": 155,
        "books_digest": "b1",
        "plan_digest": "p1",
        "amounts": [],
        "total": {"line_offered": 10},
    }
    assert (found["after"]["open_hours"], found["after"]["heard_hours"]) == (None, None)
    assert (found["number"], found["vendor"], found["period"]) == (2, "acme", "2026-10")
    assert (found["reason"], found["events"]) == ("sent again", [{"event_id": "1"}])
    assert found["plan_changed"] and found["results"] == []
    assert not _restated(_statement(), _statement())["plan_changed"]
