"""Which intervals a rebuild publishes itself, and which it leaves to the boards."""

from __future__ import annotations

import pytest

from streams.domain.books import INTERVAL
from streams.domain.instants import DAY
from streams.domain.tally import LINE, Tally
from streams.engine.kafka import topics
from streams.engine.old_intervals import OldIntervals
from streams.engine.roles.routes import Routes
from streams.engine.state.partials import figures_record
from tests.stories import at

NOON = at("12:00")


@pytest.mark.parametrize(
    ("watermarks", "old"),
    [
        ({0: NOON, 1: NOON}, True),
        ({0: NOON, 1: NOON - 20 * DAY}, False),  # works off a backlog still
        ({0: NOON}, False),  # has published nothing yet
    ],
)
def test_an_interval_is_old_when_it_is_so_for_every_partition(
    watermarks: dict[int, int], old: bool
) -> None:
    """Else a part of it would be published in place of all of it, over what was right."""
    aside = OldIntervals(Routes(2, 1, 1), watermarks)
    start = NOON - 10 * DAY - NOON % INTERVAL
    key = (LINE + "waste", INTERVAL, start)
    record = figures_record(0, 0, key, Tally.of(line_offered=1, answered=1), True)
    outputs = {(topics.PARTIALS, 0): [record]}
    aside.set_aside(outputs, NOON)
    assert outputs == {(topics.PARTIALS, 0): [] if old else [record]}
    assert [len(records) for records in aside.records(0)] == [int(old)]
