"""Whether a change has made Reachline slower: its part of the limit now, and in a kept result.

Machines differ, and so do their neighbours; the bare loop of the same run differs with them. So it
is the ratio to that which is compared, not the cost.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

LOSS: Final = 0.2
"""The part of the ratio whose loss is reported: runs of the same code lie half of it apart."""


class Compared(NamedTuple):
    """A ratio to the limit, now and in the kept result."""

    name: str
    now: float | None
    before: float | None

    @property
    def lost(self) -> bool:
        """Whether more than the allowed part of it is gone, or it could not be measured at all."""
        if self.before is None:
            return False
        return self.now is None or self.now < self.before * (1 - LOSS)

    def __str__(self) -> str:
        now, before = (
            "not measured" if value is None else f"{value:.3f}" for value in (self.now, self.before)
        )
        text = f"{self.name}: {now} of the bare loop, {before} in the committed result"
        # GitHub shows such a line beside the commit.
        return f"::warning title=Slower::{text}" if self.lost else text


def compare(before: Mapping[str, float | None], now: Mapping[str, float | None]) -> list[Compared]:
    """Each ratio that either of the two has, in the order of the kept result."""
    return [Compared(name, now.get(name), before.get(name)) for name in {**before, **now}]
