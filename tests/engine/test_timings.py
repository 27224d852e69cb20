"""Durations by their buckets, as Prometheus has them."""

from __future__ import annotations

import pytest

from streams.engine.timings import Timings


@pytest.mark.parametrize(
    ("seconds", "place"),
    [(0.0, 0), (0.005, 0), (0.0051, 1), (0.3, 6), (10.0, 10), (10.1, 11), (3_600.0, 11)],
)
def test_a_duration_is_in_the_first_bucket_that_holds_it(seconds: float, place: int) -> None:
    timings = Timings()
    timings.add(seconds)
    assert timings.counts == [int(each == place) for each in range(len(Timings.BOUNDS) + 1)]
    assert timings.sum == seconds


def test_durations_add_up() -> None:
    timings = Timings()
    for seconds in (0.5, 0.5, 20.0):
        timings.add(seconds)
    assert sum(timings.counts) == 3
    assert timings.sum == 21.0
    assert Timings().counts == [0] * 12, "each counts for itself"
