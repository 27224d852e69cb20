"""Which intervals a rebuild publishes itself, and which it leaves to the boards."""

from __future__ import annotations

import pytest

from streams.domain.books import INTERVAL
from streams.domain.instants import DAY
from streams.domain.tally import LINE, Tally
from streams.engine.kafka import topics
from streams.engine.old_intervals import OldIntervals
from streams.engine.roles.routes import Routes
from streams.engine.state.partials import decided_record, figures_record, for_good_records
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


@pytest.mark.parametrize(("age", "needed"), [(DAY - 1, True), (2 * DAY, False)])
def test_decisions_that_the_detectors_have_used_long_ago_are_not_published_again(
    age: int, needed: bool
) -> None:
    """The newest of a record counts: what comes with it is recognised by who has been fed it."""
    aside = OldIntervals(Routes(1, 1, 1), {0: NOON})
    told = [("waste", NOON - each, "s", "1", f"c{each}/1") for each in (9 * DAY, age)]
    slot = NOON - age
    records = [*for_good_records(0, 0, 1, told), decided_record(0, 0, slot, told[1:])]
    outputs = {(topics.PARTIALS, 0): [*records]}
    aside.set_aside(outputs, NOON)
    assert outputs == {(topics.PARTIALS, 0): records if needed else []}
