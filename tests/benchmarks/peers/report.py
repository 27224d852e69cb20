"""How a contender reports what it took: CPU and wall time from its first event to its last."""

import json
import resource
import sys
import time
from pathlib import Path
from typing import Any


class Stopwatch:
    """Wall and CPU time of this process, all its threads included, since it was made."""

    def __init__(self) -> None:
        self._wall, self._cpu = time.monotonic(), time.process_time()

    def took(self, events: int) -> dict[str, Any]:
        """What went by since, and the most memory that the process ever had."""
        return {
            "events": events,
            "seconds": time.monotonic() - self._wall,
            "cpu": time.process_time() - self._cpu,
            "whole_cpu": time.process_time(),
            "megabytes": peak_megabytes(),
        }


def peak_megabytes() -> float:
    """The most memory that this process has had, as ``measuring`` finds it."""
    status = Path("/proc/self/status")
    if status.exists():
        (row,) = (row for row in status.read_text().splitlines() if row.startswith("VmHWM:"))
        return int(row.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def write(took: dict[str, Any], answer: dict[str, list[int]] | None) -> None:
    """Writes what it took and what was counted, as a line of the output."""
    sys.stdout.write("\n" + json.dumps(took | {"answer": answer}) + "\n")
    sys.stdout.flush()
