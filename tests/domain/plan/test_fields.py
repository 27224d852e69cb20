"""One table of a plan, key by key: what can be meant is read, else it is said what is wrong."""

from decimal import Decimal
from typing import Any

import pytest

from streams.domain.instants import HOUR, MINUTE, SECOND
from streams.domain.plan.fields import Reported, Table, duration_text, nearest


def table(**values: Any) -> tuple[Table, Reported]:
    reported: Reported = []
    return Table(values, ("line", 0), reported), reported


@pytest.mark.parametrize(
    ("written", "read"),
    [(90, 90 * SECOND), ("90 s", 90 * SECOND), ("1.5 min", 90 * SECOND), ("4 h", 4 * HOUR)],
)
def test_a_duration_is_seconds_or_a_number_with_its_unit(written: Any, read: int) -> None:
    asked, reported = table(lost_after=written)
    assert asked.duration("lost_after", 0, 0, 12 * HOUR) == read
    assert not reported


@pytest.mark.parametrize("written", ["90", "4 hours", "-1 s", True, 99 * 3600])
def test_what_is_no_duration_or_too_long_is_told_with_its_place(written: Any) -> None:
    asked, reported = table(lost_after=written)
    assert asked.duration("lost_after", MINUTE, 0, 12 * HOUR) == MINUTE
    ((path, _),) = reported
    assert path == ("line", 0, "lost_after")


def test_a_key_that_nobody_asked_for_is_told_with_the_one_that_was_meant() -> None:
    asked, reported = table(id="waste", vendro="acme")
    asked.id()
    asked.text("vendor")
    asked.close()
    ((path, message),) = reported
    assert path == ("line", 0, "vendro")
    assert '"vendor"' in message


def test_a_mistake_is_told_once_and_a_number_within_its_bounds_is_exact() -> None:
    asked, reported = table(target=Decimal("0.85"), above=Decimal("1.2"))
    assert asked.ratio("target") == Decimal("0.85")
    asked.ratio("above")
    assert [path for path, _ in reported] == [("line", 0, "above")]


def test_the_nearest_word_is_offered_or_all_if_they_are_few() -> None:
    assert nearest("abandons_negativ", ["abandons_negative", "answered_only"]) == (
        'did you mean "abandons_negative"?'
    )
    assert nearest("xyz", ["b", "a"]) == "known are: a, b"
    assert nearest("xyz", []) == "there are none"
    assert nearest("xyz", map(str, range(100, 200))) == ""


def test_durations_are_written_in_their_largest_whole_unit() -> None:
    assert [duration_text(d) for d in (SECOND // 2, 90 * SECOND, 2 * MINUTE, 48 * HOUR)] == [
        "0.5 s",
        "90 s",
        "2 min",
        "2 d",
    ]
