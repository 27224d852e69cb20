"""Ids of contacts that have left state, for as long as events may come that belong to them."""

from collections.abc import Mapping
from itertools import islice
from typing import Final

RETIRED_KEPT: Final = 1_000_000
"""Ids remembered at most, about 150 MB: with more than that within twelve hours, the oldest are
evicted first."""


class Retired(dict[str, int]):
    """Each id with the newest instant of what was told under it, in the order of retiring.

    Attributes:
        forgotten: how many had to be evicted early; of an event that still comes under such an id
            nothing is claimed.
    """

    def __init__(self) -> None:
        super().__init__()
        self.forgotten = 0

    def restore(self, ids: Mapping[str, int]) -> None:
        """Takes up what a checkpoint left; those beyond the bound were counted by whoever evicted
        them."""
        self.update(islice(ids.items(), max(0, len(ids) - RETIRED_KEPT), None))

    def add(self, call_id: str, newest: int) -> None:
        """Adds an id behind all others, so that one that retires again is forgotten in its turn."""
        self.pop(call_id, None)
        self[call_id] = newest

    def add_all(self, ids: Mapping[str, int]) -> None:
        """Adds the ids of one checkpoint."""
        for call_id, newest in ids.items():
            self.add(call_id, newest)

    def evict(self, oldest: int) -> None:
        """Evicts ids of which nothing may come any more: what was told is older than this."""
        evicted: list[str] = []
        excess = len(self) - RETIRED_KEPT
        for call_id, newest in self.items():
            if newest >= oldest:
                if len(evicted) >= excess:
                    break
                self.forgotten += 1
            evicted.append(call_id)
        for call_id in evicted:
            del self[call_id]
