"""Taking times fairly: by the operating system's own accounts, alternating, as medians."""

import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any, Final

ROOT: Final = Path(__file__).parents[2]
LIMIT: Final = 900.0
"""Seconds after which a run counts as failed: thirty times what the slowest of them takes."""

Took = dict[str, Any]
"""What one run took: ``events``, ``seconds`` and ``cpu`` of its steady part, ``whole_cpu`` of the
process, start-up included, ``megabytes`` at its peak, and the ``answer``."""


def peak_megabytes() -> float:
    """The most memory that this process has held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def run(command: Sequence[str | Path]) -> Took:
    """Runs a contender in a process of its own; gives what it told on its last line.

    Raises:
        RuntimeError: it failed; with the end of what it said.
    """
    done = subprocess.run(
        list(map(str, command)),
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": "", "PYTHONUNBUFFERED": "1"},
        capture_output=True,
        text=True,
        timeout=LIMIT,
    )
    lines = [line for line in done.stdout.splitlines() if line.startswith('{"')]
    if done.returncode or not lines:
        raise RuntimeError(f"{command[1]} ended with {done.returncode}:\n{done.stderr[-3000:]}")
    took: Took = json.loads(lines[-1])
    return took


def run_whole(command: Sequence[str | Path], events: int) -> tuple[Took, bytes]:
    """Runs a command and takes the operating system's account of it and of its children."""
    begun = time.monotonic()
    with tempfile.TemporaryFile() as output:
        child = subprocess.Popen(list(map(str, command)), cwd=ROOT, stdout=output)
        _, status, used = os.wait4(child.pid, 0)
        seconds = time.monotonic() - begun
        child.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        printed = output.read()
    if child.returncode:
        raise RuntimeError(f"{command[1]} ended with {child.returncode}")
    cpu = used.ru_utime + used.ru_stime
    took = {"events": events, "seconds": seconds, "cpu": cpu, "whole_cpu": cpu}
    return took | {"megabytes": used.ru_maxrss / 1024}, printed


def middle(runs: Sequence[Took]) -> dict[str, Any]:
    """The medians of a contender's runs, with the lowest and highest of its CPU per event."""
    each = [run["cpu"] / run["events"] * 1e6 for run in runs]
    memory = [run["megabytes"] for run in runs if run["megabytes"]]
    return {
        "runs": len(runs),
        "events": runs[0]["events"],
        "cpu_us_per_event": round(median(each), 3),
        "cpu_us_lowest": round(min(each), 3),
        "cpu_us_highest": round(max(each), 3),
        "events_per_second": round(median(run["events"] / run["seconds"] for run in runs)),
        "megabytes": round(median(memory)) if memory else None,
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
