"""Everything side by side: ``python -m tests.benchmarks``.

Each contender runs in a process of its own, in turn, several times over; the medians are printed
and written as JSON. CPU time per event is what to compare: rates depend on what else the machine
does, and on the broker that shares it. Every answer is held to a truth that is known beforehand; a
contender that miscounts is told, not ranked.

    python -m tests.benchmarks                  the whole table, about half an hour
    python -m tests.benchmarks --only Reachline
    python -m tests.benchmarks --short          the ratio to the bare loop, against the result that
                                                is committed, in a minute and a half
"""

import argparse
import asyncio
import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from streams.domain.events import KINDS
from streams.engine import topics
from streams.settings import Settings
from tests.benchmarks import contenders, loading
from tests.benchmarks.contenders import PARTITIONS, Contender, Load
from tests.benchmarks.environments import PEERS
from tests.benchmarks.measuring import Took, machine, middle, versions
from tests.benchmarks.traffic import EVENTS_PER_CALL, Traffic
from tests.brokers import KAFKA_VERSION, KafkaCluster

RESULTS: Final = Path(__file__).parent / "results"
CACHE: Final = Path.home() / ".cache" / "reachline" / "benchmarks"

LARGE, MIDDLE, SMALL, YEAR = 1_000_000, 200_000, 40_000, 2_000_000
"""Events: for who does a million in seconds, for who does tens of thousands a second, for who does
a few thousand; and what a year of Antwerp comes to."""

