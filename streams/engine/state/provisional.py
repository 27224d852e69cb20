"""The quarter-hours that are not final, put together from the line partials."""

from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from aiokafka import ConsumerRecord, TopicPartition

from streams.domain.books import INTERVAL
from streams.domain.plan.judgement import Judgement
from streams.domain.tally import Tally
from streams.engine.state.partials import Figures, Judged, Restart, WatermarkRecord, read_partial


class Quarter(NamedTuple):
    """A quarter-hour of a scope."""

    scope: str
    start: int


class _Part(NamedTuple):
    """What a source partition adds to a quarter-hour."""

    tally: Tally
    final: bool


class Partials:
    """What source partitions add to quarter-hours, and how complete that is.

    A second reading goes on from the position of the last time: the topic is compacted, yet has
    hundreds of megabytes.

    Attributes:
        positions: the offset up to which each partition was read.
        complete_until: by source partition, the instant up to which its figures are complete.
        judged: by source partition, by what it is judged.
    """

    def __init__(self) -> None:
        self.positions: dict[TopicPartition, int] = {}
        self.complete_until: dict[int, int] = {}
        self.judged: dict[int, Judgement] = {}
        # By partition and source: each partition is published again by itself.
        self._parts: dict[tuple[int, int], dict[Quarter, _Part]] = {}

    def apply(self, records: "Iterable[ConsumerRecord[bytes, bytes]]") -> None:
        """Applies records in the order of their offsets."""
        complete = self.complete_until
        for record in records:
            self.positions[TopicPartition(record.topic, record.partition)] = record.offset + 1
            assert record.key is not None
            if record.value is None:
                continue
            partial = read_partial(record.key, record.value)
            if isinstance(partial, Figures) and partial.width == INTERVAL:
                parts = self._parts.setdefault((record.partition, partial.source), {})
                quarter = Quarter(partial.scope, partial.start)
                parts[quarter] = _Part(partial.tally, partial.final)
            elif isinstance(partial, WatermarkRecord):
                until = partial.complete_until
                complete[partial.source] = max(until, complete.get(partial.source, until))
            elif isinstance(partial, Judged):
                self.judged[partial.source] = partial.judged
            elif isinstance(partial, Restart):
                # What a source has published as final it publishes once, also with another owner.
                parts = self._parts.get((record.partition, partial.source), {})
                for quarter in [each for each, part in parts.items() if not part.final]:
                    del parts[quarter]

    def provisional(
        self, since: int, final: Collection[tuple[str, int]], sources: int
    ) -> Iterator[tuple[Quarter, Tally]]:
        """The parts of the source partitions in quarter-hours from ``since`` on that are not final;
        all others are evicted."""
        for (_, source), parts in self._parts.items():
            if source < sources:
                _evict(parts, [each for each in parts if each.start < since or each in final])
                yield from ((quarter, part.tally) for quarter, part in parts.items())

    def of_callers(
        self, since: int, final: Collection[tuple[str, int, int]], sources: int
    ) -> Iterator[tuple[Quarter, Tally, bool]]:
        """The parts of partitions of callers that are not published as final (scope, start and
        partition), each with whether nothing can change in it; all others are evicted."""
        for (_, source), parts in self._parts.items():
            if source < sources:
                continue
            there = source - sources
            _evict(parts, [each for each in parts if each.start < since or (*each, there) in final])
            yield from ((quarter, part.tally, part.final) for quarter, part in parts.items())


def _evict(parts: "dict[Quarter, _Part]", quarters: list[Quarter]) -> None:
    for quarter in quarters:
        del parts[quarter]
