"""What a cluster needs, computed from what was measured: ``python -m tests.benchmarks.sizing``.

Writes ``results/sizing.md``. The rules are here, the figures in ``results``; nothing on the page is
typed by hand. It says of every number whether this machine has seen it or it follows from others.
"""

import argparse
import math
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from streams.domain.caller_history import REPEAT_WITHIN
from streams.domain.instants import DAY
from streams.engine.roles.caller_cells import CELLS_KEPT_FOR
from tests.benchmarks import backfill, held
from tests.benchmarks.growth import measured, memory_per_contact
from tests.benchmarks.measuring import RESULTS
from tests.benchmarks.plots import read
from tests.benchmarks.traffic import EVENTS_PER_CALL

BUSY: Final = 0.5
"""The share of a core that a worker may use in the busiest minute: the other half catches up after
a restart, and answers scrapes."""

BROKER_BUSY: Final = 0.3
"""The same of a broker's core, which also serves the other readers and the copies' traffic."""

BROKER_CORES: Final = 8
COPIES: Final = 3

PARTITION_RATE: Final = 5_000
"""Events per second for which one more partition is made: a partition is what moves between workers
as a whole, so a worker should own several."""

PARTITIONS_AT_LEAST: Final = 8
PER_WORKER: Final = 2
"""Partitions that each worker has at least, so that half of its work can move when one is lost."""

MINUTES_OPEN: Final = 4 + 15
"""Minutes that a contact stays in state: menu, wait and talk, and the grace after its end."""

CALLERS_DAYS: Final = (CELLS_KEPT_FOR + REPEAT_WITHIN) // DAY
"""Days for which callers' calls are remembered."""

BYTES_PER_EVENT: Final = 220
DAYS_KEPT: Final = 400

BUSIEST: Final = 10
"""The busiest minute of a year, as a multiple of an even spread over 250 days of 9 hours."""

CITY_CALLS: Final = 1.5e6
"""A year of 14 020, Antwerp's number."""


@dataclass(frozen=True)
class Place:
    """Somebody to size for.

    Attributes:
        name: who.
        calls_per_second: begun in the busiest minute.
        calls_per_year: for the disks.
        lines: how many.
    """

    name: str
    calls_per_second: float
    calls_per_year: float
    lines: int

    @classmethod
    def of_a_year(cls, name: str, calls: float, lines: int) -> "Place":
        """By the calls of a year, in office hours."""
        return cls(name, calls / (250 * 9 * 3600) * BUSIEST, calls, lines)


PLACES: Final = (
    Place.of_a_year("a city (1.5 million calls a year)", CITY_CALLS, 20),
    Place.of_a_year("a country (20 such cities)", 20 * CITY_CALLS, 400),
    # Over a year, four tenths of the busiest minute: somewhere it is always night.
    Place("a global platform (100,000 calls/s)", 100_000, 100_000 * 0.4 * 31_536_000, 10_000),
)


@dataclass(frozen=True)
class Costs:
    """What the sizes are computed from.

    Attributes:
        worker, broker: CPU seconds per event, the highest measured.
        contact: bytes of a worker's memory per contact in state.
        base: bytes of a worker without contacts.
        caller: bytes per call that is remembered for its caller's history.
    """

    worker: float
    broker: float
    contact: float
    base: float
    caller: float

    @classmethod
    def of(cls, scale: Mapping[str, Any], profile: Mapping[str, Any]) -> "Costs":
        """From the measurements of scale, and of what memory is for."""
        rows = [row for kind in ("lines", "workers", "open") for row in scale[kind].values()]
        return cls(
            max(row["cpu_us_per_event"] for row in rows) / 1e6,
            max(row["broker_cpu_us_per_event"] for row in rows) / 1e6,
            memory_per_contact(scale["open"]),
            max(row["idle_megabytes"] for row in scale["lines"].values()) * 2**20,
            profile["held"][held.CALLERS],
        )


@dataclass(frozen=True)
class Needs:
    """What a place needs."""

    events_per_second: float
    contacts: float
    workers: int
    partitions: int
    brokers: int
    worker_gigabytes: float
    disk_gigabytes: float


def needs(place: Place, costs: Costs) -> Needs:
    """Workers, partitions, brokers, memory and disk for a place."""
    rate = place.calls_per_second * EVENTS_PER_CALL
    workers = max(2, math.ceil(rate * costs.worker / BUSY))
    contacts = place.calls_per_second * MINUTES_OPEN * 60
    partitions = max(
        PARTITIONS_AT_LEAST, math.ceil(rate / PARTITION_RATE), (workers - 1) * PER_WORKER
    )
    cores = rate * costs.broker * COPIES / BROKER_BUSY
    # One may be down, and the others then have its contacts.
    remembered = place.calls_per_year / 365 * CALLERS_DAYS
    per_worker = costs.base + (contacts * costs.contact + remembered * costs.caller) / (workers - 1)
    days = place.calls_per_year / 365 * DAYS_KEPT
    return Needs(
        rate,
        contacts,
        workers,
        2 ** math.ceil(math.log2(partitions)),
        max(3, math.ceil(cores / BROKER_CORES)),
        per_worker / 2**30,
        days * EVENTS_PER_CALL * BYTES_PER_EVENT * COPIES / 1e9,
    )