LOSS: Final = 0.2
"""The part of the ratio to the bare loop whose loss is reported."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--short", action="store_true", help="compare with the committed result")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", action="append", metavar="TEXT", help="contenders by name")
    parser.add_argument("--out", type=Path, default=RESULTS / "table.json")
    arguments = parser.parse_args()
    CACHE.mkdir(parents=True, exist_ok=True)
    if arguments.short:
        return short()
    result = whole(arguments.rounds, arguments.only or [])
    print(table(result))
    arguments.out.parent.mkdir(exist_ok=True)
    arguments.out.write_text(json.dumps(result, indent=1) + "\n")
    return 0


def whole(rounds: int, only: Sequence[str]) -> dict[str, Any]:
    """Runs every contender that many times, in turn."""
    about = machine()
    large = Load.make("contact.", Traffic.of_events(LARGE), CACHE)
    middling = Load.make("middle.", Traffic.of_events(MIDDLE), CACHE)
    small = Load.make("small.", Traffic.of_events(SMALL), CACHE)
    year = Load.make("", of_a_year(), CACHE)
    embedded = Load.make("contact.", Traffic.of_events(MIDDLE), CACHE)
    with _kafka([large, small], [middling]) as bootstrap:
        field = [
            contenders.bare(bootstrap, large),
            contenders.reachline(bootstrap, large),
            contenders.reachline_embedded(embedded),
            *contenders.quix(bootstrap, middling, CACHE),
            *contenders.bytewax(middling, CACHE),
            contenders.faust(bootstrap, small, CACHE),
            contenders.bare_replay(year),
            contenders.replay(year),
        ]
        runs = measure([c for c in field if not only or any(o in c.name for o in only)], rounds)
    return _result(about, runs)


def of_a_year() -> Traffic:
    """Calls spread over a year that is past."""
    calls = round(YEAR / EVENTS_PER_CALL)
    return Traffic(calls, per_second=calls / (365 * 86_400), start=1_735_686_000)


def short() -> int:
    """Holds the ratio to the bare loop to the committed one; tells of a loss, and never fails."""
    committed = json.loads((RESULTS / "table.json").read_text())
    load = Load.make("contact.", Traffic.of_events(MIDDLE), CACHE)
    with _kafka([load], []) as bootstrap:
        field = [
            contenders.bare(bootstrap, load),
            contenders.reachline(bootstrap, load),
            contenders.bare_replay(load),
            contenders.replay(load),
        ]
        result = _result(machine(), measure(field, rounds=2))
    print(table(result))
    for name, now in result["ratios"].items():
        before = committed["ratios"].get(name)
        if before is None or now is None:
            continue
        told = f"{name}: {now:.3f} of the bare loop, {before:.3f} in the committed result"
        if now < before * (1 - LOSS):
            print(f"::warning title=Slower::{told}")  # GitHub shows it beside the commit
        else:
            print(told)
    return 0


class _kafka:  # noqa: N801 - reads as what it gives
    """A Kafka with these loads in it, for as long as it is needed."""

    def __init__(self, loads: Sequence[Load], by_line_too: Sequence[Load]) -> None:
        self._loads, self._by_line_too = loads, by_line_too

    def __enter__(self) -> str:
        self._cluster = KafkaCluster(1).start()
        try:
            asyncio.run(self._fill(self._cluster.bootstrap))
        except BaseException:
            self._cluster.stop()
            raise
        return self._cluster.bootstrap

    def __exit__(self, *_: object) -> None:
        self._cluster.stop()

    async def _fill(self, bootstrap: str) -> None:
        await topics.create(Settings(broker=bootstrap, partitions=PARTITIONS))
        for load in (*self._loads, *self._by_line_too):
            by_line = load in self._by_line_too
            if load.prefix != loading.PREFIX:
                names = [load.prefix + kind for kind in KINDS]
                names += [load.prefix + loading.BY_LINE] * by_line
                await loading.create(bootstrap, names, PARTITIONS)
            await load.into(bootstrap, by_line)


def measure(field: Sequence[Contender], rounds: int) -> list[tuple[Contender, list[Took], str]]:
    """Runs all in turn, beginning with another one each round; the failures of each are kept."""
    runs: dict[str, list[Took]] = {each.name: [] for each in field}
    failed: dict[str, str] = {}
    for number in range(rounds):
        turn = number % len(field)
        for contender in (*field[turn:], *field[:turn]):
            try:
                took = contender.measure()
            except Exception as problem:
                failed[contender.name] = str(problem)
                print(f"{contender.name}: {problem}", file=sys.stderr)
                continue
            runs[contender.name].append(took)
            each = took["cpu"] / took["events"] * 1e6
            print(f"round {number + 1}: {contender.name}: {each:.2f} us", file=sys.stderr)
    return [(each, runs[each.name], failed.get(each.name, "")) for each in field]


def _result(
    about: dict[str, Any], runs: Sequence[tuple[Contender, list[Took], str]]
) -> dict[str, Any]:
    rows: dict[str, Any] = {}
    for contender, took, failure in runs:
        row: dict[str, Any] = {"does": contender.does}
        if took:
            row |= middle(took)
        if contender.answer is not None and took:
            row["correct"] = not failure
        if failure:
            row["failed"] = failure
        rows[contender.name] = row
    return {
        "measured": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": about,
        "versions": dict(versions(["aiokafka", "orjson", "msgspec", "uvloop", "faust-streaming"]))
        | {"kafka": KAFKA_VERSION},
        "peers": {name: list(packages) for name, packages in PEERS.items()},
        "partitions": PARTITIONS,
        "rows": rows,
        "ratios": {
            "catching up": _ratio(rows, "bare loop", "Reachline"),
            "replay": _ratio(rows, "bare orjson.loads of the file", "Reachline replay"),
        },
    }


def _ratio(rows: dict[str, Any], limit: str, name: str) -> float | None:
    costs = [rows.get(each, {}).get("cpu_us_per_event") for each in (limit, name)]
    return round(costs[0] / costs[1], 4) if all(costs) else None


def table(result: dict[str, Any]) -> str:
    """The result as a table in Markdown."""
    about = result["machine"]
    reference = result["rows"].get("Reachline", {}).get("cpu_us_per_event")
    lines = [
        f"{about['processor']}, {about['cores']} cores, Python {about['python']}, "
        f"Apache Kafka {result['versions']['kafka']}, {result['measured']}",
        "",
        "| | does | CPU us/event | events/s | peak MB | Reachline is | correct |",
        "|---|---|--:|--:|--:|--:|:-:|",
    ]
    for name, row in result["rows"].items():
        if "cpu_us_per_event" not in row:
            lines.append(f"| {name} | {row['does']} | | | | | {row['failed'][:80]} |")
            continue
        cost = row["cpu_us_per_event"]
        times = f"{cost / reference:.1f} x" if reference and "replay" not in name.lower() else ""
        correct = {True: "yes", False: "no", None: ""}[row.get("correct")]
        spread = f"{cost:.2f} ({row['cpu_us_lowest']:.2f}-{row['cpu_us_highest']:.2f})"
        lines.append(
            f"| {name} | {row['does']} | {spread} | {row['events_per_second']:,} "
            f"| {row['megabytes'] or ''} | {times} | {correct} |"
        )
    lines.append("")
    lines += [f"{name}: {value} of the limit" for name, value in result["ratios"].items()]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
