"""Counts of rows: each once, and those of several files together."""

from collections import Counter

from streams.sources.call_counts import BadRow, Counts, Outcome, counted
from streams.sources.call_events import Record
from streams.sources.rows import Row


def test_each_row_is_counted_once_and_what_is_wrong_is_reported() -> None:
    counts, bad = Counts(), list[BadRow]()
    row = Row(2, [], 1, False)
    assert counted(Outcome(row, {}, None, "no"), counts, bad.append, "calls.csv") is None
    left_out = Record("1")
    assert counted(Outcome(row, {}, left_out, None), counts, bad.append, "calls.csv") is left_out
    assert bad == [BadRow("calls.csv", 2, "no")] and str(bad[0]) == "calls.csv:2: no"
    assert counts == Counts(rows=2, left_out=1, refused=1, swallowed=2)


def test_counts_add_up() -> None:
    counts = Counts(1, 2, 3, 4, 5, 6, 7, 8, Counter({"600": 1}))
    counts.add(Counts(10, 20, 30, 40, 50, 60, 70, 80, Counter({"600": 2, "601": 3})))
    assert counts == Counts(11, 22, 33, 44, 55, 66, 77, 88, Counter({"600": 3, "601": 3}))
