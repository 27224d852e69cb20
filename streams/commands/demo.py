"""``reachline demo``: a broker, a simulated city, a worker and its metrics, in one process."""

import argparse
import asyncio
import contextlib
import signal
import sys
from collections.abc import Iterator
from dataclasses import replace
from http import HTTPStatus
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from streams.commands.common import DONE, USAGE, CommandError, duration, load_plan, wall
from streams.commands.happenings import Happenings
from streams.commands.screen import Screen, Told, hint, is_screen, size
from streams.commands.worker import port_is_free, run_loop
from streams.domain.board import Board
from streams.domain.books import Books
from streams.domain.instants import DAY, MINUTE, SECOND
from streams.domain.plan import Plan
from streams.sinks import report
from streams.sinks.live import Live, live_figures
from streams.sinks.live_table import live_table

if TYPE_CHECKING:
    from streams.engine.kafka.publish import Publisher
    from streams.engine.worker import Worker
    from streams.settings import Settings

_WARM_UP: Final = 45 * MINUTE
"""Of the simulated day, played at least before anything is shown: a wall without figures tells
nothing."""

_LOOK_FIRST: Final = 20 * SECOND
"""Of real time, between the table and what goes wrong: enough to see what all is well looks like,
and nobody waits for longer."""

_STEP: Final = 0.1  # seconds between two helpings of events
_LAST_WORD: Final = 1.0  # seconds for the last events to come to the books
_SHOW: Final = 1.0  # seconds between two looks at the table


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser("demo", help="a simulated city, live, with nothing to set up")
    parser.add_argument("--scenario", default="outage", metavar="S", help="default: outage")
    parser.add_argument("--speed", type=float, default=30.0, metavar="N", help="default: 30")
    parser.add_argument("--for", dest="lasts", type=duration, metavar="60s", help="then end")
    parser.add_argument("--plan", metavar="PLAN", help="another city's plan")
    parser.add_argument("--port", type=int, default=6066, help="of the web pages; default 6066")
    parser.add_argument("--seed", type=int, default=1)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    from streams.settings import LAST_PORT
    from streams.simulation.scenario import SCENARIOS

    if arguments.scenario not in SCENARIOS:
        raise CommandError(
            f"no scenario {arguments.scenario!r}; there are: " + ", ".join(sorted(SCENARIOS)), USAGE
        )
    if not 0 < arguments.speed <= 3600:
        raise CommandError("--speed must be above 0 and at most 3600", USAGE)
    if not 0 < arguments.port <= LAST_PORT:
        raise CommandError(f"--port must be 1 to {LAST_PORT}", USAGE)
    plan = load_plan(arguments.plan or str(files("streams.simulation") / "antwerp.toml"))
    run_loop(_Demo(plan, arguments).play())
    return DONE


