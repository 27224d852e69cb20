"""The owner of a partition of line partials: its board, and the final intervals that it publishes.

A board is rebuilt by reading its partition from the start; nothing of it is shown before that is
done. What became final at or before the committed offset has been published by whoever owned the
partition then, so it is passed over; only beyond it are final intervals published, and only after
they are acknowledged is the offset committed.
"""

from collections.abc import Iterable
from typing import Final

import orjson
from aiokafka import ConsumerRecord

from streams.domain.board import Board
from streams.domain.detector import AlertChange
from streams.domain.plan import Plan
from streams.domain.tally import CITY, LINE, VENDOR, Tally
from streams.engine import stored, topics
from streams.engine.routes import Routes
from streams.engine.writer import Outputs

_WAITING: Final = "waiting"


def scopes_of(plan: Plan, routes: Routes, partition: int) -> list[str]:
    """The scopes of the plan that this partition of line partials holds."""
    names = [CITY, *(LINE + line for line in plan.lines)]
    names += sorted({VENDOR + version.entry.vendor for version in plan.entries.lines})
    return [name for name in names if routes.of_scope(name) == partition]


class LineOwner:
    """One partition of line partials.

    Attributes:
        board: what it adds up to.
        position: the offset up to which everything is on the board.
        shown: whether the partition has been read to where its end was at the take-over.
    """

    def __init__(
        self, partition: int, plan: Plan, routes: Routes, committed: int, end: int
    ) -> None:
        self.partition = partition
        self.board = Board(plan, routes.sources, scopes_of(plan, routes, partition))
        self.position = 0
        self._committed = committed
        self._end = end
        self._intervals: list[stored.Record] = []
        self._changes: list[AlertChange] = []

    @property
    def shown(self) -> bool:
        return self.position >= self._end

    def restore(self, records: "Iterable[ConsumerRecord[bytes, bytes]]") -> None:
        """Takes up what the lines' detectors remembered, from this partition of the alerts."""
        for record in records:
            assert record.key is not None
            remembered = stored.from_detector_record(record.key, record.value)
            if remembered is not None:
                self.board.alarms.restore(*remembered)

    def take(self, records: "Iterable[ConsumerRecord[bytes, bytes]]") -> None:
        """Takes partial figures in the order of their offsets."""
        board = self.board
        offset = self.position - 1
        for record in records:
            offset = record.offset
            assert record.key is not None
            if record.value is None:
                continue  # an old slot, which the windows have let go of on their own
            parts = record.key.decode().split("|")
            value = orjson.loads(record.value)
            if len(parts) == 4:
                scope, source, width, start = parts
                tally = Tally.from_stored(value[2])
                board.take_figures(
                    scope, int(source), int(width), int(start), tally, bool(value[1])
                )
            elif parts[-1] == _WAITING:
                board.scope(parts[0]).wait(int(parts[1]), value[1], value[2])
            else:
                board.take_clock(int(parts[1]), value[1])
        self.position = offset + 1
        finals = board.advance()
        if self.position > self._committed:
            self._intervals += [
                stored.interval_record(final.scope, final.start, final.tally) for final in finals
            ]
        # Only on a whole board: until then decisions are missing that belong before others.
        if self.shown and board.as_of is not None:
            self._changes += board.alarms.advance(board.as_of)

    def outputs(self) -> Outputs:
        """The final intervals and alerts to be published before the position is committed, and
        what the detectors remember, so that nothing opens twice."""
        intervals, self._intervals = self._intervals, []
        changes, self._changes = self._changes, []
        latest = {change.alert.id: change.alert for change in changes}
        alerts = [stored.alert_record(alert) for alert in latest.values()]
        states = self.board.alarms.fed_states()
        alerts += [stored.detector_record(line, state) for line, state in states.items()]
        return {
            (topics.INTERVALS, self.partition): intervals,
            (topics.ALERTS, self.partition): alerts,
        }
