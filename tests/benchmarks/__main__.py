"""Everything side by side: ``python -m tests.benchmarks``.

Each contender runs in a process of its own, in turn, several times over; the medians are printed
and kept as JSON. CPU time per event is what to compare: rates depend on what else the machine does,
and on the broker that shares it. Every answer is compared with a truth that is known beforehand; a
contender that miscounts is named, not ranked.

    python -m tests.benchmarks                  the full table, in at most ten minutes
    python -m tests.benchmarks --only Reachline --only bare
    python -m tests.benchmarks --short          Reachline and its limits, in about a minute;
                                                compared with the committed result, and never
                                                a failure
    python -m tests.benchmarks --short --keep   ... which becomes the committed result
    python -m tests.benchmarks --readme         writes the README's table from the kept results
    python -m tests.benchmarks.all              all that is measured, one stage after the other
"""

import argparse
import json
import sys
from pathlib import Path

from tests.benchmarks import readme, side_by_side, tables
from tests.benchmarks.comparing import compare
from tests.benchmarks.measuring import CACHE, RESULTS, keep, stoppable

ROUNDS, SECONDS = 5, 480.0
"""Rounds at most, and seconds after which none is begun that would end late: eight of the ten
minutes, for the next round may be a slow one."""


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--short", action="store_true", help="compare with the committed result")
    parser.add_argument("--keep", action="store_true", help="with --short: keep it as the result")
    parser.add_argument("--readme", action="store_true", help="write the README's table")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--seconds", type=float, default=SECONDS, help="for all rounds")
    parser.add_argument("--only", action="append", metavar="TEXT", help="contenders by name")
    parser.add_argument("--part", type=float, default=1.0, help="of the usual numbers of events")
    parser.add_argument("--out", type=Path, default=RESULTS / "table-1.json")
    parser.add_argument("--results", type=Path, default=RESULTS, help="of --short")
    arguments = parser.parse_args()
    stoppable()
    if arguments.readme:
        readme.write()
        return 0
    CACHE.mkdir(parents=True, exist_ok=True)
    if arguments.short:
        return short(arguments.part, arguments.results / "short.json", arguments.keep)
    result = side_by_side.full_table(
        arguments.rounds,
        arguments.seconds,
        arguments.only or [],
        arguments.part,
        lambda so_far: keep(arguments.out, so_far),
    )
    keep(arguments.out, result)
    print(tables.markdown([result]))
    return 0


def short(part: float, path: Path, kept: bool) -> int:
    """Reachline's part of the limits, beside the committed one; a loss is printed, not failed."""
    result = side_by_side.short(part)
    print(tables.markdown([result]))
    if kept:
        keep(path, result)
    elif path.exists():
        for compared in compare(json.loads(path.read_text())["ratios"], result["ratios"]):
            print(compared)
    else:
        print("no committed result to compare with")
    return 0


if __name__ == "__main__":
    sys.exit(main())
