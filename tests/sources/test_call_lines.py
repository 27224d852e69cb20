"""Which line a record's queue feeds, and what is said and counted of one that feeds none."""

from __future__ import annotations

import pytest

from streams.domain.events import CallStart, Event, Queue
from streams.domain.instants import parse
from streams.domain.plan import Plan
from streams.domain.plan.queues import Queues
from streams.sources import call_counts, calls
from streams.sources.call_counts import BadRow, Counts
from streams.sources.call_lines import Lines, UnmappedError
from streams.sources.mapping import Mapping

NOW = parse("2026-11-21T00:00:00Z")
AT = parse("2026-11-20T10:00:00Z")
PLAN = Plan.read("""
[city]
time_zone = "Europe/Brussels"
[[line]]
id = "waste"
queues = ["600", "calls:601"]
[[line]]
id = "desk"
[[line]]
id = "old"
queues = ["605"]
valid_until = 2026-01-01
""")
MAPPING = """
time = { zone = "UTC", format = "iso" }
[call]
id = "{id}"
leg = "{leg}"
line = "{queue}"
to_line = "{to}"
[lines]
"700" = "desk"
"701" = "wast"
[[row]]
when = { second = "*" }
line = "{second}"
leg = "2"
entered = "start"
answered = "start"
hangup = "end"
go_on = true
[[row]]
start = "start"
entered = "start"
hangup = "end"
"""


def of_plan(table: dict[str, str] | None = None) -> Lines:
    return Lines(table, Queues("calls", PLAN.entries.lines, PLAN.knows), PLAN.knows)


@pytest.mark.parametrize(
    ("lines", "queue", "line"),
    [
        (Lines(None), "anything", "anything"),
        (Lines({"700": "desk"}), "700", "desk"),
        (of_plan(), "600", "waste"),
        (of_plan(), "601", "waste"),
        (of_plan(), "waste", "waste"),
        (of_plan(), "desk", "desk"),
        (of_plan({"602": "desk"}), "602", "desk"),
        (of_plan({"602": "desk"}), "600", "waste"),
    ],
)
def test_a_queue_of_a_line(lines: Lines, queue: str, line: str) -> None:
    assert lines.of(queue, AT) == lines.own(queue, AT) == line


@pytest.mark.parametrize(
    ("lines", "queue", "said"),
    [
        (Lines({"700": "desk"}), "602", ': add "602" = "its line" to [lines] of the mapping'),
        (of_plan(), "602", ' of the plan: add queues = ["602"] to its [[line]]'),
        (of_plan(), "605", ' of the plan: add queues = ["605"] to its [[line]]'),
        (of_plan({"602": "wast"}), "602", ' [lines] of the mapping says "wast", which is none'),
        (of_plan(), "0470123456", "add queues"),
    ],
)
def test_a_queue_of_none_is_said_with_what_to_add(lines: Lines, queue: str, said: str) -> None:
    with pytest.raises(UnmappedError) as caught:
        lines.of(queue, AT)
    assert said in str(caught.value)
    assert "0470123456" not in str(caught.value)


def told(*rows: str) -> tuple[list[Event], list[BadRow], Counts]:
    bad: list[BadRow] = []
    counts = Counts()
    lines = ["id,leg,queue,second,to,start,end\n"]
    lines += [f"{row},2026-11-20 10:00:00,2026-11-20 10:01:00\n" for row in rows]
    mapping = Mapping.parse(MAPPING)
    found = calls.events(
        lines, mapping, bad.append, counts=counts, wall=lambda: NOW, known=of_plan(mapping.lines)
    )
    return [*found], bad, counts


def test_each_queue_is_reported_once_and_its_calls_are_counted() -> None:
    events, bad, counts = told(
        "1,1,600,,", "2,1,602,,", "3,1,602,,", "4,1,603,,", "5,1,,,", "6,1,701,,", "7,1,602,,"
    )
    assert {event.call_id for event in events} == {"1"}
    assert [(one.line_number, one.reason.split(";")[0]) for one in bad] == [
        (3, 'the queue 602 feeds no line of the plan: add queues = ["602"] to its [[line]]'),
        (5, 'the queue 603 feeds no line of the plan: add queues = ["603"] to its [[line]]'),
        (6, "the line is empty"),
        (7, 'the queue 701 feeds no line of the plan: [lines] of the mapping says "wast", which '
            "is none"),
    ]  # fmt: skip
    assert counts.queues == {"602": 3, "603": 1, "701": 1}
    assert (counts.rows, counts.calls, counts.unmapped, counts.refused) == (7, 1, 5, 1)


def test_a_row_of_two_visits_keeps_the_one_that_has_a_line() -> None:
    events, bad, counts = told("1,1,600,602,", "2,1,602,600,", "3,1,602,603,")
    lines = {event.line for event in events if isinstance(event, Queue)}
    assert lines == {"waste"}
    assert {event.call_id for event in events} == {"1", "2"}
    assert next(type(event) for event in events if event.call_id == "1") is CallStart
    assert len(bad) == 2 and counts.queues == {"602": 3, "603": 1}
    assert (counts.rows, counts.calls, counts.unmapped) == (3, 2, 1)


def test_a_transfer_to_a_queue_of_no_line_is_one_to_nowhere_known() -> None:
    events, bad, _ = told("1,1,600,,602", "2,1,600,,700")
    left = {e.call_id: e.to_line for e in events if isinstance(e, Queue) and e.phase == "left"}
    assert left == {"1": None, "2": "desk"}
    assert bad == []


def test_a_column_of_anything_is_counted_by_so_many_names(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(call_counts, "_QUEUES", 2)
    _, bad, counts = told("1,1,602,,", "2,1,603,,", "3,1,604,,", "4,1,602,,")
    assert len(bad) == 2 and counts.queues == {"602": 2, "603": 1}
    assert (counts.rows, counts.unmapped) == (4, 4)


@pytest.mark.parametrize("queue", ["+3232210000", "0470 12 34 56", "waste 03/221.00.00"])
def test_a_queue_that_is_called_by_a_number_is_no_line_unless_somebody_says_which(
    queue: str,
) -> None:
    """No event may have a number, not even one of the city's own."""
    with pytest.raises(UnmappedError, match=r"\(a telephone number\)|like|a text") as caught:
        Lines(None).of(queue, 0)
    assert queue not in str(caught.value) and "[lines] of the mapping" in str(caught.value)
    assert Lines({queue: "waste"}).of(queue, 0) == "waste"
