"""``reachline demo``: a broker, a simulated city, a worker and its metrics, in one process."""

import argparse
import asyncio
import contextlib
import signal
import sys
from collections.abc import Iterator
from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from streams.commands.common import DONE, USAGE, CommandError, duration, load_simulated_plan, wall
from streams.commands.happenings import Happenings, language
from streams.commands.screen import Screen, Transcript, hint, is_screen, size
from streams.commands.worker import port_is_free, run_loop
from streams.domain.board import Board
from streams.domain.books import Books
from streams.domain.instants import DAY, MINUTE, SECOND
from streams.domain.plan import Plan
from streams.sinks import report
from streams.sinks.live import Live, live_figures
from streams.sinks.live_table import live_table

if TYPE_CHECKING:
    from streams.commands.alert_receiver import AlertReceiver
    from streams.engine.kafka.publish import Publisher
    from streams.engine.worker import Worker
    from streams.settings import Settings
    from streams.simulation.emit import Emitted, Event

_WARM_UP: Final = 45 * MINUTE
"""The part of the simulated day that is over before anything is shown: without calls there are no
figures."""

_LOOK_FIRST: Final = 20 * SECOND
"""Real time from the first table to the incident: enough to see an ordinary day, and not too long
to wait."""

_STEP: Final = 0.1  # seconds between two batches of events
_DRAIN: Final = 1.0  # seconds for the last events to reach the books
_REFRESH: Final = 1.0  # seconds between two tables


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser("demo", help="a simulated city, live, with nothing to set up")
    parser.add_argument("--scenario", default="outage", metavar="S", help="default: outage")
    parser.add_argument("--speed", type=float, default=30.0, metavar="N", help="default: 30")
    parser.add_argument("--for", dest="lasts", type=duration, metavar="60s", help="then end")
    parser.add_argument("--plan", metavar="PLAN", help="another city's plan")
    parser.add_argument(
        "--alertmanager", default="", metavar="URL", help="alerts go there; commas part several"
    )
    parser.add_argument(
        "--show-alerts", action="store_true", help="show alerts as whoever receives them reads them"
    )
    parser.add_argument("--port", type=int, default=6066, help="of the web pages; default 6066")
    parser.add_argument("--seed", type=int, default=1)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    from streams.settings import LAST_PORT
    from streams.simulation.scenario import SCENARIOS
    from streams.sinks.alertmanager import AddressError, addresses

    if arguments.scenario not in SCENARIOS:
        raise CommandError(
            f"no scenario {arguments.scenario!r}; there are: " + ", ".join(sorted(SCENARIOS)), USAGE
        )
    if not 0 < arguments.speed <= 3600:
        raise CommandError("--speed must be above 0 and at most 3600", USAGE)
    if not 0 < arguments.port <= LAST_PORT:
        raise CommandError(f"--port must be 1 to {LAST_PORT}", USAGE)
    try:
        arguments.alertmanager = addresses(arguments.alertmanager)
    except AddressError as error:
        raise CommandError(f"--alertmanager: {error}", USAGE) from error
    plan = load_simulated_plan(arguments.plan)
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
        begins, _ = scenario.latest(plan, wall())
        # No end: a demo that goes on shows the days after it.
        city = City(plan, arguments.seed, scenario, start=begins, until=begins + 60 * DAY)
        self._coming = _Coming(city.events())
        self._incidents = incidents(scenario, plan, begins)
        self._clock = FrozenClock(
            shown_from(begins, [each.at for each in self._incidents], arguments.speed),
            arguments.speed,
        )
        self._receiver = self._receiving() if arguments.show_alerts else None

    def _receiving(self) -> "AlertReceiver":
        from streams.commands.alert_receiver import AlertReceiver

        return AlertReceiver(self._plan, language(self._plan), self._clock.now)

    async def play(self) -> None:
        from streams.engine.kafka.embedded import EmbeddedBroker, EmbeddedBrokerError
        from streams.settings import Settings

        loop = asyncio.get_running_loop()
        for each in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(each, self._stopping.set)
        to: list[str] = self._arguments.alertmanager
        if self._receiver is not None:
            to = [*to, await self._receiver.start()]
        given = Settings(partitions=4, web_port=self._arguments.port, alertmanagers=",".join(to))
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
                if self._receiver is not None:
                    await self._receiver.stop()

    async def _live(self, given: "Settings", starting: contextlib.ExitStack) -> None:
        """Runs the worker, from the warm-up to the books."""
        from streams.engine.kafka import topic_admin
        from streams.engine.kafka.publish import Publisher
        from streams.engine.worker import Worker

        await topic_admin.create(given)
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
                await asyncio.sleep(_DRAIN)
            boards = worker.boards()
            if not working.done():
                await worker.stop()
            await working
            if seen:
                self._books(worker, boards)

    async def _ready(self, worker: "Worker") -> None:
        """Waits until the live page has figures."""
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
        """Shows the table and the happenings until the demo is over."""
        head = self._head(worker.settings)
        print("\n".join(head), flush=True)
        happenings = Happenings(self._plan, self._incidents, self._arguments.speed)
        lasts = self._arguments.lasts
        with self._transcript(worker, head) as transcript:
            tasks = [
                asyncio.create_task(self._publish(publisher)),
                asyncio.create_task(self._show(worker, happenings, transcript)),
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

    def _transcript(self, worker: "Worker", head: list[str]) -> Transcript:
        """A table that is refreshed, with the happenings below; outside a terminal only these."""
        if not is_screen(sys.stdout):
            return Transcript(sys.stdout)
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

    async def _show(self, worker: "Worker", happenings: Happenings, transcript: Transcript) -> None:
        while True:
            boards = worker.boards()
            if boards:  # else the worker is recovering them
                alerts = [alert for board in boards for alert in board.alarms.open()]
                for line in happenings.until(self._clock.now(), alerts):
                    transcript.add(line)
            for line in [] if self._receiver is None else self._receiver.arrived():
                transcript.add(line)
            transcript.draw()
            await asyncio.sleep(_REFRESH)

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
    """When, in the simulated day, the demo is first shown: shortly before an incident.

    At any speed that is ``_LOOK_FIRST`` of real time before it; less only if the day would have no
    figures yet.

    Args:
        begins: when the day begins.
        changes: the instants of its incidents.
    """
    warm = begins + _WARM_UP
    first = min((at for at in changes if at > warm), default=warm)
    return max(warm, first - round(_LOOK_FIRST * speed))


class _Coming:
    """The city's events as a stream that is read up to an instant."""

    def __init__(self, events: "Iterator[Emitted]") -> None:
        self._events = events
        self._next = next(events, None)

    def until(self, now: int) -> "list[Event]":
        """The next events, up to the instant ``now``; each event is given once."""
        due = []
        while self._next is not None and self._next.at <= now:
            due.append(self._next.event)
            self._next = next(self._events, None)
        return due
