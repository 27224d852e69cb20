"""How much of a difference between two shares may be chance.

Two menus are heard by different people on different days, so a difference of some points proves
nothing by itself. Its interval covers the true difference in 95 of 100 cases, also for few contacts
and for shares near 0 or 1, where the usual one does not.
"""

from math import sqrt
from typing import Final

Z: Final = 1.959963984540054
"""Of the normal distribution, for 95 % between its two sides."""


def wilson(part: int, whole: int, z: float = Z) -> tuple[float, float]:
    """The interval of one share (Wilson, Probable inference, 1927).

    >>> low, high = wilson(48, 80)
    >>> round(low, 4), round(high, 4)
    (0.4905, 0.7004)
    """
    share, squared = part / whole, z * z
    middle = (share + squared / (2 * whole)) / (1 + squared / whole)
    half = z * sqrt(share * (1 - share) / whole + squared / (4 * whole * whole))
    half /= 1 + squared / whole
    return max(0.0, middle - half), min(1.0, middle + half)


def difference(
    first: tuple[int, int], second: tuple[int, int]
) -> tuple[float, float, float] | None:
    """The second share less the first, with the ends of its interval; None where one has nothing
    under the line. By method 10 of Newcombe, Interval estimation for the difference between
    independent proportions, Statistics in Medicine, 1998; the example is his.

    >>> [round(value, 4) for value in difference((48, 80), (56, 70))]
    [0.2, 0.0524, 0.3339]
    """
    if not first[1] or not second[1]:
        return None
    before, after = first[0] / first[1], second[0] / second[1]
    low_before, high_before = wilson(*first)
    low_after, high_after = wilson(*second)
    found = after - before
    below = sqrt((after - low_after) ** 2 + (high_before - before) ** 2)
    above = sqrt((high_after - after) ** 2 + (before - low_before) ** 2)
    return found, found - below, found + above
