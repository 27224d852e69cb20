"""A worker: its parts, and what it does when partitions come and go."""

import asyncio
import gc
import logging
import os
import socket
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Final

from aiokafka import TopicPartition

from streams.domain.board import Board
from streams.domain.plan import Plan
from streams.engine.checkpoint_loop import CheckpointLoop
from streams.engine.clocks import Clock, WallClock
from streams.engine.failpoints import failpoint
from streams.engine.failures import in_words
from streams.engine.http.pages import serve
from streams.engine.intake import Intake
from streams.engine.kafka import before_joining, topics
from streams.engine.kafka.commits import Commits
from streams.engine.kafka.transport import App
from streams.engine.quarantine import Quarantine
from streams.engine.roles.contact_owner import ContactOwner, Counts
from streams.engine.roles.line_owner import LineOwner
from streams.engine.roles.ownership import Ownership
from streams.engine.roles.periods import Periods
from streams.engine.timings import Recovery, Timings
from streams.settings import Settings
from streams.sinks.alert_bodies import LASTS
from streams.sinks.alertmanager import Alertmanagers, addresses
from streams.sinks.links import Links

log = logging.getLogger(__name__)

COLLECT_AFTER: Final = (1_000_000, 20, 20)
"""New objects before Python looks for garbage that refers to itself. Events and contacts never do;
at Python's own 700 the looking took a tenth to a third of the worker's time, at 50,000 still an
eighth, and a million instead of 200,000 saved a twelfth of catching up, with the same peak of
memory."""

BEGINS_AGAIN_AFTER: Final = 5.0
"""Seconds after which work beside the stream begins again that has failed: what fails always says
so twelve times a minute, and costs nothing."""

REBALANCE_SECONDS: Final = 60.0
"""How long a rebalance waits for a member that makes its last checkpoint."""


