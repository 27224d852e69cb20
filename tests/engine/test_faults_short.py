"""The short form of the faults suite, for those who have only Python: a worker dies again and
again, on the demo's own broker, and the books are those of a run in which it did not.

That broker keeps a member that has died in its group, and does not share a group's work out anew.
So there is one worker at a time, and who died is taken out of the group before the next begins.
"""

from __future__ import annotations

import asyncio
import uuid
from pathlib import Path

import pytest
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.protocol.group import LeaveGroupRequest

from streams.engine.failpoints import FAILPOINTS, VARIABLE
from streams.engine.kafka.embedded import EmbeddedBroker
from streams.settings import Settings
from tests.faults.chaos import Run, live
from tests.missing import need_embedded_broker
from tests.running import fresh_topics


class OneByOne(Run):
    """A run of one worker after the other."""

    _doomed: dict[str, str]

    async def go(self, seconds: float) -> None:
        self._doomed = {}
        await super().go(seconds)
        for worker in self.workers:
            worker.kill()
        await self.bury()

    async def supervising(self) -> None:
        while True:
            if not any(each.running for each in self.workers):
                await self.bury()
                environment, self._doomed = self._doomed, {}
                self.workers = [self.replace(**environment)]
            await asyncio.sleep(0.1)

    async def bury(self) -> None:
        """Has those leave the group who can no longer say so."""
        admin = AIOKafkaAdminClient(bootstrap_servers=self.settings.broker)
        await admin.start()
        try:
            for answer in await admin.describe_consumer_groups([self.settings.app]):
                for member in answer.to_object()["groups"][0]["members"]:
                    gone = LeaveGroupRequest(self.settings.app, member["member_id"])
                    await admin._send_request(gone)
        finally:
            await admin.close()

    async def schedule(self, seconds: float) -> None:
        """Each of these, in the order that the seed draws, and to a worker at work."""
        faults = {
            "kill a worker": self.kill_worker,
            "end a worker": self.end_worker,
            "kill at a failpoint": self.kill_at_failpoint,
            "stall a topic": self.stall_topic,
            "slow the callers": self.slow_callers,
        }
        async with asyncio.timeout(seconds):
            for name in self.draw.sample(sorted(faults), len(faults)):
                await self.working()
                await self.suffer(name, faults[name])
            await self.working()

    async def working(self) -> None:
        """Waits until a worker has recovered and taken up its work."""
        while not any(each.get("/ready")[0] == 200 for each in self.workers):
            await asyncio.sleep(0.1)
        await asyncio.sleep(1)

    async def end_worker(self) -> None:
        ending = list(self.workers)  # another takes its place at once
        await super().end_worker()
        while any(each.running for each in ending):
            await asyncio.sleep(0.1)

    async def kill_at_failpoint(self) -> None:
        place = self.draw.choice([name for name in FAILPOINTS if name != "revoking"])
        passing = 1 if place == "recovering" else self.draw.randrange(1, 12)
        self._doomed = {VARIABLE: f"{place}:{passing}"}
        await self.kill_worker()


@pytest.mark.slow
@pytest.mark.faults  # it is timed by the workers that it kills, and wants the machine for itself
async def test_the_books_survive_on_the_demos_own_broker(tmp_path: Path) -> None:
    need_embedded_broker()
    async with EmbeddedBroker() as broker:
        settings = Settings(
            broker=broker.bootstrap,
            app=f"faults-{uuid.uuid4().hex[:8]}",
            partitions=4,
            checkpoint_seconds=0.25,
            session_seconds=6.0,  # the least that the embedded broker takes
        )
        await fresh_topics(settings)
        # A dead worker's transaction may hold readers up for a minute, until the broker ends it.
        outcome = await live(OneByOne(1, settings, tmp_path, None), 120, patience=90)
    assert not outcome.differences, "\n".join(outcome.differences[:20])
    assert not outcome.void, f"no replay or no rebalance was seen: {outcome}"
    assert outcome.workers == 5, outcome
