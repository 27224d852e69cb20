"""A city phones: the same each time, at instants that events can say, however long."""

import json
import tracemalloc
from itertools import islice

import pytest

from streams.domain import instants
from streams.domain.instants import DAY, HOUR
from streams.domain.plan import Plan
from streams.simulation import City
from tests.cities import PLAN, TUESDAY, city, days


def test_the_same_seed_is_the_same_day_and_another_is_not() -> None:
    once, again = (list(city().events()) for _ in range(2))
    assert len(once) > 5_000
    assert json.dumps(once) == json.dumps(again)
    assert json.dumps(once) != json.dumps(list(city(seed=2).events()))


def test_memory_holds_only_the_calls_that_go_on() -> None:
    events = days(400).events()
    for _ in islice(events, 20_000):
        pass
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    for _ in islice(events, 20_000):
        pass
    grown = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert grown < 500_000


def test_a_start_at_any_moment_has_events_of_full_milliseconds() -> None:
    start = TUESDAY + 10 * HOUR + 123_456
    for at, event in City(PLAN, 1, start=start, until=start + HOUR).events():
        assert at == instants.parse(event["at"])


def test_a_plan_without_a_menu_is_refused() -> None:
    with pytest.raises(ValueError, match="nobody could call"):
        City(Plan.default(), 1, start=0, until=DAY)
