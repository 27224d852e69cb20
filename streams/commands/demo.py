"""``reachline demo``: a broker, a simulated city, a worker and its metrics, in one process."""

import argparse
import asyncio
import contextlib
import signal
import sys
from collections.abc import Iterator
from importlib.resources import files
from typing import Any, Final

from streams.commands.common import DONE, USAGE, CommandError, duration, load_plan, wall
from streams.commands.worker import run_loop
from streams.domain.board import Board
from streams.domain.books import Books
from streams.domain.instants import DAY, MINUTE, SECOND
from streams.domain.plan import Plan
from streams.sinks import report
from streams.sinks.live import live_figures

_WARM_UP: Final = 45 * MINUTE
"""Of the simulated day, played before anything is shown: a wall without figures tells nothing."""

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
    from streams.simulation.scenario import SCENARIOS

    if arguments.scenario not in SCENARIOS:
        raise CommandError(
            f"no scenario {arguments.scenario!r}; there are: " + ", ".join(sorted(SCENARIOS)), USAGE
        )
    if not 0 < arguments.speed <= 3600:
        raise CommandError("--speed must be above 0 and at most 3600", USAGE)
    plan = load_plan(arguments.plan or str(files("streams.simulation") / "antwerp.toml"))
    run_loop(_Demo(plan, arguments).play())
    return DONE


class _Demo:
    def __init__(self, plan: Plan, arguments: argparse.Namespace) -> None:
        from streams.simulation.scenario import SCENARIOS

        self._plan = plan
        self._arguments = arguments
        self._scenario = SCENARIOS[arguments.scenario]
        self._stopping = asyncio.Event()

    async def play(self) -> None:
        from streams.engine import topics
        from streams.engine.clocks import FastClock
        from streams.engine.embedded import EmbeddedBroker, EmbeddedBrokerError
        from streams.engine.publish import Publisher
        from streams.engine.worker import Worker
        from streams.settings import Settings
        from streams.simulation.city import City

        loop = asyncio.get_running_loop()
        for each in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(each, self._stopping.set)
        begins, until = self._day()
        events = City(
            self._plan, self._arguments.seed, self._scenario, start=begins, until=until
        ).events()
        try:
            broker = EmbeddedBroker()
            await broker.start()
        except EmbeddedBrokerError as error:
            raise CommandError(str(error)) from error
        try:
            given = Settings(broker=broker.bootstrap, partitions=4, web_port=self._arguments.port)
            await topics.create(given)
            async with Publisher(given) as publisher:
                coming = _Coming(events)
                await publisher.publish(coming.until(begins + _WARM_UP))
                clock = FastClock(begins + _WARM_UP, self._arguments.speed)
                worker = Worker(given, self._plan, clock)
                working = asyncio.create_task(worker.run())
                self._announce(given.web_host, given.web_port)
                tasks = [
                    asyncio.create_task(self._publish(publisher, coming, clock)),
                    asyncio.create_task(self._show(worker)),
                ]
                stopped = asyncio.create_task(self._stopping.wait())
                lasts = self._arguments.lasts
                await asyncio.wait(
                    (*tasks, working, stopped),
                    timeout=None if lasts is None else lasts / SECOND,
                    return_when=asyncio.FIRST_COMPLETED,
                )
                stopped.cancel()
                for task in tasks:
                    task.cancel()
                    with contextlib.suppress(asyncio.CancelledError):
                        await task
                if not working.done():
                    await asyncio.sleep(_LAST_WORD)
                boards = worker.boards()
                if not working.done():
                    await worker.stop()
                await working
                self._books(worker, boards)
        finally:
            await broker.stop()

    def _day(self) -> tuple[int, int]:
        """The scenario's latest day, and no end: who watches on sees the days after it."""
        now = wall()
        begins, _ = self._scenario.latest(self._plan, now)
        return begins, now + 30 * DAY

    async def _publish(self, publisher: Any, coming: "_Coming", clock: Any) -> None:
        while True:
            await publisher.publish(coming.until(clock.now()))
            await asyncio.sleep(_STEP)

    def _announce(self, host: str, port: int) -> None:
        print(f"{self._plan.city}, scenario {self._scenario.name}: {self._scenario.description}")
        print(f"  live page  http://{host}:{port}/")
        print(f"  metrics    http://{host}:{port}/metrics")
        print("Ctrl-C ends it and prints the books.\n", flush=True)

    async def _show(self, worker: Any) -> None:
        """A table that renews itself while a terminal watches."""
        if not sys.stdout.isatty():
            await asyncio.Event().wait()
        height = 0
        while True:
            await asyncio.sleep(_SHOW)
            text = _table(live_figures(self._plan, worker.boards()), self._plan)
            up = f"\033[{height}F\033[J" if height else ""
            sys.stdout.write(up + text + "\n")
            sys.stdout.flush()
            height = text.count("\n") + 1

    def _books(self, worker: Any, boards: list[Board]) -> None:
        books = Books()
        books.lines = [terms.line for terms in self._plan.lines_at(worker.clock.now())]
        for board in boards:
            for name, scope in board.scopes.items():
                books.whole[name] = scope.windows.tally("all")
        print("\nThe books")
        print(report.as_table(books, self._plan))
        wrong = books.imbalance()
        print("they balance" if not wrong else f"they fail to balance by {wrong}")
        counts = worker.counts
        print(
            f"{sum(counts.events.values())} events, {counts.late} late, "
            f"{sum(counts.refused.values())} refused"
        )


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


_COLOURS: Final = {"ok": "32", "at_risk": "33", "breach": "31", "closed": "90", "no_data": "35"}


def _table(live: dict[str, Any], plan: Plan) -> str:
    """What a wallboard shows first, as text."""
    if live["as_of"] is None:
        return "recovering ..."
    local = _local(live["as_of"], plan)
    rows = [f"{plan.city}, as of {local}; figures of the last half hour", ""]
    rows.append(
        f"{'':24} {'status':8} {'reached':>8} {'of':>4} {'in time':>8} {'of':>4} "
        f"{'waiting':>8} {'oldest':>7} {'today':>6}"
    )
    for line in live["lines"]:
        if line["as_of"] is None:
            continue  # its owner is not ready yet
        name = line["names"].get("en") or next(iter(line["names"].values()))
        word = line["status"].replace("_", " ").upper()
        rows.append(
            f"{name[:24]:24} \033[{_COLOURS[line['status']]}m{word:8}\033[0m "
            f"{_percent(line['reachability']):>8} {line['reachability_of']:>4} "
            f"{_percent(line['service_level']):>8} {line['service_level_of']:>4} "
            f"{line['waiting']:>8} {line['oldest_wait']:>5.0f} s {line['contacts_today']:>6}"
        )
    return "\n".join(rows)


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{share:.0%}"


def _local(seconds: float, plan: Plan) -> str:
    from datetime import datetime

    return datetime.fromtimestamp(seconds, plan.zone).strftime("%a %d %b %H:%M:%S")
