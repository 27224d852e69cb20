"""When a line opens and closes next, and when anything that holds for it may change."""

import pytest

from streams.domain.instants import DAY, HOUR, parse
from streams.domain.plan import Plan
from streams.domain.plan.turns import HORIZON, Turns

OFFICE = """
[city]
time_zone = "Europe/Brussels"
[[hours]]
id = "office"
mon-fri = ["09:00-12:00", "13:00-17:00"]
[[hours]]
id = "election"
exceptions = [{ date = 2028-06-10, open = "08:00-20:00" }]
[[contract]]
id = "paid"
valid_until = 2026-11-23T10:30:00+01:00
[[contract]]
id = "paid"
valid_from = 2026-11-23T10:30:00+01:00
[[line]]
id = "waste"
hours = "office"
contract = "paid"
valid_until = 2026-12-01T11:00:00+01:00
[[line]]
id = "always"
contract = "paid"
[[line]]
id = "polls"
hours = "election"
contract = "paid"
[[line]]
id = "moved"
hours = "office"
valid_until = 2026-11-23
[[line]]
id = "moved"
valid_from = 2026-11-24
"""


def at(text: str) -> int:
    return parse(f"{text}:00+01:00")


@pytest.fixture
def turns() -> Turns:
    return Plan.read(OFFICE)._turns


@pytest.mark.parametrize(
    ("now", "turn"),
    [
        ("2026-11-23T08:59", "2026-11-23T09:00"),
        ("2026-11-23T09:00", "2026-11-23T12:00"),
        ("2026-11-23T11:59", "2026-11-23T12:00"),
        ("2026-11-23T12:00", "2026-11-23T13:00"),
        ("2026-11-23T16:00", "2026-11-23T17:00"),
        ("2026-11-27T17:00", "2026-11-30T09:00"),  # over a weekend
    ],
)
def test_the_next_turn_is_an_opening_while_closed_and_a_closing_while_open(
    turns: Turns, now: str, turn: str
) -> None:
    assert turns.next("waste", at(now)) == at(turn)


def test_a_line_closes_with_its_end_in_the_plan_and_never_opens_again(turns: Turns) -> None:
    end = at("2026-12-01T11:00")
    assert turns.next("waste", end - HOUR) == end
    assert turns.next("waste", end) is None
    assert turns.next_edge("waste", end) is None


def test_a_line_without_hours_never_closes_and_one_that_is_not_there_never_opens(
    turns: Turns,
) -> None:
    assert turns.next("always", at("2026-11-23T03:00")) is None
    assert turns.next("nobody", at("2026-11-23T03:00")) is None


def test_a_gap_in_the_plan_is_closed(turns: Turns) -> None:
    assert turns.next("moved", at("2026-11-22T10:00")) == at("2026-11-24T00:00")
    assert turns.next("moved", at("2026-11-24T00:00")) is None


def test_an_opening_is_found_over_a_year_ahead_and_no_further(turns: Turns) -> None:
    opens = parse("2028-06-10T08:00:00+02:00")
    assert turns.next("polls", opens - 2 * HORIZON) is None
    assert turns.next("polls", opens - HORIZON) == opens
    assert turns.next("polls", opens) == opens + 12 * HOUR


def test_what_was_found_is_not_looked_for_again_and_answers_for_no_other_instant(
    turns: Turns, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[int] = []
    find = turns._find
    monkeypatch.setattr(turns, "_find", lambda line, now: (looked.append(now), find(line, now))[1])
    nine, noon, ended = (at(f"2026-11-23T{clock}") for clock in ("09:00", "12:00", "17:00"))
    assert [turns.next("waste", now) for now in (nine, nine, noon - 1)] == [noon] * 3
    assert looked == [nine]
    assert turns.next("waste", noon) == at("2026-11-23T13:00")
    assert turns.next("waste", nine - 1) == nine, "going back in time finds what was then"
    looked.clear()
    assert {turns.next("always", ended + n) for n in (0, DAY - 1, DAY)} == {None}
    assert looked == [ended, ended + DAY], "that there is none holds for a day"


def test_edges_are_those_of_hours_versions_and_contracts(turns: Turns) -> None:
    edges, edge = [], at("2026-11-23T08:00")
    while (found := turns.next_edge("waste", edge)) is not None and found < at("2026-11-23T13:00"):
        edges.append(found)
        edge = found
    assert {at("2026-11-23T09:00"), at("2026-11-23T10:30"), at("2026-11-23T12:00")} <= {*edges}
    assert edges == sorted({*edges})
    contract = at("2026-11-23T10:30")
    assert turns.next_edge("always", contract - 1) == contract
    assert turns.next_edge("always", contract) is None
    assert turns.next_edge("moved", at("2026-11-23T12:00")) == at("2026-11-24T00:00")


def test_whether_a_line_is_open_is_by_its_hours_alone(turns: Turns) -> None:
    plan = Plan.read(OFFICE)
    waste, always = (
        next(v.entry for v in plan.entries.lines if v.entry.id == line)
        for line in ("waste", "always")
    )
    assert turns.is_open(waste, at("2026-11-23T09:00"))
    assert not turns.is_open(waste, at("2026-11-23T12:30"))
    assert turns.is_open(waste, at("2027-01-04T09:00")), "though the line is gone by then"
    assert turns.is_open(always, at("2026-11-23T03:00"))


def test_an_exception_opens_and_closes_to_the_minute() -> None:
    """Closed for a drill from three to six, and open on the Saturday, by the clock on the wall."""
    plan = Plan.read(
        OFFICE
        + """
[[exception]]
line = "moved"
from = 2026-11-20T15:00:00
until = 2026-11-20T18:00:00
reason = "fire drill"
[[exception]]
line = "moved"
from = 2026-11-21T10:01:00+01:00
until = 2026-11-21T12:02:00+01:00
open = true
reason = "open day"
"""
    )
    turns = []
    now = parse("2026-11-20T13:30:00+01:00")
    while now < parse("2026-11-22T00:00:00Z"):
        terms = plan.terms("moved", now)
        assert terms is not None
        turn = plan.closes_at("moved", now) if terms.open else plan.opens_at("moved", now)
        assert turn is not None
        turns.append((terms.open, turn))
        now = turn
    assert turns[:4] == [
        (True, parse("2026-11-20T15:00:00+01:00")),
        (False, parse("2026-11-21T10:01:00+01:00")),
        (True, parse("2026-11-21T12:02:00+01:00")),
        turns[3],
    ]
    other = plan.terms("waste", parse("2026-11-20T15:30:00+01:00"))
    assert other is not None
    assert other.open, "another line of the same hours"
