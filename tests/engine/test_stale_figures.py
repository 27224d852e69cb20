"""What was published and is booked no more is published as nothing."""

from __future__ import annotations

import orjson

from streams.domain.books import INTERVAL, SLOT
from streams.domain.tally import Tally
from streams.engine.kafka import topics
from streams.engine.roles.routes import Routes
from streams.engine.stale_figures import StaleFigures
from streams.engine.state.partials import Figures, figures_record, read_partial

ROUTES = Routes(2, 1, 1)
START = 7 * INTERVAL


def figures(scope: str, source: int, width: int = INTERVAL) -> Figures:
    return Figures(scope, source, width, START, Tally.of(contacts=1), True)


def stale() -> StaleFigures:
    """Two vendors were told of; the rebuild books one of them, from one source."""
    found = StaleFigures(ROUTES)
    for source in range(2):
        found.published(figures("vendor:acme", source))
        found.published(figures("vendor:nova", source))
    found.published(figures("vendor:acme", 0, SLOT))
    found.published(figures("vendor:acme", 2))  # of callers, who tell it themselves
    key = "vendor:nova", INTERVAL, START
    found.booked(
        {
            (topics.PARTIALS, 0): [figures_record(1, 0, key, Tally.of(contacts=1), True)],
            (topics.STATE, 0): [(b"k", b"{}")],
        }
    )
    return found


def test_a_source_tells_nothing_where_it_has_told_something() -> None:
    told = [
        read_partial(key, value or b"")
        for source in range(2)
        for records in stale().of_source(source).values()
        for key, value in records
    ]
    assert told == [
        Figures(scope, source, INTERVAL, START, Tally(), True)
        for scope, source in (("vendor:acme", 0), ("vendor:acme", 1), ("vendor:nova", 1))
    ]


def test_a_final_quarter_hour_that_nobody_books_is_nothing() -> None:
    keys = [
        b"vendor:acme|%d" % START,
        b"vendor:nova|%d" % START,
        b"vendor:acme|%d|callers|0" % START,
        b"vendor:acme|%d" % (START - INTERVAL),
    ]
    ((key, value),) = stale().of_intervals(keys, since=START)
    assert key == b"vendor:acme|%d" % START
    assert value is not None
    assert not any(orjson.loads(value)["counts"].values())
