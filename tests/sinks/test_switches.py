"""What a contract's switches leave out is left out everywhere: replay, wall, alert and statement.

Each switch has an afternoon of two thousand calls, one every 5 s, on which the figure collapses
as long as everything counts, and is at its best when what the switch is about does not.
"""

from collections.abc import Callable, Iterable
from typing import NamedTuple

import pytest

from streams.domain.board import Board
from streams.domain.books import INTERVAL, SLOT, books, start_of
from streams.domain.call_events import Contact
from streams.domain.entries import entries
from streams.domain.figures import figures
from streams.domain.instants import DAY, MINUTE, SECOND
from streams.domain.plan import Plan, check
from streams.domain.statement import parse, statement
from streams.domain.statement.explanation import explain
from streams.domain.statement.standing import standing
from streams.domain.tally import CITY, LINE, Tally
from streams.sinks.live import live_figures
from streams.sinks.statement import plain
from streams.sinks.statement.issue import issued
from streams.sinks.statement.page import page
from tests.stories import Story, at, judged

CALLS = 2000
BEGIN = at("12:00")


def plan(switch: str) -> Plan:
    return Plan.read(
        f"""
        [city]
        contract = "c"
        [[vendor]]
        id = "acme"
        name = "Acme Calls"
        [[contract]]
        id = "c"
        {switch}
            [[contract.measure]]
            id = "in-time"
            figure = "service_level"
            target = 0.80
            [[contract.measure]]
            id = "gone"
            figure = "abandonment"
            target = 0.20
            [[contract.measure]]
            id = "reached"
            figure = "reachability"
            target = 0.60
        [[line]]
        id = "waste"
        vendor = "acme"
        """
    )


def overflows() -> list[Contact]:
    """80 of 100 overflow after 15 s, the others are answered after 5."""
    return [_call(n, "overflow" if n % 10 < 8 else "", 15) for n in range(CALLS)]


def short_hangups() -> list[Contact]:
    """80 of 100 hang up after 3 s, the others are answered after 5."""
    return [_call(n, "hangup" if n % 10 < 8 else "", 3) for n in range(CALLS)]


def callbacks() -> list[Contact]:
    """90 of 100 accept a callback after 10 s, the others are answered after 5."""
    return [_call(n, "callback" if n % 10 else "", 10) for n in range(CALLS)]


def _call(n: int, gone: str, after: int) -> Contact:
    begun = BEGIN + n * 5 * SECOND
    call = Story(f"c{n}").enter(begun, "waste")
    if not gone:
        call.answer(begun + 5 * SECOND, "waste")
    elif gone != "hangup":
        call.leave(begun + after * SECOND, "waste", gone)
    return call.hang_up(begun + (after if gone else 65) * SECOND).contact()


class Seen(NamedTuple):
    """A figure on each of the three."""

    replay: float
    wall: float
    statement: float


def seen(contacts: list[Contact], by: Plan, figure: str) -> Seen:
    """What is seen of a figure at the end of the afternoon."""
    now = BEGIN + CALLS * 5 * SECOND + MINUTE
    replayed = figures(books(contacts, by, now).totals[LINE + "waste"])[figure]
    if figure == "service_level":
        replayed = replayed["abandons_negative"]
    (line,) = live_figures(by, [_board(contacts, by, now)], now)["lines"]
    on_wall = line["abandonment_today" if figure == "abandonment" else f"{figure}_today"]
    (result,) = [each for each in _stated(contacts, by).results if each.figure == figure]
    assert result.value is not None
    return Seen(round(replayed, 4), round(on_wall, 4), float(result.value))


def _board(contacts: Iterable[Contact], by: Plan, now: int) -> Board:
    cells: dict[tuple[str, int, int], Tally] = {}
    for contact in contacts:
        outcome = judged(contact, by, now)
        for entry in entries(outcome) if outcome else ():
            for width in (SLOT, INTERVAL):
                key = entry[0], width, start_of(entry[1], width)
                cells.setdefault(key, Tally()).add(entry)
    board = Board(by, 1, [CITY, LINE + "waste"])
    for (scope, width, start), tally in cells.items():
        board.apply_figures(scope, 0, width, start, tally, False)
    board.apply_watermark(0, now)
    board.advance()
    return board


