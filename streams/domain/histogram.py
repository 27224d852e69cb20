"""How many there are up to each bound: asked for quantiles, and for how many are within a time.

A histogram is counted up once; whoever asks it several things sorts its buckets once.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from itertools import accumulate


class Histogram:
    """Counts per bucket, counted up from the lowest.

    Args:
        counts: per upper bound of a bucket, how many are in it; none of them 0.
    """

    __slots__ = ("_bounds", "_up_to")

    def __init__(self, counts: Mapping[int, int]) -> None:
        self._bounds = sorted(counts)
        self._up_to = [0, *accumulate(map(counts.__getitem__, self._bounds))]

    def within(self, bound: float) -> int:
        """How many are in buckets that end at this bound, or before.

        >>> histogram = Histogram({5: 6, 20: 3, 90: 1})
        >>> histogram.within(4), histogram.within(20), histogram.within(float("inf"))
        (0, 9, 10)
        """
        return self._up_to[bisect_right(self._bounds, bound)]

    def quantile(self, share: float) -> int | None:
        """The upper bound of the bucket in which this share of all is reached; None where there is
        nothing. By the nearest rank: Hyndman and Fan, Sample Quantiles, 1996, definition 1.

        >>> histogram = Histogram({5: 6, 20: 3, 90: 1})
        >>> histogram.quantile(0.5), histogram.quantile(0.9), histogram.quantile(0.95)
        (5, 20, 90)
        """
        total = self._up_to[-1]
        if not total:
            return None
        needed = max(1, -(-total * share // 1))
        return self._bounds[bisect_left(self._up_to, needed) - 1]
