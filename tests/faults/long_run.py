"""The faults suite by the hundred: a run per seed, each added to a table, until it is stopped.

    python tests/faults/long_run.py --first 301 --until 600 --seconds 30

Goes on where it was stopped: what stands in the table's JSON is not run again. Several of these may
be at work at once, each with brokers of its own: a seed is one's who has its lock. `--table` is
the table, beside this file: `long_run` is of the schedules of before, `long_run_plans` of those in
which plans are corrected too. A run with a difference ends it; the run's directory (schedule,
trace, the workers' logs) and the brokers' are kept.
"""

from __future__ import annotations

import argparse
import asyncio
import fcntl
import json
import logging
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parents[1]))  # as a program it is given only its own directory

from tests.brokers import KafkaCluster  # noqa: E402
from tests.faults.chaos import Outcome, begin, live  # noqa: E402


def main() -> int:
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # it tells of every fault
    parser = argparse.ArgumentParser()
    parser.add_argument("--first", type=int, default=301)
    parser.add_argument("--until", type=int, default=600)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--table", default="long_run_plans")
    arguments = parser.parse_args()
    table = HERE / arguments.table
    cluster = KafkaCluster(3)
    failed = True
    try:
        cluster.start()
        for seed in range(arguments.first, arguments.until + 1):
            with _locked(f"{arguments.table}-{seed}") as mine:
                if not mine or seed in {result["seed"] for result in _read(table)}:
                    continue
                directory = Path(tempfile.mkdtemp(prefix=f"faults-{seed}-"))
                outcome = asyncio.run(_one(seed, cluster, directory, arguments.seconds))
                print(_row(_result(outcome)), flush=True)
                if outcome.differences:
                    said = "\n".join(outcome.differences[:20])
                    print(said, f"\nkept: {directory}", file=sys.stderr)
                    return 1
                shutil.rmtree(directory)
                if outcome.void:
                    print(f"seed {seed} is void: no replay or no rebalance", file=sys.stderr)
                    continue
                _add(table, _result(outcome))
        failed = False
    finally:
        cluster.stop(keep=failed)
        if failed:
            print(f"the brokers' logs are kept in {cluster.directory}", file=sys.stderr)
    return 0


@contextmanager
def _locked(name: str, wait: bool = False) -> Iterator[bool]:
    """Whether this process alone has what bears the name; a process that dies has nothing."""
    with (Path(tempfile.gettempdir()) / f"reachline-{name}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            yield False
        else:
            yield True


def _read(table: Path) -> list[dict[str, object]]:
    results = table.with_suffix(".json")
    found: list[dict[str, object]] = json.loads(results.read_text()) if results.exists() else []
    return found


def _add(table: Path, result: dict[str, object]) -> None:
    """Adds to what stands there now, others' results too."""
    with _locked(table.name, wait=True):
        results = [*_read(table), result]
        for suffix, text in (
            (".json", json.dumps(results, indent=1) + "\n"),
            (".md", _table(results)),
        ):
            beside = table.with_suffix(f"{suffix}.new")
            beside.write_text(text)
            beside.replace(table.with_suffix(suffix))


async def _one(seed: int, cluster: KafkaCluster, directory: Path, seconds: float) -> Outcome:
    run = await begin(seed, cluster.bootstrap, directory, cluster)
    return await live(run, seconds)


def _result(outcome: Outcome) -> dict[str, object]:
    return {
        "seed": outcome.seed,
        "faults": sum(outcome.faults.values()),
        "workers": outcome.workers,
        "rebalances": outcome.rebalances,
        "replays": outcome.replays,
        "events": outcome.events,
        "late": outcome.late,
        "difference": len(outcome.differences),
        "of which": dict(sorted(outcome.faults.items())),
    }


def _row(result: dict[str, object]) -> str:
    faults = result["of which"]
    assert isinstance(faults, dict)
    listed = ", ".join(f"{name} {count}" for name, count in faults.items())
    numbers = [str(value) for name, value in result.items() if name != "of which"]
    return "| " + " | ".join([*numbers, listed]) + " |"


def _table(results: list[dict[str, object]]) -> str:
    head = [name for name in results[0] if name != "of which"] + ["of which"]
    total: dict[str, int] = {}
    for name in head[1:-1]:
        total[name] = sum(int(str(result[name])) for result in results)
    sums = ["all", *(f"{total[name]:,}" for name in head[1:-1]), ""]
    return "\n".join(
        [
            "# Long run of the faults suite",
            "",
            "Made by `long_run.py`: three workers at a time (the column counts all that were "
            "started), three brokers, eight partitions. Seeds in which nothing was replayed or "
            "rebalanced prove nothing and are left out.",
            "",
            "| " + " | ".join(head) + " |",
            "|" + "---|" * len(head),
            *(_row(result) for result in sorted(results, key=lambda each: int(str(each["seed"])))),
            "| " + " | ".join(sums) + " |",
            "",
        ]
    )


if __name__ == "__main__":
    raise SystemExit(main())
