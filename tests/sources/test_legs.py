"""Several rows of one call have one hangup between them."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.domain.events import Event, Hangup, Queue
from streams.sources import calls, legs
from streams.sources.call_counts import BadRow
from streams.sources.call_fields import visit
from streams.sources.mapping import Mapping

LEGS = """
time = { zone = "UTC", format = "iso" }
[call]
id = "{id}"
leg = "{leg}"
attempt = "{attempt}"
line = "{queue}"
[[row]]
when = { answer = "*" }
start = "start"
entered = "start"
answered = "answer"
hangup = "end"
[[row]]
when = { queue = "*" }
start = "start"
entered = "start"
hangup = "end"
[[row]]
start = "start"
hangup = "end"
"""


def told(*rows: str) -> list[str]:
    """Each event as `id minute line reason>to_line`, in the order of time. A row is: id leg attempt
    queue start answer end, with a dot for nothing and minutes for times."""
    bad: list[BadRow] = []
    lines = ["id,leg,attempt,queue,start,answer,end\n"]
    for row in rows:
        *names, start, answer, end = ["" if one == "." else one for one in row.split()]
        times = [f"2026-11-20 10:{int(t):02}:00" if t else "" for t in (start, answer, end)]
        lines.append(",".join((*names, *times)) + "\n")
    events = calls.events(lines, Mapping.parse(LEGS), bad.append)
    found = sorted(events, key=lambda event: event.at)
    assert bad == []
    return [_short(event) for event in found if type(event) in (Queue, Hangup)]


def _short(event: Event) -> str:
    if not isinstance(event, Queue):
        return f"{event.event_id} {int(event.at[14:16])}"
    why = f" {event.reason}>{event.to_line}" if event.reason else ""
    return f"{event.event_id} {int(event.at[14:16])} {event.line}{event.visit}{why}"


def test_each_leg_is_a_visit_and_only_the_last_hangs_up() -> None:
    assert told("7 1 . a 0 1 2", "7 2 . b 2 3 4", "7 3 . a 4 7 9") == [
        "7-1-entered 0 a1",
        "7-1-answered 1 a1",
        "7-2-entered 2 b2",
        "7-1-left 2 a1 transfer>b",
        "7-2-answered 3 b2",
        "7-3-entered 4 a3",
        "7-2-left 4 b2 transfer>a",
        "7-3-answered 7 a3",
        "7-3-hangup 9",
    ]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_leg_that_nobody_answered_goes_on_in_whatever_order_they_stand(
    order: Sequence[int],
) -> None:
    rows = ["7 x . a 0 . 2", "7 y . b 2 3 4"]
    assert set(told(*(rows[n] for n in order))) == {
        f"7-x-entered 0 a{visit(None, 'x')}",
        f"7-x-left 2 a{visit(None, 'x')} overflow>None",
        f"7-y-entered 2 b{visit(None, 'y')}",
        f"7-y-answered 3 b{visit(None, 'y')}",
        "7-y-hangup 4",
    }


def test_a_leg_without_a_queue_ends_in_nothing() -> None:
    assert told("7 1 . . 0 . 1", "7 2 . a 1 . 3") == ["7-2-entered 1 a2", "7-2-hangup 3"]


def test_of_several_attempts_only_the_last_hangs_up() -> None:
    """Three agents ring in turn, or at once, and one picks up: one visit, one wait."""
    in_turn = told("7 1 1 a 0 . 1", "7 1 2 a 1 . 2", "7 1 3 a 2 3 5")
    assert [one for one in in_turn if "left" in one or "hangup" in one] == ["7-1-3-hangup 5"]
    at_once = told("7 1 1 a 0 . 3", "7 1 2 a 0 3 5", "7 1 3 a 0 . 3")
    assert [one for one in at_once if "left" in one or "hangup" in one] == ["7-1-2-hangup 5"]


def test_attempts_of_one_leg_and_then_another_leg() -> None:
    ends = told("7 1 1 a 0 . 1", "7 1 2 a 1 2 4", "7 2 1 b 4 5 6")
    assert [one for one in ends if "left" in one or "hangup" in one] == [
        "7-1-2-left 4 a1 transfer>b",
        "7-2-1-hangup 6",
    ]


def test_a_leg_that_comes_again_corrected_ends_in_each_version() -> None:
    mapping = Mapping.parse(LEGS.replace("[[row]]", 'revision = "{version}"\n[[row]]', 1))
    row = "2026-11-20 10:0{},2026-11-20 10:0{},2026-11-20 10:0{},{}\n"
    lines = ["id,leg,attempt,queue,start,answer,end,version\n"]
    lines += ["7,1,,a," + row.format(0, 1, 2, 0), "7,2,,b," + row.format(2, 3, 4, 0)]
    lines += ["7,1,,a," + row.format(0, 1, 3, 1), "7,2,,b," + row.format(2, 3, 6, 1)]
    ends = [
        e for e in calls.events(lines, mapping, print) if e.event_id.endswith(("left", "hangup"))
    ]
    assert [(e.event_id, e.revision, e.at[14:16]) for e in ends] == [
        ("7-1-left", 0, "02"),
        ("7-1-left", 1, "03"),
        ("7-2-hangup", 0, "04"),
        ("7-2-hangup", 1, "06"),
    ]


def test_other_calls_between_the_legs_change_nothing() -> None:
    alone = told("7 1 . a 0 1 2", "7 2 . b 2 3 4")
    between = told("7 1 . a 0 1 2", "8 1 . a 0 1 9", "7 2 . b 2 3 4", "9 1 . c 0 . 9")
    assert [one for one in between if one.startswith("7")] == alone


def test_an_end_waits_as_long_as_there_is_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(legs, "_MOST_HELD", 1)
    far = told("7 1 . a 0 1 2", "8 1 . a 0 1 9", "7 2 . b 2 3 4")
    assert [one for one in far if "hangup" in one] == [
        "7-1-hangup 2",
        "7-2-hangup 4",
        "8-1-hangup 9",
    ]


@given(st.permutations(["7 1 . a 0 1 2", "7 2 . b 2 . 4", "7 3 . a 4 7 9", "8 1 1 a 0 . 3",
                        "8 1 2 a 1 2 5", "8 2 1 b 5 6 7", "9 . . a 3 . 4"]))  # fmt: skip
def test_the_order_of_the_rows_does_not_matter(rows: list[str]) -> None:
    hangups = [one for one in told(*rows) if "hangup" in one]
    assert hangups == ["9-hangup 4", "8-2-1-hangup 7", "7-3-hangup 9"]
    assert sum("left" in one for one in told(*rows)) == 3
