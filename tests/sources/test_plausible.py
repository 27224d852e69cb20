"""Times that are years apart, or in no order that a call can have, are no call."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.domain import instants
from streams.domain.events import CallStart, Event
from streams.sources import calls
from streams.sources.call_counts import BadRow
from streams.sources.mapping import Mapping, MappingError
from streams.sources.plausible import LONGEST_CALL

MAPPING = """
[time]
zone = "Europe/Brussels"
format = "epoch"
{time}
[call]
id = "{{id}}"
line = "waste"
[[row]]
start = "start"
choice = "menu"
entered = "queued"
answered = "answer"
left = {{ at = "left", reason = "transfer" }}
hangup = "end"
"""
COLUMNS = ("id", "start", "menu", "queued", "answer", "left", "end")
BEGUN = int(datetime(2026, 10, 5, 9, tzinfo=UTC).timestamp())
NOW = (BEGUN + 3_600) * instants.SECOND
YEAR = 365 * 24 * 3_600

NAMES = {
    "start": "start",
    "menu": "choice",
    "queued": "entered",
    "answer": "answered",
    "left": "left",
    "end": "hangup",
}


def row(number: object, **changed: object) -> str:
    """A call that began at 9:00, UTC, with some of its columns otherwise."""
    usual = {"start": 0, "menu": 5, "queued": 10, "answer": 20, "left": 100, "end": 100}
    times = {name: str(BEGUN + seconds) for name, seconds in usual.items()}
    return ",".join([str(number), *(times | {k: str(v) for k, v in changed.items()}).values()])


def read(*rows: str, time: str = "", now: int = NOW) -> tuple[list[str], list[str]]:
    """The calls, and what is said of the rows that are none."""
    bad: list[BadRow] = []
    lines = [",".join(COLUMNS), *rows]
    found = calls.events(
        [line + "\n" for line in lines],
        Mapping.parse(MAPPING.format(time=time)),
        bad.append,
        "calls.csv",
        wall=lambda: now,
    )
    return [e.call_id for e in found if isinstance(e, CallStart)], [str(one) for one in bad]


@pytest.mark.parametrize("column", COLUMNS[1:])
def test_a_nought_that_stands_for_never_is_no_time_in_any_column(column: str) -> None:
    """As a telephone system writes who was never answered: 55 years before the start."""
    found, bad = read(row(1), row(2, **{column: 0}), row(3))
    assert found == ["1", "3"]
    assert bad == [
        f"calls.csv:3: {NAMES[column]}: a time before 1990; where what stands in its column "
        "means that it did not happen, name that in time.never"
    ]


def test_a_nought_that_the_mapping_calls_never_did_not_happen() -> None:
    found, bad = read(row(1, menu=0, queued=0, left=0), time='never = ["0"]')
    assert (found, bad) == (["1"], [])


@pytest.mark.parametrize("column", COLUMNS[2:])
@pytest.mark.parametrize("years", [-30, -1, 1, 30])
def test_times_that_are_years_apart_are_no_call(column: str, years: int) -> None:
    now = NOW + 40 * YEAR * instants.SECOND
    found, bad = read(row(1, **{column: BEGUN + years * YEAR}), row(2), now=now)
    assert found == ["2"]
    (said,) = bad
    assert said.startswith("calls.csv:2: ")
    assert NAMES[column] in said
    assert "time.longest_call" in said


def test_what_is_longer_than_a_day_is_said_in_words_that_help() -> None:
    found, bad = read(row(1, answer=BEGUN - 20 * YEAR))
    assert found == []
    assert bad == [
        "calls.csv:2: left is 20 years after answered: longer than any call "
        "(time.longest_call is 24 hours)"
    ]


@pytest.mark.parametrize(("seconds", "taken"), [(24 * 3_600, True), (24 * 3_600 + 1, False)])
def test_a_call_of_a_day_is_one_still(seconds: int, taken: bool) -> None:
    now = NOW + 2 * LONGEST_CALL
    found, bad = read(row(1, left="", end=BEGUN + seconds), now=now)
    assert (bool(found), not bad) == (taken, taken)


def test_a_mapping_may_have_longer_calls_and_shorter_ones() -> None:
    """Where a row is a promise to call back, it ends days later."""
    late = row(1, left="", end=BEGUN + 3 * 24 * 3_600)
    now = NOW + 4 * LONGEST_CALL
    assert read(late, now=now)[0] == []
    assert read(late, time='longest_call = "96h"', now=now)[0] == ["1"]
    assert read(row(1, end=BEGUN + 7_200), time='longest_call = "90m"', now=now)[0] == []
    for wrong in ('longest_call = "a while"', 'longest_call = "0h"'):
        with pytest.raises(MappingError, match=r"time\.longest_call"):
            read(late, time=wrong)


@pytest.mark.parametrize(("ahead", "taken"), [(5 * 60, True), (5 * 60 + 1, False)])
@pytest.mark.parametrize("column", ["start", "end"])
def test_what_has_not_happened_yet_is_no_call(column: str, ahead: int, taken: bool) -> None:
    """The clock of a phone system may be ahead by minutes, as of events."""
    now = (BEGUN + 100) * instants.SECOND
    changed = dict.fromkeys((*COLUMNS[2:], column), BEGUN + 100 + ahead)
    found, bad = read(row(1, **changed), now=now)
    assert bool(found) is taken
    if not taken:
        assert bad[0].startswith(f"calls.csv:2: {'start' if column == 'start' else 'choice'}: ")
        assert "in the future" in bad[0]


@pytest.mark.parametrize("column", COLUMNS[2:])
def test_clocks_of_one_system_differ_by_minutes_at_most(column: str) -> None:
    """A menu that ends a minute before it starts is what real logs hold; an hour is not."""
    found, bad = read(row(1, **{column: BEGUN - 75}), row(2, **{column: BEGUN - 3_600}))
    assert found == ["1"]
    assert re.match(rf"calls\.csv:3: {NAMES[column]} is 6\d minutes before \w+: ", bad[0])


def test_a_hangup_of_tomorrow_that_is_taken_for_todays_is_said() -> None:
    """Clock times across midnight, and a mapping that says nothing of the day after."""
    text = """
    time = { zone = "UTC", date = "day", format = "%H:%M:%S" NEXT }
    call = { id = "{id}" }
    row = [{ start = "start", hangup = "end" }]
    """
    lines = ["id,day,start,end\n", "1,2026-10-05,23:59:00,00:01:00\n"]

    def taken(more: str) -> tuple[list[Event], list[BadRow]]:
        bad: list[BadRow] = []
        by = Mapping.parse(text.replace("NEXT", more))
        return list(calls.events(lines, by, bad.append, wall=lambda: NOW + LONGEST_CALL)), bad

    assert taken(', next_day = "12h"')[1] == []
    found, (bad,) = taken("")
    assert found == []
    assert bad.reason.startswith("hangup is 23 hours before start: ")
    assert "time.next_day" in bad.reason


def test_a_hangup_that_a_mapping_repairs_is_repaired() -> None:
    text = MAPPING.format(time="").replace('"end"', '{ at = "end", not_before = "answered" }')
    bad: list[BadRow] = []
    lines = [",".join(COLUMNS) + "\n", row(1, left="", end=0) + "\n"]
    found = list(calls.events(lines, Mapping.parse(text), bad.append, wall=lambda: NOW))
    assert bad == []
    assert found[-1].at == "2026-10-05T11:00:20+02:00"


@given(
    st.fixed_dictionaries(
        {},
        optional={
            column: st.one_of(
                st.integers(-(10**10), 10**12), st.integers(BEGUN - 10**6, BEGUN + 10**6)
            )
            for column in COLUMNS[1:]
        },
    )
)
def test_of_whatever_times_the_calls_that_come_are_calls(changed: dict[str, int]) -> None:
    bad: list[BadRow] = []
    lines = [",".join(COLUMNS) + "\n", row(1, **changed) + "\n", row(2) + "\n"]
    by = Mapping.parse(MAPPING.format(time=""))
    found = list(calls.events(lines, by, bad.append, wall=lambda: NOW))
    assert len({event.call_id for event in found}) + len(bad) == 2
    times = [datetime.fromisoformat(event.at) for event in found if event.call_id == "1"]
    if times:
        assert max(times) - min(times) <= timedelta(days=1)
        assert min(times).year >= 1990
        assert instants.of(max(times)) <= NOW + 5 * instants.MINUTE
        assert times[-1] >= min(times) - timedelta(minutes=5)
