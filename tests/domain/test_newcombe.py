"""The interval of a difference between two shares, by the numbers that its author gives."""

import doctest

import pytest

from streams.domain import newcombe
from streams.domain.newcombe import difference


def test_the_worked_examples_come_out() -> None:
    found = doctest.testmod(newcombe)
    assert found.attempted and not found.failed


@pytest.mark.parametrize(
    ("first", "second", "low", "high"),
    [
        # Newcombe 1998, table II, method 10.
        ((3, 10), (9, 10), 0.1705, 0.8090),
        ((0, 29), (5, 56), -0.0381, 0.1926),
        ((0, 20), (0, 10), -0.1611, 0.2775),
        ((0, 10), (10, 10), 0.6075, 1.0),
        ((0, 20), (10, 10), 0.6791, 1.0),
    ],
)
def test_few_contacts_and_shares_at_the_edges(
    first: tuple[int, int], second: tuple[int, int], low: float, high: float
) -> None:
    found = difference(first, second)
    assert found is not None
    by, below, above = found
    assert by == second[0] / second[1] - first[0] / first[1]
    assert -1 <= below <= by <= above <= 1
    assert (below, above) == pytest.approx((low, high), abs=0.0001)


def test_nothing_is_compared_with_nothing() -> None:
    assert difference((0, 0), (1, 2)) is None and difference((1, 2), (0, 0)) is None
