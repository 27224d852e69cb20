"""A replay's tables: as wide as the terminal, whole where there is room."""

import pytest

from streams.domain.books import Books, books
from streams.domain.instants import SECOND
from streams.domain.plan import Plan
from streams.sinks import report
from tests.plans import ANTWERP
from tests.stories import PLAN, Story, at


@pytest.mark.parametrize("width", [80, 100, 139])
def test_the_books_fit_too(width: int) -> None:
    table = report.as_table(Books(), ANTWERP, width=width).splitlines()
    assert max(map(len, table)) <= width
    assert {"contacts", "answered"} <= set(table[0].split())


def test_the_books_are_whole_where_there_is_room() -> None:
    assert report.as_table(Books(), ANTWERP, width=200) == report.as_table(Books(), ANTWERP)


def _answered(waits: list[int], plan: Plan) -> str:
    """The table's row of the line waste, whose callers waited so many seconds and were answered."""
    stories = [
        Story(f"c{n}").enter(at("9:00") + n, "waste").answer(at("9:00") + n + wait, "waste")
        for n, wait in enumerate(wait * SECOND for wait in waits)
    ]
    found = books([story.contact() for story in stories], plan, at("12:00"))
    rows = report.as_table(found, plan).splitlines()
    return next(row for row in rows if row.startswith("waste "))


def test_nothing_is_rounded_into_a_target_that_it_misses() -> None:
    """1,599 of 2,000 are 79.95 %, 2,499 of 2,500 are 99.96 %; 20.3 s are more than 20 s."""
    assert "79.9%" in _answered([5] * 1599 + [40] * 401, PLAN)
    assert "99.9%" in _answered([5] * 2499 + [40], PLAN)
    assert "100.0%" in _answered([5], PLAN)
    assert " 21 s " in _answered([20, 20, 21], PLAN)
