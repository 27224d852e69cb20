"""Intervals that a rebuild publishes itself, because the partials no longer keep them.

What source partitions add to a recent interval goes to the boards, whose owners publish it. An
older one is final in every partition, and retention would remove its partials before any board had
all of them.
"""

from collections.abc import Mapping
from typing import Final

from streams.domain.books import INTERVAL, SLOT
from streams.domain.instants import DAY
from streams.domain.tally import Tally
from streams.engine.kafka import topics
from streams.engine.kafka.outputs import Outputs, Record
from streams.engine.roles.judging import UNKNOWN
from streams.engine.roles.routes import Routes
from streams.engine.state.partials import DecidedForGood, DecidedInSlot, Figures, read_partial
from streams.sinks.records import interval_record

_PARTIALS_KEPT: Final = 6 * DAY
"""Intervals younger than this go to the boards again; the topic keeps a week."""

_DECISIONS_KEPT: Final = DAY
"""Decisions older than this are not published again: the detectors have used them long ago."""


class OldIntervals:
    """Adds up old intervals over the source partitions.

    Args:
        routes: how many partitions there are.
        watermarks: of the source partitions, as far as they are known.
    """

    def __init__(self, routes: Routes, watermarks: Mapping[int, int]) -> None:
        self._routes = routes
        self._watermarks = watermarks
        self._tallies: dict[tuple[str, int], Tally] = {}

    def set_aside(self, outputs: Outputs, watermark: int) -> None:
        """Removes from the partials what boards don't need, and keeps its intervals."""
        for (topic, _), records in outputs.items():
            if topic == topics.PARTIALS:
                records[:] = [
                    (key, value)
                    for key, value in records
                    if value is None or not self._is_old(key, value, watermark)
                ]

    def _is_old(self, key: bytes, value: bytes, watermark: int) -> bool:
        partial = read_partial(key, value)
        if isinstance(partial, DecidedForGood):  # in the order of time
            return partial.told[-1][1] < watermark - _DECISIONS_KEPT
        if isinstance(partial, DecidedInSlot):
            return partial.start < watermark - _DECISIONS_KEPT
        if not isinstance(partial, Figures):
            return False
        if partial.width == SLOT or partial.start >= self.horizon():
            return False
        if partial.final:
            tally = self._tallies.setdefault((partial.scope, partial.start), Tally())
            tally.plus(partial.tally)
        return True

    def horizon(self) -> int:
        """Before this every interval is final in all partitions, and long published."""
        sources = range(self._routes.sources)
        slowest = min(self._watermarks.get(source, UNKNOWN) for source in sources)
        return slowest - slowest % INTERVAL - _PARTIALS_KEPT

    def records(self, since: int) -> list[list[Record]]:
        """The intervals that begin at an instant or later, by partition of the line partials."""
        records: list[list[Record]] = [[] for _ in range(self._routes.partials)]
        for (scope, start), tally in sorted(self._tallies.items()):
            if start >= since:
                there = self._routes.of_scope(scope)
                records[there].append(interval_record(scope, start, tally))
        return records
