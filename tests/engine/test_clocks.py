"""Clocks of the machine and of a simulated day, there and back."""

import time

import pytest

from streams.domain.instants import HOUR, SECOND
from streams.engine.clocks import Clock, FastClock, WallClock

NINE = 1_790_000_000 * SECOND


@pytest.mark.parametrize(
    "clock", [WallClock(), FastClock(NINE - HOUR, 60), FastClock(time.time_ns() // 1000 - 5, 2)]
)
def test_a_clock_turned_round_is_the_machines(clock: Clock) -> None:
    """The last has caught up with the machine's clock, which it never passes."""
    machine = time.time_ns() // 1000 + SECOND
    assert clock.machine(clock.at(machine)) == pytest.approx(machine, abs=2)
