"""Everything that is measured, one stage after the other: ``python -m tests.benchmarks.all``.

Each stage is a command of its own with a limit of time; one that fails or takes too long is named,
and the rest go on. What a stage has measured until then is kept. At the end plots, the sizing page
and the README are made again from all that is kept. Nothing else should run on the machine.
"""

import argparse
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from tests.benchmarks.measuring import RESULTS, ROOT, python, stoppable

ORDERLY: Final = 60.0
"""Seconds that a stage gets to end its brokers and workers once its time is over."""


class Stage(NamedTuple):
    """A command: its name, its module and arguments, and for how many seconds it may run."""

    name: str
    command: tuple[str, ...]
    limit: float


def stages(results: Path, quick: bool) -> list[Stage]:
    """The stages in their order; quick ones measure little, to see that all of them work."""
    small = ("--part", "0.02", "--rounds", "1") if quick else ("--rounds", "3")
    into = ("--results", str(results))

    def table(number: int) -> Stage:
        out = ("--out", str(results / f"table-{number}.json"))
        return Stage(f"table-{number}", ("", *out, *small), 540.0)

    return [
        table(1),
        Stage(
            "latency",
            (
                "latency",
                *into,
                *(("--rate", "200", "--seconds", "6", "--lines", "10") if quick else ()),
            ),
            300.0,
        ),
        Stage(
            "scale",
            ("scale", *into, "--only", "partitions", "--only", "workers", "--only", "lines")
            + (("--events", "2000") if quick else ()),
            480.0,
        ),
        Stage(
            "open",
            ("scale", *into, "--only", "open", *(("--most-open", "10000") if quick else ())),
            720.0,
        ),
        Stage(
            "backfill",
            ("backfill", *into, *(("--days", "7", "--rounds", "1") if quick else ())),
            200.0,
        ),
        Stage(
            "profile",
            ("profiling", *into, *(("--events", "20000") if quick else ())),
            200.0,
        ),
        table(2),
        Stage("short", ("", "--short", "--keep", *into, *(small[:2] if quick else ())), 120.0),
        Stage("plots", ("plots", *into), 30.0),
        Stage("sizing", ("sizing", *into), 30.0),
        *([] if results != RESULTS else [Stage("readme", ("", "--readme"), 30.0)]),
    ]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.all", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="tiny sizes: does everything work")
    parser.add_argument("--only", action="append", metavar="STAGE")
    parser.add_argument("--results", type=Path, default=RESULTS)
    arguments = parser.parse_args()
    stoppable()
    chosen = [
        stage
        for stage in stages(arguments.results, arguments.quick)
        if not arguments.only or stage.name in arguments.only
    ]
    ended = go_through(chosen, run)
    for stage, (how, seconds) in zip(chosen, ended, strict=True):
        print(f"{stage.name:10} {how:22} {seconds:5.0f} s of {stage.limit:.0f}")
    return int(any(how != "done" for how, _ in ended))


def go_through(chosen: Sequence[Stage], once: Callable[[Stage], str]) -> list[tuple[str, float]]:
    """Runs the stages in their order; how each of them ended, and after how many seconds."""
    ended = []
    began = time.monotonic()
    for number, stage in enumerate(chosen, 1):
        print(
            f"== {time.monotonic() - began:5.0f} s: {stage.name} ({number} of {len(chosen)}), "
            f"at most {stage.limit:.0f} s",
            flush=True,
        )
        begun = time.monotonic()
        ended.append((once(stage), time.monotonic() - begun))
    return ended


def run(stage: Stage) -> str:
    """Runs a stage within its time; gives how it ended."""
    module, *arguments = stage.command
    name = f"tests.benchmarks.{module}" if module else "tests.benchmarks"
    child = subprocess.Popen([python(), "-m", name, *arguments], cwd=ROOT, start_new_session=True)
    try:
        status = child.wait(stage.limit)
    except subprocess.TimeoutExpired:
        end(child)
        return "out of time"
    except KeyboardInterrupt:
        end(child)
        raise
    return "done" if status == 0 else f"failed with {status}"


def end(child: "subprocess.Popen[bytes]") -> None:
    """Ends a stage with all that it has started; at once when it does not end by itself."""
    child.send_signal(signal.SIGTERM)
    try:
        child.wait(ORDERLY)
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()


if __name__ == "__main__":
    sys.exit(main())
