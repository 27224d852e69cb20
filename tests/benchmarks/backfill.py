"""A year of a city replayed: ``python -m tests.benchmarks.backfill``.

`reachline replay` of a simulated year of Antwerp, on one core and on all, beside ``orjson.loads``
over the same lines. Full commands, start-up and child processes included. What the books say is
compared with what the simulation knows to have happened.
"""

import argparse
import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from statistics import median
from typing import Any, Final

import orjson

from streams.domain import instants
from streams.domain.instants import DAY
from streams.domain.plan import Plan
from streams.simulation import City
from tests.benchmarks.contenders import HERE
from tests.benchmarks.measuring import (
    CACHE,
    RESULTS,
    Took,
    keep,
    machine,
    middle,
    python,
    run_whole,
    stoppable,
)
from tests.totals import Totals

PLAN: Final = Path(str(files("streams.simulation") / "antwerp.toml"))
START: Final = "2025-01-01T00:00:00+01:00"
SCALE: Final = 1.22
"""Times the plan's callers: a year of them makes 2 million events."""

DAYS: Final = 365
ROUNDS: Final = 3

BARE, ONE, ALL = "bare orjson.loads", "reachline replay, one core", "reachline replay, all cores"
COUNTED: Final = ("line_offered", "queue_offered", "answered_within")
"""What is compared per line, under the names that the books and the simulation share."""

Answer = dict[str, list[int]]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.backfill")
    parser.add_argument("--days", type=int, default=DAYS)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--make", action="store_true", help="only make the file of events")
    parser.add_argument("--results", type=Path, default=RESULTS)
    arguments = parser.parse_args()
    stoppable()
    path, events, known = year(arguments.days)
    if arguments.make:
        return 0
    runs: dict[str, list[Took]] = {}
    field: dict[str, Callable[[], Took]] = {
        BARE: lambda: run_whole([python(), HERE / "bare_replay.py", path], events, 1)[0],
        ONE: lambda: _replay(path, events, known, 1),
        ALL: lambda: _replay(path, events, known, None),
    }
    for number in range(arguments.rounds):
        for name, once in field.items():
            took = once()
            runs.setdefault(name, []).append(took)
            print(
                f"round {number + 1}: {name}: {took['seconds']:.1f} s, {took['cpu']:.1f} s of CPU",
                file=sys.stderr,
                flush=True,
            )
        keep(arguments.results / "backfill.json", _result(arguments.days, runs))
    print(markdown(_result(arguments.days, runs)))
    return 0


def year(days: int) -> tuple[Path, int, Answer]:
    """The file of events, how many, and what they come to; made in minutes when not there yet."""
    path = CACHE / f"antwerp-{days}-{SCALE:g}.ndjson"
    truth = path.with_suffix(".json")
    if not truth.exists():
        print(f"simulating {days} days of Antwerp ...", file=sys.stderr, flush=True)
        CACHE.mkdir(parents=True, exist_ok=True)
        keep(truth, _simulated(path, days))
    known = json.loads(truth.read_text())
    return path, known["events"], known["lines"]


def _simulated(path: Path, days: int) -> dict[str, Any]:
    plan = Plan.load(str(PLAN))
    start = instants.parse(START)
    city = City(plan, seed=1, start=start, until=start + days * DAY, scale=SCALE)
    totals = Totals()
    count = 0
    with path.open("wb", buffering=1 << 20) as file:
        for _, event in city.events(lambda contact: totals.add(contact, plan)):
            file.write(orjson.dumps(event) + b"\n")
            count += 1
    return {
        "events": count,
        "lines": {
            line: [getattr(found, name) for name in COUNTED]
            for line, found in sorted(totals.lines.items())
        },
    }


def _replay(path: Path, events: int, known: Answer, cores: int | None) -> Took:
    command: list[str | Path] = [python(), "-m", "streams.cli", "replay", path, "--plan", PLAN]
    command += ["--format", "json"]
    took, printed = run_whole(command, events, cores)
    lines = json.loads(printed)["lines"]
    answer = {line: [figures[name] for name in COUNTED] for line, figures in lines.items()}
    wrong = [line for line in sorted({*answer, *known}) if answer.get(line) != known.get(line)]
    if wrong:
        raise RuntimeError(
            f"the books of {', '.join(wrong)} are wrong: "
            f"{answer.get(wrong[0])} for {known.get(wrong[0])}"
        )
    return took


def _result(days: int, runs: dict[str, list[Took]]) -> dict[str, Any]:
    rows = {name: middle(took) | {"seconds": _seconds(took)} for name, took in runs.items()}
    limit = rows[BARE]["cpu_us_per_event"]
    return {
        "measured": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine(),
        "days": days,
        "rows": rows,
        "ratios": {
            name: round(limit / row["cpu_us_per_event"], 4)
            for name, row in rows.items()
            if name != BARE
        },
    }


def _seconds(took: list[Took]) -> float:
    return round(median(float(run["seconds"]) for run in took), 2)


def markdown(result: dict[str, Any]) -> str:
    """The result as a table."""
    lines = [
        f"| {result['days']} days of Antwerp | events | seconds | CPU µs per event "
        "| MB of the largest process | of the bare loop |",
        "|---|--:|--:|--:|--:|--:|",
    ]
    for name, row in result["rows"].items():
        part = result["ratios"].get(name)
        lines.append(
            f"| {name} | {row['events']:,} | {row['seconds']:.1f} | {row['cpu_us_per_event']:.2f} "
            f"| {row['megabytes'] or ''} | {'' if part is None else f'{part:.2f}'} |"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
