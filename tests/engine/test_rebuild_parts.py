"""What a rebuild sets aside of the partials, and what it leaves to the boards."""

from __future__ import annotations

import pytest

from streams.domain.books import INTERVAL
from streams.domain.instants import DAY
from streams.domain.tally import LINE, Tally
from streams.engine.rebuild import _Rebuild
from streams.engine.roles.routes import Routes
from streams.engine.state import stored
from streams.settings import Settings
from tests.stories import PLAN, at

NOON = at("12:00")


@pytest.mark.parametrize(
    ("clocks", "old"),
    [
        ({0: NOON, 1: NOON}, True),
        ({0: NOON, 1: NOON - 20 * DAY}, False),  # works off a backlog still
        ({0: NOON}, False),  # has never told
    ],
)
def test_an_interval_is_old_when_it_is_so_for_every_partition(
    clocks: dict[int, int], old: bool
) -> None:
    """Else a part of it would be published for the whole, over what was right."""
    work = _Rebuild(Settings(), PLAN, Routes(2, 1, 1), {})
    work._clocks = clocks
    start = NOON - 10 * DAY - NOON % INTERVAL
    key = (LINE + "waste", INTERVAL, start)
    record = stored.figures_record(0, 0, key, Tally.of(line_offered=1, answered=1), True)
    assert work._is_old(record, NOON) is old
    assert len(work._old) == old
