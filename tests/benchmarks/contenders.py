"""Who is measured, and how each is run."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from streams.engine.kafka import topic_admin
from streams.engine.kafka.embedded import EmbeddedBroker
from streams.settings import Settings
from tests.benchmarks import loading, tables, traffic
from tests.benchmarks.environments import environment
from tests.benchmarks.measuring import Took, python, run, run_whole
from tests.benchmarks.traffic import QUARTER, Traffic

HERE: Final = Path(__file__).parent
PARTITIONS: Final = 4
Answer = dict[str, list[int]]


@dataclass(frozen=True)
class Load:
    """Events that contenders get, in a file and on topics of one prefix.

    Attributes:
        prefix: of the topics.
        events: how many there are.
        path: the file.
        plan: the file of the plan by which they are judged.
        answer: what they come to, known beforehand.
        named: the events that name a line, per line and quarter-hour.
    """

    prefix: str
    events: int
    path: Path
    plan: Path
    answer: Answer
    named: Answer

    @classmethod
    def make(cls, prefix: str, calls: Traffic, directory: Path) -> "Load":
        """Writes the events unless they are there from before."""
        path, truth = traffic.written(calls, directory)
        plan = directory / f"plan-{calls.lines}.toml"
        plan.write_text(traffic.plan(calls))
        events = 0
        named: Answer = {}
        for value in loading.values(path, 2**62):
            events += 1
            line = loading.line(value)
            if line is not None:
                start = value.index(b'"at":"') + 6
                at = datetime.fromisoformat(value[start : value.index(b'"', start)].decode())
                quarter = int(at.timestamp()) // QUARTER * QUARTER
                named.setdefault(f"{line.decode()}|{quarter}", [0])[0] += 1
        answer = {f"{line}|{start}": counts for (line, start), counts in truth.items()}
        return cls(prefix, events, path, plan, answer, named)

    async def into(self, bootstrap: str, by_line: bool = False) -> None:
        """Publishes the events keyed by call, and also by line where that is asked for."""
        values = loading.values(self.path, self.events)
        await loading.load(bootstrap, loading.by_call(values, self.prefix), PARTITIONS)
        if by_line:
            values = loading.values(self.path, self.events)
            await loading.load(bootstrap, loading.by_line(values, self.prefix), PARTITIONS)


@dataclass(frozen=True)
class Contender:
    """One row of the table.

    Attributes:
        name: as it is called there.
        does: what of the job it does, in a few words.
        load: what it is given.
        once: runs it once.
        answer: what it must hand in; None when it keeps nothing.
    """

    name: str
    does: str
    load: Load
    once: Callable[[], Took]
    answer: Answer | None

    def measure(self) -> Took:
        """Runs it once and compares its answer with the known one.

        Raises:
            RuntimeError: it failed, or lost or invented a call.
        """
        took = self.once()
        given = took.pop("answer", None)
        if self.answer is not None and given != self.answer:
            raise RuntimeError(f"{self.name} is wrong: {_differences(given or {}, self.answer)}")
        return took


def _differences(given: Answer, known: Answer) -> str:
    wrong = [key for key in sorted({*given, *known}) if given.get(key) != known.get(key)]
    shown = "; ".join(f"{key}: {given.get(key)} for {known.get(key)}" for key in wrong[:3])
    return f"{len(wrong)} of {len(known)} quarter-hours differ: {shown}"


def bare(bootstrap: str, load: Load) -> Contender:
    """The limit of reading from Kafka."""
    command: list[str | Path] = [
        python(),
        "-m",
        "tests.benchmarks.bare_run",
        bootstrap,
        str(load.events),
    ]
    return Contender(tables.BARE, "nothing kept", load, lambda: run(command), None)


def reachline(bootstrap: str, load: Load) -> Contender:
    """One worker, from Apache Kafka."""

    def once() -> Took:
        asyncio.run(loading.forget(Settings(broker=bootstrap, partitions=PARTITIONS)))
        return _worker(bootstrap, load)

    return Contender(tables.REACHLINE, "everything, durable", load, once, load.answer)


def reachline_embedded(load: Load) -> Contender:
    """One worker, from a broker of its own that it brings along."""

    async def once() -> Took:
        async with EmbeddedBroker() as broker:
            await topic_admin.create(Settings(broker=broker.bootstrap, partitions=PARTITIONS))
            await load.into(broker.bootstrap)
            return await asyncio.to_thread(_worker, broker.bootstrap, load)

    return Contender(
        tables.EMBEDDED,
        "everything, durable",
        load,
        lambda: asyncio.run(once()),
        load.answer,
    )


def _worker(bootstrap: str, load: Load) -> Took:
    intervals = str(len(load.answer))
    command: list[str | Path] = [
        python(),
        "-m",
        "tests.benchmarks.reachline_run",
        bootstrap,
        str(load.events),
    ]
    return run([*command, load.plan, intervals])


def faust(bootstrap: str, load: Load, directory: Path) -> Contender:
    """Stock Faust with two tables."""
    home = environment("faust", directory)
    script = HERE / "peers" / "faust_run.py"
    rest: list[str | Path] = [bootstrap, str(load.events), str(PARTITIONS), load.prefix]
    return Contender(
        tables.FAUST,
        "6 counts, changelogs",
        load,
        lambda: run([home, script, *rest]),
        load.answer,
    )


def quix(bootstrap: str, load: Load, directory: Path) -> list[Contender]:
    """Quix Streams: the job, and its last step alone."""
    home = environment("quix", directory)
    command: list[str | Path] = [home, HERE / "peers" / "quix_run.py", bootstrap]
    named = sum(count for (count,) in load.named.values())
    return [
        Contender(
            tables.QUIX,
            "6 counts, changelogs",
            load,
            lambda: run([*command, str(load.events), load.prefix]),
            load.answer,
        ),
        Contender(
            tables.QUIX_WINDOWS,
            "events per line, changelog",
            load,
            lambda: run([*command, str(named), load.prefix, "--windows"]),
            load.named,
        ),
    ]


def bytewax(load: Load, directory: Path) -> list[Contender]:
    """Bytewax, from memory: the job with its recovery store and without, and its last step."""
    home = environment("bytewax", directory)
    command: list[str | Path] = [
        home,
        HERE / "peers" / "bytewax_run.py",
        load.path,
        str(load.events),
    ]
    return [
        Contender(
            tables.BYTEWAX_DURABLE,
            "6 counts, SQLite, no broker",
            load,
            lambda: run([*command, "--recovery"]),
            load.answer,
        ),
        Contender(
            tables.BYTEWAX,
            "6 counts, nothing durable, no broker",
            load,
            lambda: run(command),
            load.answer,
        ),
        Contender(
            tables.BYTEWAX_WINDOWS,
            "events per line, nothing durable, no broker",
            load,
            lambda: run([*command, "--windows"]),
            load.named,
        ),
    ]


def bare_replay(load: Load) -> Contender:
    """The limit of replaying a file."""
    command: list[str | Path] = [python(), HERE / "bare_replay.py", load.path]

    def once() -> Took:
        return run_whole(command, load.events)[0]

    return Contender(tables.BARE_FILE, "nothing kept", load, once, None)


def replay(load: Load) -> Contender:
    """``reachline replay``, as a full command."""
    command: list[str | Path] = [
        python(),
        "-m",
        "streams.cli",
        "replay",
        load.path,
        "--plan",
        load.plan,
    ]
    command += ["--format", "json"]

    def once() -> Took:
        took, printed = run_whole(command, load.events)
        lines = json.loads(printed)["lines"]
        took["answer"] = {line: loading.as_counts(figures) for line, figures in lines.items()}
        return took

    totals: Answer = {}
    for cell, counts in load.answer.items():
        line, _, _ = cell.partition("|")
        before = totals.get(line, [0] * len(counts))
        totals[line] = [a + b for a, b in zip(before, counts, strict=True)]
    return Contender(tables.REPLAY, "everything, whole command", load, once, totals)
