"""What time it is at the brokers, whatever this machine's clock shows."""

from __future__ import annotations

import logging

import pytest

from streams.domain.instants import MINUTE, SECOND
from streams.engine.kafka.broker_time import OFF, BrokerTime
from tests.stories import at

NOON = at("12:00")


class Machine:
    """A machine whose wall clock can be set, and whose monotonic clock can't."""

    def __init__(self, wall: int = NOON) -> None:
        self.wall = wall
        self.monotonic = 100.0
        self.time = BrokerTime(lambda: self.wall, lambda: self.monotonic)

    def passes(self, seconds: float) -> None:
        self.monotonic += seconds
        self.wall += round(seconds * SECOND)


def test_before_a_broker_has_said_it_nothing_is_read_to_an_end() -> None:
    machine = Machine()
    assert machine.time.at(machine.monotonic) is None
    assert machine.time.now() == NOON
    assert machine.time.machine_ahead() == 0


def test_time_goes_on_from_an_acknowledgement_by_a_clock_that_nobody_sets() -> None:
    machine = Machine()
    machine.time.heard(1, NOON)
    machine.passes(7.5)
    machine.wall += 30 * MINUTE
    assert machine.time.now() == NOON + round(7.5 * SECOND)
    assert machine.time.at(102.0) == NOON + 2 * SECOND
    assert machine.time.machine_ahead() == 30 * MINUTE


def test_a_later_acknowledgement_is_believed_over_an_earlier_one() -> None:
    machine = Machine()
    machine.time.heard(1, NOON)
    machine.passes(10)
    machine.time.heard(1, NOON + 11 * SECOND)  # the broker's clock was set
    assert machine.time.now() == NOON + 11 * SECOND


@pytest.mark.parametrize("wrong", [-30 * MINUTE, 30 * MINUTE])
def test_one_broker_of_three_may_be_wrong(wrong: int) -> None:
    machine = Machine()
    for broker, off in ((1, 0), (2, wrong), (3, SECOND // 100)):
        machine.time.heard(broker, NOON + off)
    assert 0 <= machine.time.now() - NOON <= SECOND // 100


def test_of_two_brokers_the_earlier_is_believed_so_that_nothing_is_sealed_too_early() -> None:
    machine = Machine()
    machine.time.heard(1, NOON + 30 * MINUTE)
    machine.time.heard(2, NOON)
    assert machine.time.now() == NOON


def test_a_broker_that_says_nothing_more_is_not_believed_for_ever() -> None:
    machine = Machine()
    machine.time.heard(1, NOON - MINUTE)
    machine.passes(61)
    machine.time.heard(2, NOON + 61 * SECOND)
    assert machine.time.now() == NOON + 61 * SECOND
    machine.passes(3600)  # and when none does, the last goes on
    assert machine.time.now() == NOON + 3661 * SECOND


def test_of_topics_with_the_senders_time_only_the_machine_knows() -> None:
    machine = Machine()
    machine.time.heard(1, None)
    machine.passes(5)
    assert machine.time.at(103.0) == NOON + 3 * SECOND
    machine.time.heard(1, NOON - MINUTE)
    assert machine.time.now() == NOON - MINUTE


@pytest.mark.parametrize("off", [30 * MINUTE, -OFF - 1])
def test_a_clock_that_is_wrong_is_said_once_and_so_is_its_end(
    off: int, caplog: pytest.LogCaptureFixture
) -> None:
    machine = Machine()
    machine.time.heard(1, NOON)
    with caplog.at_level(logging.INFO):
        for ahead in (0, OFF, off, off, 0, 0):
            machine.wall = NOON + ahead
            machine.time.check()
    assert [each.message for each in caplog.records] == [
        "this machine's clock differs from the brokers', which are believed",
        "this machine's clock is that of the brokers again",
    ]
