"""Runs the contenders in turn, each in a process of its own, and gives the medians."""

import asyncio
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from streams.domain.events import KINDS
from streams.engine.kafka import topic_admin
from streams.settings import Settings
from tests.benchmarks import contenders, loading, tables
from tests.benchmarks.contenders import PARTITIONS, Contender, Load
from tests.benchmarks.environments import PEERS
from tests.benchmarks.measuring import CACHE, Took, machine, middle, versions
from tests.benchmarks.traffic import EVENTS_PER_CALL, Traffic
from tests.brokers import KAFKA_VERSION, KafkaCluster

LARGE, MIDDLE, SMALL, SMALLEST, YEAR = 1_000_000, 200_000, 100_000, 20_000, 1_000_000
"""Events: for who does a million in seconds, for who does tens of thousands a second, for who does
ten thousand, for who does a few thousand; and for a file that is replayed, over a year."""

_PACKAGES: Final = ("aiokafka", "orjson", "msgspec", "uvloop", "faust-streaming")

Runs = list[tuple[Contender, list[Took], str]]
"""Each contender's runs, and how the last that failed did."""


def full_table(
    rounds: int,
    seconds: float,
    only: Sequence[str],
    part: float,
    so_far: Callable[[dict[str, Any]], object],
) -> dict[str, Any]:
    """The full table.

    Args:
        rounds: how often everything is run at most.
        seconds: no round is begun that would probably end later.
        only: contenders whose names have one of these in them; empty for all.
        part: of the usual numbers of events.
        so_far: called with the result after each round.
    """
    begun = time.monotonic()
    about = machine()
    large = _load("contact.", LARGE * part)
    middling = _load("contact.", MIDDLE * part)
    small = _load("small.", SMALL * part)
    smallest = _load("smallest.", SMALLEST * part)
    year = Load.make("", of_a_year(round(YEAR * part)), CACHE)
    with filled([large, smallest], [small]) as bootstrap:
        field = [
            contenders.bare(bootstrap, large),
            contenders.reachline(bootstrap, large),
            contenders.reachline_embedded(middling),
            *contenders.quix(bootstrap, small, CACHE),
            *contenders.bytewax(middling, CACHE),
            contenders.faust(bootstrap, smallest, CACHE),
            contenders.bare_replay(year),
            contenders.replay(year),
        ]
        chosen = [c for c in field if not only or any(o in c.name for o in only)]
        print(f"filled after {time.monotonic() - begun:.0f} s", file=sys.stderr, flush=True)

        def report(runs: Runs) -> None:
            so_far(_result(about, runs))

        runs = measure(chosen, rounds, begun + seconds, report)
    return _result(about, runs)


def short(part: float = 1.0) -> dict[str, Any]:
    """Reachline and its limits alone, in a minute: what a change is compared with."""
    load = _load("contact.", MIDDLE * part)
    with filled([load]) as bootstrap:
        field = [
            contenders.bare(bootstrap, load),
            contenders.reachline(bootstrap, load),
            contenders.bare_replay(load),
            contenders.replay(load),
        ]
        return _result(machine(), measure(field, 3, time.monotonic() + 90.0))


def _load(prefix: str, events: float) -> Load:
    return Load.make(prefix, Traffic.of_events(round(events)), CACHE)


def of_a_year(events: int) -> Traffic:
    """Calls spread over a year that is past."""
    calls = round(events / EVENTS_PER_CALL)
    return Traffic(calls, per_second=calls / (365 * 86_400), start=1_735_686_000)


class filled:  # noqa: N801 - read as a verb: with filled(loads)
    """A Kafka with these loads in it, for as long as it is needed."""

    def __init__(self, loads: Sequence[Load], by_line_too: Sequence[Load] = ()) -> None:
        self._loads, self._by_line_too = loads, by_line_too

    def __enter__(self) -> str:
        self._cluster = KafkaCluster(1)
        try:
            self._cluster.start()
            asyncio.run(self._fill(self._cluster.bootstrap))
        except BaseException:
            self._cluster.stop()
            raise
        return self._cluster.bootstrap

    def __exit__(self, *_: object) -> None:
        self._cluster.stop()

    async def _fill(self, bootstrap: str) -> None:
        await topic_admin.create(Settings(broker=bootstrap, partitions=PARTITIONS))
        for load in (*self._loads, *self._by_line_too):
            by_line = load in self._by_line_too
            if load.prefix != loading.PREFIX:
                names = [load.prefix + kind for kind in KINDS]
                names += [load.prefix + loading.BY_LINE] * by_line
                await loading.create(bootstrap, names, PARTITIONS)
            await load.into(bootstrap, by_line)


def measure(
    field: Sequence[Contender],
    rounds: int,
    deadline: float,
    so_far: Callable[[Runs], object] = lambda runs: None,
) -> Runs:
    """Runs all in turn, beginning with another one each round; the failures of each are kept.

    Whoever failed is not run again. No round is begun that would, taking as long as the longest
    yet, end after the deadline (of ``time.monotonic``).
    """
    runs: dict[str, list[Took]] = {each.name: [] for each in field}
    failed: dict[str, str] = {}
    longest = 0.0

    def all_runs() -> Runs:
        return [(each, runs[each.name], failed.get(each.name, "")) for each in field]

    for number in range(rounds):
        begun = time.monotonic()
        if number and begun + longest > deadline:
            print(f"no time for round {number + 1}", file=sys.stderr, flush=True)
            break
        turn = number % len(field)
        for contender in (*field[turn:], *field[:turn]):
            if contender.name in failed:
                continue
            asked = time.monotonic()
            try:
                took = contender.measure()
            except Exception as problem:
                failed[contender.name] = str(problem)
                print(f"{contender.name}: {problem}", file=sys.stderr, flush=True)
                continue
            runs[contender.name].append(took)
            each = took["cpu"] / took["events"] * 1e6
            print(
                f"round {number + 1}: {contender.name}: {each:.2f} us, "
                f"{time.monotonic() - asked:.0f} s with all around it",
                file=sys.stderr,
                flush=True,
            )
        longest = max(longest, time.monotonic() - begun)
        so_far(all_runs())
    return all_runs()


def _result(about: dict[str, Any], runs: Runs) -> dict[str, Any]:
    rows: dict[str, Any] = {}
    for contender, took, failure in runs:
        row: dict[str, Any] = {"does": contender.does}
        if took:
            row |= middle(took)
        if contender.answer is not None and (took or failure):
            row["correct"] = not failure
        if failure:
            row["failed"] = failure
        rows[contender.name] = row
    result = {
        "measured": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": about,
        "versions": dict(versions(_PACKAGES)) | {"kafka": KAFKA_VERSION},
        "peers": {name: list(packages) for name, packages in PEERS.items()},
        "partitions": PARTITIONS,
        "rounds": max((len(took) for _, took, _ in runs), default=0),
        "rows": rows,
    }
    return result | {"ratios": tables.ratios(result)}
