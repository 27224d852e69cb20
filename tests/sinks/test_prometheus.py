"""What the exporter says of waits and of how fresh its figures are."""

import time

import pytest

from streams.domain.board import SLOT, Board
from streams.domain.instants import HOUR, SECOND
from streams.domain.plan import Plan
from streams.domain.tally import LINE, Tally
from streams.engine.clocks import FastClock
from streams.sinks.prometheus import ShownScopes
from tests import metrics

NINE = 1_790_000_000 * SECOND


def _board(as_of: int, *waits: int) -> Board:
    """Calls to the waste line in the running slot, answered after so many seconds."""
    board = Board(Plan.default(), 1, [LINE + "waste"])
    tally = Tally.of(answered=len(waits))
    for wait in waits:
        tally.waits[wait] = tally.waits.get(wait, 0) + 1
    board.apply_figures(LINE + "waste", 0, SLOT, as_of - as_of % SLOT, tally, False)
    board.apply_watermark(0, as_of)
    board.advance()
    return board


def test_waits_are_counted_up_to_each_bound_and_beyond_all() -> None:
    """Two answered within 5 s, one at 20 s exactly, one after 21 s, one after eleven minutes."""
    page = metrics.read(ShownScopes(Plan.default(), lambda: [_board(NINE, 2, 5, 20, 21, 660)]))
    found = {
        le: metrics.value(page, "contact_line_waits", line="waste", window="15m", le=le)
        for le in ("5", "10", "20", "30", "600", "+Inf")
    }
    assert found == {"5": 2, "10": 2, "20": 3, "30": 4, "600": 4, "+Inf": 5}


def test_where_nobody_was_answered_nobody_waited() -> None:
    page = metrics.read(ShownScopes(Plan.default(), lambda: [_board(NINE)]))
    labels = {"line": "waste", "window": "15m", "le": "+Inf"}
    assert metrics.value(page, "contact_line_waits", **labels) == 0


@pytest.mark.parametrize("speed", [1, 30, 3600])
def test_figures_of_a_simulated_day_are_as_fresh_as_they_are(speed: float) -> None:
    """A demo shows a morning of last week; what its clock says was shown two seconds ago is two
    seconds old, whatever the clock's pace."""
    machine = time.time_ns() // 1000
    clock = FastClock(machine - 100 * 24 * HOUR, speed)
    shown = clock.at(machine + 10 * SECOND)
    plan = Plan.default()
    page = metrics.read(ShownScopes(plan, lambda: [_board(shown)], clock.machine))
    current = metrics.value(page, "contact_line_current_timestamp_seconds", line="waste")
    as_of = metrics.value(page, "contact_line_as_of_timestamp_seconds", line="waste")
    assert current == pytest.approx(machine / SECOND + 10, abs=0.01)
    assert as_of == pytest.approx(shown / SECOND)