class _Demo:
    def __init__(self, plan: Plan, arguments: argparse.Namespace) -> None:
        from streams.engine.clocks import FrozenClock
        from streams.simulation.city import City
        from streams.simulation.incidents import incidents
        from streams.simulation.scenario import SCENARIOS

        self._plan = plan
        self._arguments = arguments
        self._scenario = scenario = SCENARIOS[arguments.scenario]
        self._stopping = asyncio.Event()
        now = wall()
        begins, _ = scenario.latest(plan, now)
        # No end: who watches on sees the days after it.
        city = City(plan, arguments.seed, scenario, start=begins, until=now + 30 * DAY)
        self._coming = _Coming(city.events())
        self._incidents = incidents(scenario, plan, begins)
        self._clock = FrozenClock(
            shown_from(begins, [each.at for each in self._incidents], arguments.speed),
            arguments.speed,
        )

    async def play(self) -> None:
        from streams.engine.kafka.embedded import EmbeddedBroker, EmbeddedBrokerError
        from streams.settings import Settings

        loop = asyncio.get_running_loop()
        for each in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(each, self._stopping.set)
        given = Settings(partitions=4, web_port=self._arguments.port)
        await port_is_free(given.web_host, given.web_port, "--port takes another")
        with contextlib.ExitStack() as starting:
            starting.enter_context(hint(sys.stdout, "starting a broker, a city and a worker ..."))
            broker = EmbeddedBroker()
            try:
                await broker.start()
            except EmbeddedBrokerError as error:
                raise CommandError(str(error)) from error
            try:
                await self._live(replace(given, broker=broker.bootstrap), starting)
            finally:
                await broker.stop()

    async def _live(self, given: "Settings", starting: contextlib.ExitStack) -> None:
        """The worker's life, from the warm-up to the books."""
        from streams.engine.kafka import topics
        from streams.engine.kafka.publish import Publisher
        from streams.engine.worker import Worker

        await topics.create(given)
        async with Publisher(given) as publisher:
            await publisher.publish(self._coming.until(self._clock.now()))
            worker = Worker(given, self._plan, self._clock)
            working = asyncio.create_task(worker.run())
            stopped = asyncio.create_task(self._stopping.wait())
            ready = asyncio.create_task(self._ready(worker))
            await asyncio.wait((ready, working, stopped), return_when=asyncio.FIRST_COMPLETED)
            starting.close()
            seen = ready.done()
            if seen:
                ready.result()  # raises what ended it
                self._clock.release()
                await self._watched(worker, publisher, working, stopped)
            for task in (ready, stopped):
                task.cancel()
            if not working.done():
                await asyncio.sleep(_LAST_WORD)
            boards = worker.boards()
            if not working.done():
                await worker.stop()
            await working
            if seen:
                self._books(worker, boards)

    async def _ready(self, worker: "Worker") -> None:
        """Waits until the page has something to show to whoever opens it."""
        import aiohttp

        page = f"http://{worker.settings.web_host}:{worker.settings.web_port}/ready"
        async with aiohttp.ClientSession() as session:
            while True:
                await asyncio.sleep(_STEP)
                if self._figures(worker)["as_of"] is None:
                    continue
                with contextlib.suppress(aiohttp.ClientError, TimeoutError):
                    async with session.get(page) as answer:
                        if answer.status == HTTPStatus.OK:
                            return

    async def _watched(
        self,
        worker: "Worker",
        publisher: "Publisher",
        working: "asyncio.Task[None]",
        stopped: "asyncio.Task[Any]",
    ) -> None:
        """What somebody sees, until it is over."""
        head = self._head(worker.settings)
        print("\n".join(head), flush=True)
        happenings = Happenings(self._plan, self._incidents, self._arguments.speed)
        lasts = self._arguments.lasts
        with self._reader(worker, head) as reader:
            tasks = [
                asyncio.create_task(self._publish(publisher)),
                asyncio.create_task(self._tell(worker, happenings, reader)),
            ]
            await asyncio.wait(
                (*tasks, working, stopped),
                timeout=None if lasts is None else lasts / SECOND,
                return_when=asyncio.FIRST_COMPLETED,
            )
            for task in tasks:
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task

    def _head(self, given: "Settings") -> list[str]:
        page = f"http://{given.web_host}:{given.web_port}/"
        return [
            f"{self._plan.city}, scenario {self._scenario.name}: {self._scenario.description}",
            f"  live page  {page}",
            f"  metrics    {page}metrics",
            "Ctrl-C ends it and prints the books.",
            "",
        ]

    def _reader(self, worker: "Worker", head: list[str]) -> Told:
        """A table that renews itself while a terminal watches; elsewhere what happens."""
        if not is_screen(sys.stdout):
            return Told(sys.stdout)
        rows: list[str] = []

        def table(width: int) -> list[str]:
            live = self._figures(worker)
            if live["as_of"] is not None:
                rows[:] = live_table(live, self._plan, width)
            return rows

        return Screen(sys.stdout, head, table, asyncio.get_running_loop())

    def _figures(self, worker: "Worker") -> Live:
        return live_figures(self._plan, worker.boards(), now=self._clock.now())

    async def _publish(self, publisher: "Publisher") -> None:
        while True:
            await publisher.publish(self._coming.until(self._clock.now()))
            await asyncio.sleep(_STEP)

    async def _tell(self, worker: "Worker", happenings: Happenings, reader: Told) -> None:
        while True:
            boards = worker.boards()
            if boards:  # else it is getting them back
                alerts = [alert for board in boards for alert in board.alarms.open()]
                for line in happenings.until(self._clock.now(), alerts):
                    reader.say(line)
            reader.draw()
            await asyncio.sleep(_SHOW)

    def _books(self, worker: "Worker", boards: list[Board]) -> None:
        books = Books()
        books.lines = [terms.line for terms in self._plan.lines_at(worker.clock.now())]
        for board in boards:
            for name, scope in board.scopes.items():
                books.totals[name] = scope.windows.tally("all")
        width = size(sys.stdout).columns if is_screen(sys.stdout) else None
        print("\nThe books")
        print(report.as_table(books, self._plan, width=width))
        wrong = books.imbalance()
        print("they balance" if not wrong else f"they fail to balance by {wrong}")
        counts = worker.counts
        print(
            f"{sum(counts.events.values())} events, {counts.late} late, "
            f"{sum(counts.refused.values())} refused"
        )


def shown_from(begins: int, changes: list[int], speed: float) -> int:
    """When, of the simulated day, somebody begins to watch: shortly before something happens.

    At any speed that is ``_LOOK_FIRST`` of real time before it; less only where the day would be
    too young for figures.

    Args:
        begins: when the day begins.
        changes: when something happens in it.
    """
    warm = begins + _WARM_UP
    first = min((at for at in changes if at > warm), default=warm)
    return max(warm, first - round(_LOOK_FIRST * speed))


class _Coming:
    """The city's events as a stream that can be read up to an instant."""

    def __init__(self, events: Iterator[tuple[int, dict[str, Any]]]) -> None:
        self._events = events
        self._next = next(events, None)

    def until(self, now: int) -> list[dict[str, Any]]:
        """The events not yet given whose instant is not after ``now``."""
        given = []
        while self._next is not None and self._next[0] <= now:
            given.append(self._next[1])
            self._next = next(self._events, None)
        return given
