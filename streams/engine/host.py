"""What the consumer needs of the app, and what the pages need of the worker.

The app has a consumer, and the worker has pages: each is a part of something that it must also ask.
Here is as much of the whole as the part knows, so that no modules import in a circle.
"""

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from typing import Any, Protocol

from aiokafka import TopicPartition
from prometheus_client.registry import Collector

from streams.domain.board import Board
from streams.domain.plan import Plan
from streams.engine.clocks import Clock
from streams.engine.kafka.broker_time import BrokerTime
from streams.engine.kafka.forms import Written
from streams.engine.quarantine import Quarantine
from streams.engine.roles.contact_owner import ContactOwner, Counts
from streams.engine.timings import Recovery, Timings
from streams.settings import Settings
from streams.sinks.alertmanager import Alertmanagers


class ConsumerHost(Protocol):
    """The app, as its consumer knows it.

    Attributes:
        conf: Faust's settings.
        kafka: how to reach the broker.
        groups: the sets of topics whose equal partitions must be on one worker.
        needs: topics without which no work begins, beside those that agents read.
        written: the form in which records are written.
        on_assigned, on_revoked: what to await when partitions come and go; see `App`.
    """

    conf: Any
    kafka: Settings
    groups: list[Collection[str]]
    needs: frozenset[str]
    written: Written
    on_assigned: Callable[
        [frozenset[TopicPartition]], Awaitable[Mapping[TopicPartition, int] | None]
    ]
    on_revoked: Callable[[frozenset[TopicPartition]], Awaitable[None]]

    @property
    def should_stop(self) -> bool:
        """Whether it is ending."""

    async def or_crash(self, work: Awaitable[None]) -> None:
        """Awaits ``work``; any exception of it is the end of the worker."""


class PagesHost(Protocol):
    """The worker, as its pages know it.

    Attributes:
        settings, plan, clock: what it goes by.
        broker_time: what time it is at the brokers.
        name: host and process.
        counts: what was counted since the start.
        recovered: by source partition, the last recovery.
        checkpoints: how long they took.
        last_checkpoint: when the last was durable, in seconds since 1970; None before the first.
        alertmanagers: where alerts are sent.
    """

    settings: Settings
    plan: Plan
    clock: Clock
    broker_time: BrokerTime
    name: str
    counts: Counts
    alertmanagers: Alertmanagers

    @property
    def recovered(self) -> Mapping[int, Recovery]: ...

    @property
    def checkpoints(self) -> Timings: ...

    @property
    def quarantine(self) -> Quarantine:
        """What was too large to be written."""

    @property
    def last_checkpoint(self) -> float | None: ...

    @property
    def periods(self) -> Collector:
        """The metrics of running periods."""

    @property
    def contact_owners(self) -> Mapping[int, ContactOwner]:
        """The source partitions owned now."""

    @property
    def source_partitions(self) -> int:
        """Partitions of each input topic; 0 until that is known."""

    def boards(self) -> Iterable[Board]:
        """The boards that may be shown."""

    def highwater(self, tp: TopicPartition) -> int | None:
        """The end of a partition as the last answered fetch had it; None before one."""

    def ready(self) -> bool:
        """Whether everything assigned has been recovered and is shown."""

    def stalled_for(self) -> float:
        """Seconds since it made progress."""
