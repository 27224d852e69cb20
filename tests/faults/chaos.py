"""One run of the faults suite: a city phones, a seeded schedule breaks things, a supervisor starts
what has died again, and at the end everything is counted from the raw topics.

    run(seed, cluster) -> Outcome

Time runs `SPEED` times as fast as on the wall, two days ago, so that calls end, quarter-hours
become final and contacts leave state while things are being broken. The run ends with one worker on
the machine's own clock, for which everything is long past: what it publishes is complete.

It is longer than a module should be, because each kind of fault needs its setting up, its harm and
its end side by side.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from datetime import time as time_of_day
from pathlib import Path
from random import Random
from typing import Any, Protocol
from zoneinfo import ZoneInfo

import orjson
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError

from streams.domain.instants import HOUR, SECOND
from streams.engine.failpoints import FAILPOINTS, VARIABLE
from streams.engine.kafka import topics
from streams.settings import Settings
from tests.faults.numbered_calls import CORRECTED, PLAN, Call, handed_over
from tests.faults.recount import Answers
from tests.faults.verifier import differences_of
from tests.running import Labels, WorkerProcess, fresh_topics, without

SPEED = 120.0
CALLS_PER_SECOND = 60  # of the wall's seconds: some 250 events
SESSION = 2.0  # seconds
STARTED_WITHIN = 20.0  # seconds for a worker to take up its work; else the fault goes on without
HERE = Path(__file__).parent


class Brokers(Protocol):
    """What a schedule may do to brokers."""

    bootstrap: str
    ids: list[int]

    def kill(self, broker: int) -> None: ...
    def start_broker(self, broker: int) -> None: ...
    def pause(self, broker: int) -> None: ...
    def resume(self, broker: int) -> None: ...


@dataclass
class Outcome:
    """What a run did and what came of it."""

    seed: int
    faults: Counter[str] = field(default_factory=Counter)
    workers: int = 0
    replays: int = 0
    rebalances: int = 0
    events: int = 0
    late: int = 0
    differences: list[str] = field(default_factory=list)

    @property
    def void(self) -> bool:
        """A run that saw no replay or no rebalance proves nothing."""
        return not (self.replays and self.rebalances)


class Run:
    """A run while it goes on."""

    def __init__(
        self,
        seed: int,
        settings: Settings,
        directory: Path,
        brokers: Brokers | None,
        mutation: str | None = None,
        only: str | None = None,
    ) -> None:
        self.draw = Random(f"{seed} schedule")
        self.outcome = Outcome(seed)
        self.settings = settings
        self.brokers = brokers
        self.origin = time.time_ns() // 1000
        # Half an hour before a midnight of the city's: then one vendor hands over to another.
        day = datetime.fromtimestamp(self.origin / SECOND, ZoneInfo("Europe/Brussels")).date()
        midnight = datetime.combine(
            day - timedelta(days=1), time_of_day(), ZoneInfo("Europe/Brussels")
        )
        self.handover = round(midnight.timestamp()) * SECOND
        self.start = self.handover - HOUR // 2
        self.workers: list[WorkerProcess] = []
        self.every: list[WorkerProcess] = []
        self.wanted = 0
        self.rate = 1.0
        self.held: dict[str, float] = {}
        self.producing = True
        self.directory = directory
        self._mutation = mutation
        #: In every third run, so that what a rebuild makes is held to the same truth.
        self.lose_state = seed % 3 == 0
        self._only = only
        self._down: set[int] = set()
        self.trace = directory / "trace"
        self.plans = [str(directory / "plan.toml"), str(directory / "corrected.toml")]
        for path, text in zip(self.plans, (PLAN, CORRECTED), strict=True):
            Path(path).write_text(handed_over(text, midnight.date().isoformat()))
        self.codec: str | None = None

    def now(self) -> int:
        """The run's own time."""
        return self.start + round((time.time_ns() // 1000 - self.origin) * SPEED)

    @property
    def plan(self) -> str:
        """By which whoever starts now judges."""
        return self.plans[0]

    def answers(self) -> Answers:
        """Who answers which line."""
        never_corrected = "correct the plan" not in self.outcome.faults
        return {
            "waste": [(0, frozenset({"acme"} if never_corrected else {"acme", "nova"}))],
            "migration": [(0, frozenset({"acme"})), (self.handover, frozenset({"heir"}))],
            "other": [(0, frozenset({"city"}))],
            "desk": [(0, frozenset({"city"}))],
        }

    # -- workers

    def begin(self, **environment: str) -> WorkerProcess:
        """Starts one more worker."""
        self.outcome.workers += 1
        if self._mutation:
            environment["FAULTS_MUTATION"] = self._mutation
        given = Settings(
            broker=self.settings.broker,
            app=self.settings.app,
            plan=self.plan,
            checkpoint_seconds=self.settings.checkpoint_seconds,
            session_seconds=self.settings.session_seconds,
        )
        worker = WorkerProcess(
            given,
            self.directory,
            f"worker-{self.outcome.workers}",
            [HERE / "faulty_worker.py"],
            FAULTS_TRACE=str(self.trace),
            **environment,
        )
        self.workers.append(worker)
        self.every.append(worker)
        return worker

    def replace(self, **environment: str) -> WorkerProcess:
        clock = f"{self.origin},{self.start},{SPEED}"
        return self.begin(FAULTS_CLOCK=clock, **environment)

    def supervise(self) -> None:
        """Starts again what has ended, up to as many as there should be."""
        self.workers = [worker for worker in self.workers if worker.running]
        while len(self.workers) < self.wanted:
            self.replace()

    async def supervising(self) -> None:
        while True:
            self.supervise()
            await asyncio.sleep(0.3)

    # -- callers

    async def produce(self) -> None:
        """Tells the calls' events as they happen: shuffled, repeated, topics apart."""
        producers: dict[str | None, AIOKafkaProducer] = {}
        draw = Random(f"{self.outcome.seed} telling")
        waiting: list[tuple[float, int, str, str, bytes]] = []
        sent: list[asyncio.Future[object]] = []
        number = 0
        due = 0.0
        try:
            while self.producing or waiting:
                now = time.monotonic()
                if self.producing:
                    due += CALLS_PER_SECOND * self.rate * 0.1
                while due >= 1:
                    due -= 1
                    number += 1
                    call = Call.of(self.outcome.seed, number, self.now())
                    for at, event in call.events():
                        happens = now + (at - call.begun) / SECOND / SPEED
                        for _ in range(1 + (draw.random() < 0.05)):
                            arrives = happens + draw.random() * draw.choice((0.1, 0.1, 1.5))
                            value = orjson.dumps(event)
                            topic = f"contact.{event['event']}"
                            waiting.append((arrives, len(waiting), topic, call.call_id, value))
                waiting.sort()
                later = []
                for told in waiting:
                    arrives, _, topic, call_id, value = told
                    if self.producing and max(arrives, self.held.get(topic, 0.0)) > now:
                        later.append(told)
                    else:
                        key = call_id.encode()
                        producer = await self._producer(producers)
                        sent.append(await producer.send(topic, value, key=key))
                        self.outcome.events += 1
                waiting = later
                await asyncio.sleep(0.1)
            for acknowledged in sent:
                await acknowledged
        finally:
            for producer in producers.values():
                with suppress(KafkaError):
                    await producer.stop()

    async def _producer(self, producers: dict[str | None, AIOKafkaProducer]) -> AIOKafkaProducer:
        """One of the compression that it is the turn of."""
        codec = self.codec
        if codec not in producers:
            producers[codec] = AIOKafkaProducer(
                bootstrap_servers=self.settings.broker,
                acks="all",
                enable_idempotence=True,
                linger_ms=5,
                request_timeout_ms=60_000,
                compression_type=codec,
            )
            await producers[codec].start()
        return producers[codec]

    # -- faults

    def faults(self) -> dict[str, Callable[[], Awaitable[None]]]:
        """Everything that may happen, by name."""
        chosen: dict[str, Callable[[], Awaitable[None]]] = {
            "kill a worker": self.kill_worker,
            "end a worker": self.end_worker,
            "freeze a worker past its session": self.freeze_worker,
            "kill at a failpoint": self.kill_at_failpoint,
            "stall a topic": self.stall_topic,
            "slow the callers": self.slow_callers,
            "scale": self.scale,
            "roll": self.roll,
            "correct the plan": self.correct_plan,
            "wrong wall clock": self.wrong_wall_clock,
            "other codec": self.other_codec,
            "force compaction": self.force_compaction,
        }
        if self.brokers is not None and len(self.brokers.ids) > 1:
            chosen |= {
                "kill a broker": self.kill_broker,
                "freeze a broker": self.freeze_broker,
            }
        return {name: f for name, f in chosen.items() if self._only in (None, name)}

    def any_worker(self) -> WorkerProcess | None:
        running = [worker for worker in self.workers if worker.running]
        return self.draw.choice(running) if running else None

    async def kill_worker(self) -> None:
        worker = self.any_worker()
        if worker is not None:
            worker.kill()

    async def end_worker(self) -> None:
        worker = self.any_worker()
        if worker is not None:
            worker.child.terminate()

    async def freeze_worker(self) -> None:
        worker = self.any_worker()
        if worker is not None:
            worker.pause()
            await asyncio.sleep(self.settings.session_seconds * 1.5 + 1)
            worker.resume()

    async def kill_at_failpoint(self) -> None:
        place = self.draw.choice(FAILPOINTS)
        passing = 1 if place in ("recovering", "revoking") else self.draw.randrange(1, 12)
        await self.end_worker()
        self.replace(**{VARIABLE: f"{place}:{passing}"})

    async def stall_topic(self) -> None:
        kind = self.draw.choice(("call-start", "menu-choice", "queue", "hangup"))
        self.held[f"contact.{kind}"] = time.monotonic() + self.draw.uniform(1.0, 15.0)

    async def slow_callers(self) -> None:
        self.rate = 0.1
        await asyncio.sleep(2)
        self.rate = 1.0

    async def scale(self) -> None:
        self.wanted = 1 if self.wanted > 1 else 3
        while len(self.workers) > self.wanted:
            self.workers.pop().child.terminate()

    async def roll(self) -> None:
        for worker in list(self.workers):
            if worker.running:
                worker.child.terminate()
                await asyncio.sleep(1.0)

    async def correct_plan(self) -> None:
        """The other plan is rolled over the workers, one by one, or over some of them: then two
        plans are at work until the others are replaced. The next time it is the one before."""
        await self.at_work()
        self.plans.reverse()
        workers = [worker for worker in self.workers if worker.running]
        for worker in workers[: self.draw.randrange(1, 4)]:
            worker.child.terminate()
            await asyncio.sleep(self.draw.uniform(0.2, 2.0))

    async def wrong_wall_clock(self) -> None:
        """A worker is on a machine whose clock is wrong, by half an hour or by hours."""
        ahead = self.draw.choice((-7_200, -1_800, 1_800, 7_200))
        await self.end_worker()
        await self.at_work(self.replace(FAULTS_WALL=str(ahead)))

    async def at_work(self, worker: WorkerProcess | None = None) -> None:
        """Waits until a worker, or any, has taken up its work: one that is ended as it starts has
        gone by no plan and no clock. On a machine that is busy they take their time."""
        deadline = time.monotonic() + STARTED_WITHIN
        while time.monotonic() < deadline:
            for each in [worker] if worker is not None else list(self.workers):
                if (await asyncio.to_thread(each.get, "/ready"))[0] == 200:
                    await asyncio.sleep(4 * self.settings.checkpoint_seconds)
                    return
            await asyncio.sleep(0.2)

    async def other_codec(self) -> None:
        """Who sends compresses otherwise from now on, or not at all."""
        self.codec = self.draw.choice((None, "gzip", "snappy", "lz4", "zstd"))

    async def force_compaction(self) -> None:
        """What is compacted is so at once, with segments of a second."""
        admin = AIOKafkaAdminClient(bootstrap_servers=self.settings.broker)
        await admin.start()
        soon = {
            "segment.ms": "1000",
            "min.cleanable.dirty.ratio": "0.0",
            "max.compaction.lag.ms": "1000",
        }
        try:
            for spec in topics.specs(self.settings):
                if "compact" in spec.config["cleanup.policy"]:
                    with suppress(KafkaError):  # while brokers are away
                        resource = ConfigResource(
                            ConfigResourceType.TOPIC, spec.name, configs={**spec.config, **soon}
                        )
                        await admin.alter_configs([resource])
        finally:
            await admin.close()

    async def kill_broker(self) -> None:
        assert self.brokers is not None
        broker = self.draw.choice(self.brokers.ids)
        self.brokers.kill(broker)
        await asyncio.sleep(self.draw.uniform(1.0, 4.0))
        await asyncio.to_thread(self.brokers.start_broker, broker)

    async def freeze_broker(self) -> None:
        assert self.brokers is not None
        broker = self.draw.choice(self.brokers.ids)
        self.brokers.pause(broker)
        await asyncio.sleep(self.draw.uniform(1.0, 5.0))
        self.brokers.resume(broker)

    async def schedule(self, seconds: float) -> None:
        """One fault after the other, whichever the seed draws."""
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            await self.suffer(*self.draw.choice(list(self.faults().items())))
            await asyncio.sleep(self.draw.uniform(0.5, 3.0))

    async def suffer(self, name: str, fault: Callable[[], Awaitable[None]]) -> None:
        """Has one fault happen, and writes it down."""
        self.outcome.faults[name] += 1
        with (self.directory / "schedule").open("a") as log:
            print(f"{time.strftime('%H:%M:%S')} {name}", file=log)
        await fault()

    async def go(self, seconds: float) -> None:
        """Lives through the schedule, with callers and a supervisor."""
        supervising = asyncio.create_task(self.supervising())
        producing = asyncio.create_task(self.produce())
        try:
            await asyncio.sleep(4)  # for the first figures
            await self.schedule(seconds)
            self.producing = False
            await asyncio.wait_for(producing, 120)
        finally:
            supervising.cancel()
            producing.cancel()

    def count_trace(self) -> None:
        """Replays and rebalances, from what the workers left behind them."""
        taken: Counter[tuple[str, str]] = Counter()
        distinct: dict[tuple[str, str], set[int]] = {}
        generations = set()
        for line in self.trace.read_text().splitlines():
            what, *rest = line.split()
            if what == "assigned":
                generations.add(rest[0])
            else:
                topic, partition, first, last, count = rest
                taken[topic, partition] += int(count)
                seen = distinct.setdefault((topic, partition), set())
                seen.update(range(int(first), int(last) + 1))
        self.outcome.replays = sum(taken[key] - len(seen) for key, seen in distinct.items())
        self.outcome.rebalances = len(generations) - 1


async def live(run: Run, seconds: float, patience: float = 60.0) -> Outcome:
    """Lives through a run, lets one last worker bring it to its end, and holds it to the truth,
    which it may take `patience` seconds to come to."""
    outcome = run.outcome
    try:
        await run.go(seconds)
        for worker in run.workers:
            worker.kill()
        if run.lose_state:
            await rebuilt(run)
        last = run.begin()
        last.wait_ready(90)
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            await asyncio.sleep(1)
            if done(last.metrics()):
                break
        while True:
            raw, outcome.differences = await differences_of(
                run.settings.broker,
                Path(run.plan),
                run.settings.partitions,
                answers=run.answers(),
                corrected="correct the plan" in outcome.faults and not run.lose_state,
                rebuilt=run.lose_state,
            )
            if not outcome.differences or time.monotonic() > deadline:
                break
            await asyncio.sleep(2)
        outcome.late = raw.late
        if last.stop() != 0:
            outcome.differences.append(f"the last worker failed:\n{last.text()}")
        run.count_trace()
    finally:
        for worker in run.every:
            worker.kill()
    return outcome


async def rebuilt(run: Run) -> None:
    """Loses the state, with calls going on in it, and has it made anew from the raw topics."""
    run.outcome.faults["lose the state"] += 1
    await without(run.settings, topics.STATE)
    given = {"BROKER": run.settings.broker, "APP": run.settings.app, "PLAN": run.plan}
    for _ in range(20):
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "streams.cli", "rebuild"),
            env={**os.environ, **{f"REACHLINE_{key}": value for key, value in given.items()}},
            cwd=HERE.parent.parent,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        said, _ = await child.communicate()
        if b"stop them first" not in said:
            break
        await asyncio.sleep(2)  # until the group knows that all are gone
    (run.directory / "rebuild.log").write_bytes(said)
    if child.returncode:
        run.outcome.differences.append(f"rebuild failed:\n{said.decode()}")


def done(metrics: dict[str, dict[Labels, float]]) -> bool:
    """Whether a worker has read everything and let every contact go."""
    return bool(metrics) and not any(
        sum(metrics.get(name, {}).values())
        for name in ("contact_lag_records", "contact_open_contacts")
    )


async def begin(
    seed: int,
    bootstrap: str,
    directory: Path,
    brokers: Brokers | None,
    mutation: str | None = None,
    only: str | None = None,
    partitions: int = 8,
    workers: int = 3,
    kind: type[Any] = Run,
) -> Any:
    """A run, of whatever kind, with its topics made and its workers wanted."""
    replication = len(brokers.ids) if brokers is not None else 1
    settings = Settings(
        broker=bootstrap,
        app=f"faults-{seed}-{time.time_ns() % 10**9}",
        partitions=partitions,
        replication=replication,
        checkpoint_seconds=0.25,
        session_seconds=SESSION,
    )
    await fresh_topics(settings)
    run = kind(seed, settings, directory, brokers, mutation, only)
    run.wanted = workers
    return run