class Worker:
    """Everything that one process of the application does.

    Attributes:
        settings, plan, clock: what it goes by.
        broker_time: what time it is at the brokers.
        name: host and process, for metrics and logs.
        app: the Faust app; ``await worker.run()`` runs it until ``stop()``.
        counts: what was counted since the start.
        ownership: what it owns.
        intake: how records reach their owners.
        commits: how offsets are committed.
        checkpoint_loop: what makes its checkpoints.
        alertmanagers: where alerts are sent.
        periods: the running periods of its vendors.
    """

    def __init__(self, settings: Settings, plan: Plan, clock: Clock | None = None) -> None:
        self.settings = settings
        self.plan = plan
        self.name = f"{socket.gethostname()}:{os.getpid()}"
        self.app = app = _app(settings)
        self.broker_time = app.broker_time
        self.clock = clock = clock or WallClock(app.broker_time.now)
        self.counts = Counts()
        self.ownership = Ownership(settings, plan, clock, self.counts, app)
        self.intake = Intake(app, self.ownership)
        self.commits = Commits(app)
        self.alertmanagers = Alertmanagers(
            addresses(settings.alertmanagers),
            plan,
            Links(settings.runbooks, settings.grafana),
            clock=clock.now,
            certain=self._certain,
            machine=clock.machine,
        )
        self.checkpoint_loop = CheckpointLoop(
            settings, clock, app, self.ownership, self.intake, self.commits, self.alertmanagers
        )
        self.periods = Periods(settings, plan, clock, self.boards)
        self._asking: asyncio.Task[None] | None = None  # whether the broker lets it in
        self._recovering = False
        self._waits_since: float | None = time.monotonic()  # for partitions
        app.on_assigned = self._assigned
        app.on_revoked = self._revoked
        for topic in topics.INPUTS:
            app.agent(app.topic(topic), name=topic)(self.intake.events)
        app.agent(app.topic(topics.PARTIALS), name=topics.PARTIALS)(self.intake.partials)
        app.agent(app.topic(topics.CALLERS), name=topics.CALLERS)(self.intake.calls)
        serve(app.web, self)

    async def run(self) -> None:
        """Works until ``stop()``; raises what ended it, if something did: a `BrokerError` before
        anything else when no broker lets it in."""
        self._asking = asyncio.create_task(before_joining.check(self.settings))
        try:
            await self._asking
        except asyncio.CancelledError:
            if self.app.should_stop:
                return
            raise
        gc.set_threshold(*COLLECT_AFTER)
        tasks = [
            asyncio.create_task(self.app.or_crash(self.checkpoint_loop.run())),
            asyncio.create_task(beside_the_stream("alerts", self.alertmanagers.run)),
            asyncio.create_task(beside_the_stream("running periods", self.periods.run)),
        ]
        try:
            await self.app.run()
        finally:
            for task in tasks:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task
            await self.ownership.release()

    async def stop(self) -> None:
        """Ends at a checkpoint and leaves the group."""
        if self._asking is not None:
            self._asking.cancel()  # while it still waits for an answer there is nothing to leave
        await self.app.stop()

    # -- what it shows

    @property
    def contact_owners(self) -> dict[int, ContactOwner]:
        """The source partitions owned now."""
        return self.ownership.contacts.owners

    @property
    def line_owners(self) -> dict[int, LineOwner]:
        """The partitions of line partials owned now."""
        return self.ownership.lines.owners

    @property
    def source_partitions(self) -> int:
        """Partitions of each input topic; 0 until that is known."""
        return self.ownership.sources

    @property
    def recovered(self) -> dict[int, Recovery]:
        """By source partition, its last recovery."""
        return self.ownership.recovered

    @property
    def checkpoints(self) -> Timings:
        """How long checkpoints took."""
        return self.checkpoint_loop.timings

    @property
    def quarantine(self) -> Quarantine:
        return self.checkpoint_loop.quarantine

    @property
    def last_checkpoint(self) -> float | None:
        """When the last checkpoint was durable, in seconds since 1970; None before the first."""
        return self.checkpoint_loop.last

    def highwater(self, tp: TopicPartition) -> int | None:
        """The end of a partition as the last answered fetch had it; None before one."""
        end: int | None = self.app.consumer.highwater(tp)
        return end

    def ready(self) -> bool:
        """Whether everything assigned has been recovered and is shown; so it is where nothing was
        assigned."""
        shown = all(owner.shown for owner in self.line_owners.values())
        return self.app.consumer.taken_over and shown

    def stalled_for(self) -> float:
        """Seconds since it took partitions over or made a checkpoint, or for which it waits to be
        given any longer than a rebalance lasts; 0 while it is idle or recovers, which has a limit
        of its own."""
        if self.app.consumer.taken_over or self.app.consumer.owned:
            self._waits_since = None
            return self.checkpoint_loop.stalled_for()
        if self._recovering:
            self._waits_since = None
            return 0.0
        now = time.monotonic()
        self._waits_since = self._waits_since or now
        return max(0.0, now - self._waits_since - REBALANCE_SECONDS)

    def boards(self) -> list[Board]:
        """The boards that may be shown."""
        return [owner.board for owner in self.line_owners.values() if owner.shown]

    def _certain(self) -> bool:
        """Whether nobody else can own what this worker does: the group accepted its offsets
        lately."""
        settings = self.settings
        return self.commits.accepted_within(
            settings.session_seconds + 2 * settings.checkpoint_seconds
        )

    # -- partitions come and go

    async def _assigned(self, tps: frozenset[TopicPartition]) -> Mapping[TopicPartition, int]:
        self.commits.assigned()
        self._recovering = True
        try:
            starts = await self.ownership.take_over(tps)
        finally:
            self._recovering = False
        # What has ended is over for any Alertmanager after as long as it believes in an alert.
        for owner in self.line_owners.values():
            for alert in owner.alerts(self.clock.now() - LASTS):
                self.alertmanagers.send(alert)
        self.checkpoint_loop.progressed()
        return starts

    async def _revoked(self, tps: frozenset[TopicPartition]) -> None:
        failpoint("revoking")
        if await self.checkpoint_loop.last_of(tps):
            # The lines' next owner goes on sending their alerts.
            self.alertmanagers.release()


async def beside_the_stream(what: str, work: Callable[[], Awaitable[None]]) -> None:
    """Does something that figures do not depend on, again and again: whatever fails in it costs a
    line in the log, and no line its figures."""
    while True:
        try:
            await work()
        except Exception as error:
            log.warning("failed, and begins again", extra={"what": what, "why": in_words(error)})
        await asyncio.sleep(BEGINS_AGAIN_AFTER)


def _app(settings: Settings) -> App:
    return App(
        settings.app,
        settings,
        groups=[set(topics.INPUTS)],
        needs=topics.ALL,
        broker_session_timeout=settings.session_seconds,
        broker_heartbeat_interval=settings.session_seconds / 3,
        broker_rebalance_timeout=REBALANCE_SECONDS,
        consumer_auto_offset_reset="earliest",
        web_enabled=True,
        web_bind=settings.web_host,
        web_host=settings.web_host,
        web_port=settings.web_port,
        web_in_thread=False,
    )
