"""The faults suite by the hundred: a run per seed, each added to a table, until it is stopped.

    python tests/faults/long_run.py --until 200

Goes on where it was stopped: what stands in `long_run.json` is not run again. A run with a
difference ends it; the run's directory (schedule, trace, the workers' logs) and the brokers' are
kept.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import shutil
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parents[1]))  # as a program it is given only its own directory

from tests.brokers import KafkaCluster  # noqa: E402
from tests.faults.chaos import Outcome, begin, live  # noqa: E402

RESULTS = HERE / "long_run.json"
TABLE = HERE / "long_run.md"


def main() -> int:
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # it tells of every fault
    parser = argparse.ArgumentParser()
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--until", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=35)
    arguments = parser.parse_args()
    results: list[dict[str, object]] = json.loads(RESULTS.read_text()) if RESULTS.exists() else []
    done = {result["seed"] for result in results}
    cluster = KafkaCluster(3)
    failed = True
    try:
        cluster.start()
        for seed in range(arguments.first, arguments.until + 1):
            if seed in done:
                continue
            directory = Path(tempfile.mkdtemp(prefix=f"faults-{seed}-"))
            outcome = asyncio.run(_one(seed, cluster, directory, arguments.seconds))
            print(_row(_result(outcome)), flush=True)
            if outcome.differences:
                print("\n".join(outcome.differences[:20]), f"\nkept: {directory}", file=sys.stderr)
                return 1
            shutil.rmtree(directory)
            if outcome.void:
                print(f"seed {seed} is void: no replay or no rebalance", file=sys.stderr)
                continue
            results.append(_result(outcome))
            RESULTS.write_text(json.dumps(results, indent=1) + "\n")
            TABLE.write_text(_table(results))
        failed = False
    finally:
        cluster.stop(keep=failed)
        if failed:
            print(f"the brokers' logs are kept in {cluster.directory}", file=sys.stderr)
    return 0


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
