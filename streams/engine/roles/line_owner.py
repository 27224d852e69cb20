"""The owner of a partition of line partials: its board, and what it publishes of it.

The owner of the city's partition has the detectors of all scopes besides, and tells of alerts.

A board is rebuilt by reading its partition from the start. Nothing of it is shown or published
before that is done, for a log that is being compacted is complete only at its end. With final
intervals the owner writes, in one transaction, which ones it has published, so that its successor
goes on from there.
"""

from collections.abc import Iterable
from typing import Any, Final

from aiokafka import ConsumerRecord

from streams.domain.board import Board
from streams.domain.detector import Alert, AlertChange
from streams.domain.instants import HOUR
from streams.domain.plan import Plan
from streams.domain.tally import CITY, LINE, VENDOR
from streams.engine.kafka import topics
from streams.engine.kafka.outputs import Outputs, Record
from streams.engine.roles.routes import Routes
from streams.engine.state.alerts import (
    DETECTOR,
    INCIDENT,
    LEARNT,
    alert_record,
    from_alert_record,
    from_state_record,
    state_record,
)
from streams.engine.state.partials import (
    DecidedForGood,
    DecidedInSlot,
    Figures,
    Published,
    Restart,
    Waits,
    WatermarkRecord,
    published_record,
    read_partial,
)
from streams.sinks.records import interval_record

ENDED_KEPT: Final = HOUR
"""For how long an alert that has ended is remembered: four times as long as an Alertmanager
believes in one that is not sent again."""


def scopes_of(plan: Plan, routes: Routes, partition: int) -> list[str]:
    """The scopes of the plan that are on this partition of line partials."""
    names = [CITY, *(LINE + line for line in plan.lines)]
    names += sorted({VENDOR + version.entry.vendor for version in plan.entries.lines})
    return [name for name in names if routes.of_scope(name) == partition]


class LineOwner:
    """Owns one partition of line partials.

    Attributes:
        partition: which one.
        board: what it adds up to.
        position: the offset up to which everything is on the board.
        shown: whether the partition has been read to where its end was at the take-over.
    """

    def __init__(self, partition: int, plan: Plan, routes: Routes, end: int) -> None:
        self.partition = partition
        self.board = Board(plan, routes.sources, scopes_of(plan, routes, partition))
        self.position = 0
        self._watches = routes.of_decisions == partition
        self._end = end
        self._before: Published | None = None  # by the owners before this one
        self._intervals: list[Record] = []
        self._changes: list[AlertChange] = []
        self._published: list[AlertChange] = []
        self._ended: dict[str, Alert] = {}  # lately, whichever owner published it

    @property
    def shown(self) -> bool:
        return self.position >= self._end

    def restore(self, records: "Iterable[ConsumerRecord[bytes, bytes]]", now: int) -> None:
        """Restores what the lines' detectors remember, from this partition of the alerts, and which
        alerts have ended lately."""
        states: dict[str, dict[str, list[Any]]] = {DETECTOR: {}, LEARNT: {}, INCIDENT: {}}
        for record in records:
            assert record.key is not None
            remembered = from_state_record(record.key, record.value)
            if remembered is not None:
                if self._watches:
                    states[remembered.what][remembered.of] = remembered.state
                continue
            alert = from_alert_record(record.key, record.value)
            if alert is not None and _ended_since(now - ENDED_KEPT, alert):
                self._ended[alert.id] = alert
        alarms = self.board.alarms
        for scope, state in states[DETECTOR].items():
            alarms.restore(scope, state)
        for scope, state in states[LEARNT].items():
            alarms.restore_learnt(scope, state)
        for vendor, state in states[INCIDENT].items():
            alarms.restore_incident(vendor, state)

    def alerts(self, since: int) -> list[Alert]:
        """The open alerts, and those that have ended since then: only a former owner knows which
        Alertmanager has heard of the end."""
        ended = [alert for alert in self._ended.values() if _ended_since(since, alert)]
        return [*self.board.alarms.open(), *ended]

    def apply(self, records: "Iterable[ConsumerRecord[bytes, bytes]]") -> None:
        """Applies partial figures in the order of their offsets."""
        board = self.board
        position = self.position
        for record in records:
            position = record.offset + 1
            assert record.key is not None
            if record.value is None:
                continue  # an old slot, which the windows have evicted by themselves
            partial = read_partial(record.key, record.value)
            if isinstance(partial, Figures):
                board.apply_figures(*partial)
            elif isinstance(partial, DecidedForGood | DecidedInSlot):
                self._apply_decided(partial)
            elif isinstance(partial, Waits):
                board.apply_waiting(*partial)
            elif isinstance(partial, WatermarkRecord):
                board.apply_watermark(partial.source, partial.complete_until, partial.held)
            elif isinstance(partial, Restart):
                board.restart(partial.source)
            elif isinstance(partial, Published) and not self.shown:
                self._before = partial
        self.read_to(position)

    def _apply_decided(self, partial: DecidedForGood | DecidedInSlot) -> None:
        """Decisions are for one owner; what was on other partitions once is nobody's."""
        if not self._watches:
            return
        if isinstance(partial, DecidedForGood):
            self.board.alarms.apply_for_good(partial.told)
        else:
            self.board.alarms.apply(*partial)

    def read_to(self, position: int) -> None:
        """Everything up to this offset is on the board: what ends a log need not be records."""
        self.position = max(self.position, position)
        board = self.board
        # Only on a complete board: until then figures and decisions are missing.
        if not self.shown or board.as_of is None:
            return
        finals = board.advance()
        before, self._before = self._before, None
        for final in finals:
            if before is None or not before.has(final.scope, final.start):
                self._intervals.append(interval_record(*final))
        self._changes += board.alarms.advance(board.as_of)

    def outputs(self, generation: int) -> Outputs:
        """The final intervals and alerts to be published before the position is committed, and what
        the detectors remember, so that no alert opens twice."""
        intervals, self._intervals = self._intervals, []
        changes, self._changes = self._changes, []
        self._published += changes
        latest = {change.alert.id: change.alert for change in changes}
        alerts = [alert_record(alert) for alert in latest.values()]
        alarms = self.board.alarms
        for what, states in (
            (DETECTOR, alarms.fed_states()),
            (LEARNT, alarms.learnt_states()),
            (INCIDENT, alarms.incident_states()),
        ):
            alerts += [state_record(what, of, state) for of, state in states.items()]
        published: list[Record] = []
        if intervals and self.board.as_of is not None:
            pinned = frozenset(self.board.pinned())
            now = Published(self.board.as_of, pinned, self.board.held())
            published.append(published_record(generation, now))
        return {
            (topics.INTERVALS, self.partition): intervals,
            (topics.PARTIALS, self.partition): published,
            (topics.ALERTS, self.partition): alerts,
        }

    def published(self) -> list[AlertChange]:
        """The changes of alerts in the last outputs, once these are durable."""
        published, self._published = self._published, []
        for change in published:
            if change.change == "resolved":
                kept = [*self._ended.values(), change.alert]
                self._ended = {a.id: a for a in kept if _ended_since(change.at - ENDED_KEPT, a)}
        return published


def _ended_since(instant: int, alert: Alert) -> bool:
    return alert.resolved_at is not None and alert.resolved_at >= instant
