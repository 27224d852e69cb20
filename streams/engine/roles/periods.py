"""The running periods of the vendors whose books this worker owns, judged again every minute.

A period is longer than anything in a worker's memory, so the quarter-hours are read from the topic
of final intervals and judged beside the event loop. Scrapes in between get the last judgement.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable, Iterator

from aiokafka.errors import KafkaError
from prometheus_client.core import Metric
from prometheus_client.registry import Collector

from streams.domain.board import Board
from streams.domain.plan import Plan
from streams.domain.statement.running import Running, running, since
from streams.domain.tally import VENDOR
from streams.engine.audit import AuditError, Kept, kept
from streams.engine.clocks import Clock
from streams.engine.kafka.refusals import BrokerError
from streams.engine.state.provisional import Partials
from streams.settings import Settings
from streams.sinks.period_metrics import period_metrics

log = logging.getLogger(__name__)

JUDGED_EVERY = 60.0
"""Seconds between two judgements: a quarter-hour of a month moves no contract faster."""

SOON = 2.0
"""Seconds to the next look while nothing is owned yet, or the first judgement failed."""


class Periods(Collector):
    """Judges the running periods and yields them as metrics.

    Args:
        settings: where the kept intervals are.
        plan: what was agreed.
        clock: what time it is.
        boards: gives the boards shown now; a vendor is judged by the owner of its scope.
    """

    def __init__(
        self, settings: Settings, plan: Plan, clock: Clock, boards: Callable[[], Iterable[Board]]
    ) -> None:
        self._settings = settings
        self._plan = plan
        self._clock = clock
        self._boards = boards
        self._judged: dict[str, list[Running]] = {}
        self._partials = Partials()
        self._begin = 0

    async def run(self) -> None:
        """Judges until it is cancelled. A broker that does not answer costs a round, no more."""
        while True:
            try:
                await self.judge()
            except (KafkaError, BrokerError, AuditError, TimeoutError, OSError) as error:
                log.warning("running periods not judged", extra={"why": str(error)})
                self._partials = Partials()
            await asyncio.sleep(JUDGED_EVERY if self._judged else SOON)

    async def judge(self) -> None:
        """Judges the vendors owned now, once."""
        vendors = self._owned()
        if not vendors:
            self._judged, self._partials = {}, Partials()
            return
        now = self._clock.now()
        # The books may still be in the month before, at its end or while catching up.
        slowest = min((b.as_of for b in self._boards() if b.as_of is not None), default=now)
        begin = since(self._plan, min(now, slowest))
        if begin < self._begin:
            self._partials = Partials()  # what was before has been evicted
        self._begin = begin
        found = await kept(self._settings, begin, now, self._partials)
        judged: dict[str, list[Running]] = {vendor: [] for vendor in vendors}
        for each in await asyncio.to_thread(self._running, vendors, found.as_of, found):
            judged[each.vendor].append(each)
        self._judged = judged

    def _running(self, vendors: set[str], now: int, found: Kept) -> list[Running]:
        plan = found.judging(self._plan)
        return list(running(plan, sorted(vendors), now, found.intervals, found.provisional))

    def _owned(self) -> set[str]:
        return {
            scope.removeprefix(VENDOR)
            for board in self._boards()
            for scope in board.scopes
            if scope.startswith(VENDOR)
        }

    def describe(self) -> Iterable[Metric]:
        return ()

    def collect(self) -> Iterator[Metric]:
        owned = self._owned()
        yield from period_metrics(
            each for vendor, judged in self._judged.items() if vendor in owned for each in judged
        )