def checked(
    place: Place, need: Needs, scale: Mapping[str, Any], latency: Mapping[str, Any]
) -> list[tuple[str, bool]]:
    """What this machine has seen of a place's needs, and what it has not."""
    sustained = max(
        (
            int(rate)
            for rate, row in latency["rates"].items()
            if not row["unseen"] and row["publisher_behind_seconds"] < 1.0
        ),
        default=0,
    )
    most_open = max(row["open_contacts"] for row in scale["open"].values())
    most = {kind: max(map(int, scale[kind])) for kind in ("lines", "workers", "partitions")}
    return [
        (f"{need.events_per_second:,.0f} events/s", need.events_per_second <= sustained),
        (f"{need.contacts:,.0f} contacts in state", need.contacts <= most_open),
        (f"{place.lines:,} lines", place.lines <= most["lines"]),
        (f"{need.workers:,} workers", need.workers <= most["workers"]),
        (f"{need.partitions:,} partitions", need.partitions <= most["partitions"]),
        (f"{need.brokers:,} brokers", need.brokers <= 1),
    ]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.sizing")
    parser.add_argument("--results", type=Path, default=RESULTS)
    results = parser.parse_args().results
    (results / "sizing.md").write_text(kept_page(results))
    return 0


def kept_page(results: Path = RESULTS) -> str:
    """The page of the kept results."""
    names = ("scale", "latency", "backfill", "profile")
    scale, latency, filled, profile = (read(results, name) for name in names)
    if not all(scale.get(kind) for kind in ("partitions", "workers", "lines", "open")):
        return "# Sizing a cluster\n\nNot measured yet.\n"
    if not latency.get("rates") or not profile.get("held"):
        return "# Sizing a cluster\n\nNot measured yet.\n"
    return page(scale, latency, filled, profile)


def page(
    scale: Mapping[str, Any],
    latency: Mapping[str, Any],
    filled: Mapping[str, Any],
    profile: Mapping[str, Any],
) -> str:
    """The page."""
    about = scale["machine"]
    costs = Costs.of(scale, profile)
    lines = [
        "# Sizing a cluster",
        "",
        "Written by `python -m tests.benchmarks.sizing` from the results beside this page, measured"
        f" on {about['processor']} with {about['cores']} cores, {about['system']}, Python"
        f" {about['python']}, with one Kafka broker and the publisher on the same machine. A core"
        " here is one core of that machine.",
        "",
        "| | calls/s in the busiest minute | events/s | workers (a core each) | partitions "
        "| memory per worker | brokers (8 cores) | contacts in state | disk for 400 days |",
        "|---|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    all_needs = [(place, needs(place, costs)) for place in PLACES]
    for place, need in all_needs:
        lines.append(
            f"| {place.name} | {place.calls_per_second:,.1f} | {need.events_per_second:,.0f} "
            f"| {need.workers:,} | {need.partitions:,} | {need.worker_gigabytes:.2f} GB "
            f"| {need.brokers:,} | {need.contacts:,.0f} | {need.disk_gigabytes:,.0f} GB |"
        )
    lines += ["", "## How it is computed", "", *_rules(costs), "", "## What was checked", ""]
    lines += [
        "One machine stands for all: a figure is seen when this machine has had at least as much of"
        " it at once, alone among the others; the rest follows by the rules above and was not run.",
        "",
        "| | seen here | not seen here |",
        "|---|---|---|",
    ]
    for place, need in all_needs:
        seen = checked(place, need, scale, latency)
        cells = (", ".join(text for text, was in seen if was is wanted) for wanted in (True, False))
        lines.append(f"| {place.name} | {' | '.join(cells)} |")
    lines += [
        "",
        "Not measured at all: copies over a network, disks slower than this machine's, "
        "compression, other readers of the same brokers.",
        "",
        *measured(scale, latency),
    ]
    if filled.get("rows"):
        lines += ["", "## A year replayed", "", backfill.markdown(dict(filled))]
    return "\n".join(lines) + "\n"


def _rules(costs: Costs) -> list[str]:
    return [
        f"- A city: {CITY_CALLS:,.0f} calls a year, the busiest minute {BUSIEST} times an even "
        "spread over 250 days of 9 hours.",
        f"- events/s = calls/s x {EVENTS_PER_CALL:g}, as in the benchmarks' calls.",
        f"- workers = events/s x {costs.worker * 1e6:.1f} µs / {BUSY:.0%}, the highest cost per "
        "event measured below; two at least, so that one can fail.",
        f"- partitions = one per {PARTITION_RATE:,} events/s, {PER_WORKER} for each worker but one,"
        f" {PARTITIONS_AT_LEAST} at least; the next power of two.",
        f"- contacts in state = calls/s x {MINUTES_OPEN} minutes: the call's own 4, and the grace "
        "of 15.",
        f"- memory per worker = {costs.base / 2**20:.0f} MB + (contacts x {costs.contact:,.0f} "
        f"bytes + the calls of {CALLERS_DAYS} days x {costs.caller:,.0f} bytes) / (workers - 1). "
        "So long callers are remembered; without their pseudonyms there is none of that.",
        f"- brokers = events/s x {costs.broker * 1e6:.1f} µs x {COPIES} copies / "
        f"{BROKER_BUSY:.0%} / {BROKER_CORES} cores; three at least. That a copy costs what the "
        "first one does is an assumption.",
        f"- disk, all brokers together = events x {BYTES_PER_EVENT} bytes x {COPIES} copies, not "
        "compressed; journeys and state are small beside it.",
    ]


if __name__ == "__main__":
    sys.exit(main())
