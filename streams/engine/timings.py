"""How long something took: a recovery, and checkpoints counted in buckets."""

from typing import Final, NamedTuple


class Recovery(NamedTuple):
    """The recovery of a source partition.

    Attributes:
        seconds: that it took; 0 while it goes on.
        records: that were read so far.
    """

    seconds: float
    records: int


class Timings:
    """Durations in the buckets of a Prometheus histogram.

    Attributes:
        counts: durations by the first bound that is not below them, the last for those above all.
        sum: of all durations, in seconds.
    """

    BOUNDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
    """In seconds: from what a quiet checkpoint takes to what a broker in trouble makes of it."""

    def __init__(self) -> None:
        self.counts = [0] * (len(self.BOUNDS) + 1)
        self.sum = 0.0

    def add(self, seconds: float) -> None:
        """Counts one duration."""
        self.sum += seconds
        for index, bound in enumerate(self.BOUNDS):
            if seconds <= bound:
                self.counts[index] += 1
                return
        self.counts[-1] += 1
