"""Taking times fairly: by the operating system's own accounts, alternating, as medians."""

import json
import os
import platform
import resource
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from statistics import median
from types import FrameType
from typing import Any, Final

ROOT: Final = Path(__file__).parents[2]
RESULTS: Final = Path(__file__).parent / "results"
CACHE: Final = Path.home() / ".cache" / "reachline" / "benchmarks"

LIMIT: Final = 180.0
"""Seconds after which a run counts as failed: six times what the slowest of them takes."""

Took = dict[str, Any]
"""What one run took: ``events``, ``seconds`` and ``cpu`` of its steady part, ``whole_cpu`` of the
process until then, start-up included, ``megabytes`` at its peak, and the ``answer``. CPU is that of
all threads of the process; a whole command's is that of its child processes too. A broker's is
nobody's."""


_running: Final[set["subprocess.Popen[str]"]] = set()
"""Contenders under way; a thread that waits for one of them would hold this program up."""


def stoppable() -> None:
    """Makes a SIGTERM end this program as Ctrl-C does: with all that it has started."""

    def stop(number: int, frame: FrameType | None) -> None:
        for child in tuple(_running):
            child.kill()
        signal.default_int_handler(number, frame)

    signal.signal(signal.SIGTERM, stop)


def keep(path: Path, result: Mapping[str, Any]) -> None:
    """Writes a result, completely or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".part")
    unfinished.write_text(json.dumps(result, indent=1) + "\n")
    unfinished.replace(path)


def peak_megabytes() -> float:
    """The most memory that this process has had, in MB."""
    # Rather than getrusage, which counts the size of the process that started this one too.
    status = Path("/proc/self/status")
    if status.exists():
        (row,) = (row for row in status.read_text().splitlines() if row.startswith("VmHWM:"))
        return int(row.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def run(command: Sequence[str | Path]) -> Took:
    """Runs a contender in a process of its own; gives what it printed on its last line.

    Raises:
        RuntimeError: it failed; with the end of what it said.
    """
    child = subprocess.Popen(
        list(map(str, command)),
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": "", "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    _running.add(child)
    try:
        output, errors = child.communicate(timeout=LIMIT)
    finally:
        child.kill()
        child.wait()
        _running.discard(child)
    lines = [line for line in output.splitlines() if line.startswith('{"')]
    if child.returncode or not lines:
        raise RuntimeError(f"{command[1]} ended with {child.returncode}:\n{errors[-3000:]}")
    took: Took = json.loads(lines[-1])
    return took


def run_whole(
    command: Sequence[str | Path], events: int, cores: int | None = None
) -> tuple[Took, bytes]:
    """Runs a command; reads the operating system's account of it and of its children.

    Args:
        command: what to run.
        events: how many it is given.
        cores: on how many cores it may run, where the system knows how to say so; None for all.

    Raises:
        RuntimeError: it failed.
    """
    if cores is not None and hasattr(os, "sched_getaffinity"):
        allowed = ",".join(map(str, sorted(os.sched_getaffinity(0))[:cores]))
        command = ["taskset", "-c", allowed, *command]
    begun = time.monotonic()
    with tempfile.TemporaryFile() as output:
        child = subprocess.Popen(list(map(str, command)), cwd=ROOT, stdout=output)
        limit = threading.Timer(LIMIT, child.kill)
        limit.start()
        try:
            _, status, used = os.wait4(child.pid, 0)
        except KeyboardInterrupt:
            child.kill()
            raise
        finally:
            limit.cancel()
        seconds = time.monotonic() - begun
        child.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        printed = output.read()
    if child.returncode:
        raise RuntimeError(f"{' '.join(map(str, command))} ended with {child.returncode}")
    cpu = used.ru_utime + used.ru_stime
    took = {"events": events, "seconds": seconds, "cpu": cpu, "whole_cpu": cpu}
    megabytes = used.ru_maxrss / 1024
    # A child's account begins with the size of its parent: what is no more may be less.
    return took | {"megabytes": megabytes if megabytes > peak_megabytes() else None}, printed


def middle(runs: Sequence[Took]) -> dict[str, Any]:
    """The medians of a contender's runs, with the lowest and highest of its CPU per event."""
    each = [run["cpu"] / run["events"] * 1e6 for run in runs]
    beginning = [run["whole_cpu"] - run["cpu"] for run in runs]
    memory = [run["megabytes"] for run in runs if run["megabytes"]]
    return {
        "runs": len(runs),
        "events": runs[0]["events"],
        "cpu_us_per_event": round(median(each), 3),
        "cpu_us_lowest": round(min(each), 3),
        "cpu_us_highest": round(max(each), 3),
        "events_per_second": round(median(run["events"] / run["seconds"] for run in runs)),
        "megabytes": round(median(memory)) if memory else None,
        "start_up_cpu_seconds": round(median(beginning), 2),
        "cpu_us_of_each_run": [round(cost, 3) for cost in each],
    }


def machine() -> dict[str, Any]:
    """What it was measured on."""
    model = platform.processor()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        names = [row for row in cpuinfo.read_text().splitlines() if row.startswith("model name")]
        model = names[0].split(":")[1].strip() if names else model
    return {
        "processor": model,
        "cores": os.cpu_count(),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "load_before": os.getloadavg()[0] if hasattr(os, "getloadavg") else None,
    }


def versions(packages: Sequence[str]) -> Mapping[str, str]:
    """Of installed packages."""
    return {name: version(name) for name in packages}


def python() -> str:
    """This very Python, in which Reachline is."""
    return sys.executable
