"""Fuzzed records by the million: an episode per seed, added up in a table, until there are enough.

    python tests/faults/fuzz_run.py --records 10_000_000
    python tests/faults/fuzz_run.py --kafka 500_000

The first has them go the way from the bytes of a fetch to what is published, without a broker
(`fuzzed`). The second sends so many to Apache Kafka, where a worker reads them (`fuzzed_kafka`).
Both go on where they were stopped, by what stands in `fuzz_run.json`. An episode with a difference
ends it, and is not counted.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import logging
import sys
from collections import Counter
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parents[1]))  # as a program it is given only its own directory

from tests.faults import fuzzed_kafka  # noqa: E402
from tests.faults.fuzzed import GOOD, Counted, Episode  # noqa: E402

RESULTS = HERE / "fuzz_run.json"
TABLE = HERE / "fuzz_run.md"
EPISODE = 100_000
"""Records of an episode: a minute at most, and not much memory."""

OFFLINE, KAFKA = "offline", "kafka"
CAME = ("accepted", "late", "refused", "nothing to read")


def main() -> int:
    logging.disable(logging.CRITICAL)  # every damaged batch is told there
    gc.disable()  # a third of the time; what an episode has made is collected after it
    parser = argparse.ArgumentParser()
    parser.add_argument("--records", type=int, default=0)
    parser.add_argument("--kafka", type=int, default=0)
    arguments = parser.parse_args()
    ways = (OFFLINE, arguments.records, _offline), (KAFKA, arguments.kafka, _through_kafka)
    results: dict[str, Any] = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    for way, wanted, run in ways:
        while _sum(results, way) < wanted:
            result = results.setdefault(way, {"episodes": 0})
            seed = result["episodes"] + 1
            counted = run(seed, min(EPISODE, wanted))
            if counted.differences:
                print(f"{way}, seed {seed}:", *counted.differences[:20], sep="\n", file=sys.stderr)
                return 1
            gc.collect()
            result["episodes"] = seed
            _add(result, counted)
            RESULTS.write_text(json.dumps(results, indent=1, sort_keys=True) + "\n")
            TABLE.write_text(_table(results))
            print(f"{way}: {seed} episodes, {_sum(results, way):,} records", flush=True)
    return 0


def _offline(seed: int, records: int) -> Counted:
    return Episode(seed, records).run()


def _through_kafka(seed: int, records: int) -> Counted:
    return asyncio.run(fuzzed_kafka.run(seed, records))


def _add(result: dict[str, Any], counted: Counted) -> None:
    """What an episode counted is added."""
    for (kind, came), number in counted.came.items():
        by_kind = result.setdefault("came", {}).setdefault(kind, {})
        by_kind[came] = by_kind.get(came, 0) + number
    for reason, number in counted.reasons.items():
        reasons = result.setdefault("reasons", {})
        reasons[reason] = reasons.get(reason, 0) + number
    result["restarts"] = result.get("restarts", 0) + counted.restarts


def _sum(results: dict[str, Any], way: str) -> int:
    """Records that are none of the good ones."""
    came = results.get(way, {}).get("came", {})
    return sum(sum(numbers.values()) for kind, numbers in came.items() if kind != GOOD)


def _table(results: dict[str, Any]) -> str:
    lines = [
        "# Fuzzed records",
        "",
        "Made by `fuzz_run.py`. No worker ended, and the books of the good calls among them "
        "differ by 0 from those of the good calls alone: an episode in which one does stands in "
        "no table.",
    ]
    for way, title in (
        (OFFLINE, "From the bytes of a fetch to what is published, without a broker"),
        (KAFKA, "Through Apache Kafka, read by a worker"),
    ):
        if way in results:
            lines += ["", f"## {title}", "", *_of_way(results, way)]
    return "\n".join([*lines, ""])


def _of_way(results: dict[str, Any], way: str) -> list[str]:
    result = results[way]
    good = sum(result["came"][GOOD].values())
    rows = sorted((kind, numbers) for kind, numbers in result["came"].items() if kind != GOOD)
    total: Counter[str] = Counter()
    for _, numbers in rows:
        total.update(numbers)
    reasons = sorted(result["reasons"].items(), key=lambda each: -each[1])
    return [
        f"{_sum(results, way):,} records in {result['episodes']} episodes, and {good:,} events of "
        f"good calls amid them, of which {result['came'][GOOD].get('accepted', 0):,} were "
        f"accepted; {result['restarts']:,} times a worker died and another went on from its state.",
        "",
        "Difference of the good calls' books: 0.",
        "",
        "| what was done to it | records | " + " | ".join(CAME) + " |",
        "|---" * (2 + len(CAME)) + "|",
        *(_row(kind, Counter(numbers)) for kind, numbers in [*rows, ("all", total)]),
        "",
        "| refused because | records |",
        "|---|---|",
        *(f"| `{reason}` | {number:,} |" for reason, number in reasons),
    ]


def _row(kind: str, numbers: Counter[str]) -> str:
    cells = [kind, f"{numbers.total():,}", *(f"{numbers[came]:,}" for came in CAME)]
    return "| " + " | ".join(cells) + " |"


if __name__ == "__main__":
    raise SystemExit(main())