def _stated(contacts: Iterable[Contact], by: Plan) -> plain.Statement:
    now = BEGIN + 2 * DAY
    intervals, provisional = standing(contacts, by, now)
    found = statement(by, "acme", parse("2026-11-18"), intervals, now, provisional)
    return issued(plain.make(by, found, intervals), now).object


@pytest.mark.parametrize(
    ("switch", "calls", "figure", "value"),
    [
        ("", overflows, "service_level", 0.2),
        ('overflow = "miss"', overflows, "service_level", 0.2),
        ('overflow = "left_out"', overflows, "service_level", 1.0),
        ("", short_hangups, "service_level", 0.2),
        ('short_abandons = "excluded"', short_hangups, "service_level", 1.0),
        ("", short_hangups, "abandonment", 0.8),
        ('short_abandons = "excluded"', short_hangups, "abandonment", 0.0),
        ('callbacks = "not_reached"', callbacks, "reachability", 0.1),
        ("", callbacks, "reachability", 1.0),
    ],
)
def test_a_switch_acts_everywhere_alike(
    switch: str, calls: Callable[[], list[Contact]], figure: str, value: float
) -> None:
    assert seen(calls(), plan(switch), figure) == Seen(value, value, value)


def test_who_overflows_after_the_threshold_was_a_miss_before_and_stays_one() -> None:
    """Left out is what overflows at 20 s, not what does at 21 s: that was a miss on the wall."""
    by = plan('overflow = "left_out"')
    at_once, late = (_call(n, "overflow", wait) for n, wait in enumerate((20, 21)))
    tally = books([at_once, late], by, BEGIN + DAY).totals[LINE + "waste"]
    assert (tally["service_offered"], tally["overflow_left_out"]) == (1, 1)


def test_what_is_left_out_is_printed_beside_the_figure() -> None:
    by = plan('overflow = "left_out"\nshort_abandons = "excluded"')
    now = BEGIN + DAY
    shown = figures(books(overflows(), by, now).totals[LINE + "waste"])
    assert (shown["overflow_share"], shown["overflow_left_out"]) == (0.8, 1600)
    shown = figures(books(short_hangups(), by, now).totals[LINE + "waste"])
    assert (shown["short_abandon_share"], shown["short_left_out"]) == (0.8, 1600)
    english = page(_stated(overflows(), by), "en").replace("\N{NO-BREAK SPACE}", " ")
    said = "Line waste: the contract leaves 1600 overflows out of the service level, 80.00 % of"
    assert said in english
    assert "Who leaves the queue for another one within the threshold is left out." in english
    english = page(_stated(short_hangups(), by), "en").replace("\N{NO-BREAK SPACE}", " ")
    assert "the contract leaves 1600 short hang-ups out, 80.00 % of" in english


@pytest.mark.parametrize(
    ("switch", "left_out"),
    [("", 0.0), ('overflow = "left_out"', 0.8), ('short_abandons = "excluded"', 0.0)],
)
def test_the_wall_says_how_many_are_left_out(switch: str, left_out: float) -> None:
    by, now = plan(switch), BEGIN + CALLS * 5 * SECOND
    (line,) = live_figures(by, [_board(overflows(), by, now)], now)["lines"]
    assert line["service_level_left_out"] == pytest.approx(left_out, abs=0.02)


def test_why_an_overflow_does_not_count_is_explained() -> None:
    by = plan('overflow = "left_out"')
    found, _ = explain([_call(0, "overflow", 15)], by, "waste", BEGIN, BEGIN + DAY, BEGIN + DAY)
    assert [(each.verdict, each.why) for each in found[0].counted] == [
        ("outside", "overflowed"),
        ("hit", "overflowed"),
        ("miss", "overflowed"),
    ]


@pytest.mark.parametrize(
    ("cause", "remedy"),
    [("overflowed", 'overflow = "left_out"'), ("callback", 'callbacks = "left_out"')],
)
def test_an_exclusion_that_only_the_statement_would_know_is_refused(
    cause: str, remedy: str
) -> None:
    text = f"""
        [[contract]]
        id = "c"
            [[contract.exclusion]]
            kind = "cause"
            causes = ["lost", "{cause}"]
            reason = "agreed"
        [[line]]
        id = "waste"
        contract = "c"
        """
    (mistake,) = check(text)
    assert f'"{cause}" acts on the statement alone: write `{remedy}`' in str(mistake)
