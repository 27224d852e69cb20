"""How cost and memory grow, in tables, plots and words, each computed from the results."""

from collections.abc import Mapping
from typing import Any, Final

from tests.benchmarks.plots import KINDS

Rows = Mapping[str, Mapping[str, Any]]

SAME: Final = 0.1
"""The relative difference up to which two costs count as the same: runs differ by as much."""

_COLUMNS: Final = {
    "events": "events",
    "cpu_us_per_event": "CPU µs per event",
    "broker_cpu_us_per_event": "broker's",
    "idle_megabytes": "MB before",
    "megabytes": "MB after",
    "bytes_per_contact": "bytes per contact",
    "restart_seconds": "restart, s",
    "restart_cpu": "restart, CPU s",
    "restarted_megabytes": "MB restarted",
    "restarted_bytes_per_contact": "bytes per contact then",
    "disk_megabytes": "MB on disk",
}


def memory_per_contact(rows: Rows) -> float:
    """Bytes of memory per further contact: between the two largest numbers of open contacts, since
    what a worker needs anyway is in both."""
    ordered = sorted(rows.values(), key=lambda row: float(row["open_contacts"]))
    if len(ordered) < 2:
        return float(ordered[0]["bytes_per_contact"])
    fewer, more = ordered[-2:]
    grown = (more["megabytes"] - fewer["megabytes"]) * 2**20
    return float(grown / (more["open_contacts"] - fewer["open_contacts"]))


def grows(rows: Rows, key: str, what: str) -> str:
    """From the least to the most, in words."""
    numbers = sorted(rows, key=int)
    least, most = (float(rows[number][key]) for number in (numbers[0], numbers[-1]))
    change = most / least - 1
    if abs(change) <= SAME:
        how = f"stays the same ({change:+.0%})"
    elif change > 0:
        how = f"grows by {change:.0%}" if change < 1 else f"grows {most / least:.1f} times"
    else:
        how = f"falls by {-change:.0%}"
    return (
        f"From {int(numbers[0]):,} to {int(numbers[-1]):,} {what} the CPU per event {how}: "
        f"{least:.1f} to {most:.1f} µs."
    )


def measured(scale: Mapping[str, Any], latency: Mapping[str, Any]) -> list[str]:
    """All measurements of scale and latency, as Markdown."""
    lines = ["## How it grows", ""]
    for kind, what in KINDS.items():
        lines += [f"### {what.capitalize()}", "", grows(scale[kind], "cpu_us_per_event", what), ""]
        if kind == "open":
            lines += [_open(scale["open"]), ""]
        lines += [*_rows(what, scale[kind]), ""]
        for number, row in scale[kind].items():
            if "beside" in row:
                lines += [f"{int(number):,} {what} were measured beside {row['beside']}.", ""]
        lines += [f"![Cost by {what}](cost-by-{kind}.svg)", ""]
    lines += ["![Memory by contacts open at once](memory-by-open.svg)", ""]
    lines += ["### From acknowledged by Kafka to seen in /metrics", ""]
    lines += ["| events/s | calls | p50 | p90 | p99 | p99.9 | the worker's core | publisher late |"]
    lines += ["|--:|--:|--:|--:|--:|--:|--:|--:|"]
    for rate, row in latency["rates"].items():
        times = " | ".join(f"{value:.2f} s" for value in row["quantiles"].values())
        lines.append(
            f"| {int(rate):,} | {row['calls']:,} | {times or '| | |'} "
            f"| {row['worker_cpu_share']:.0%} | {row['publisher_behind_seconds']:.2f} s |"
        )
    lines += ["", "![Latency](latency.svg)", "", "As text: [latency.txt](latency.txt)."]
    if latency.get("scrapes"):
        lines += ["", "### One scrape", "", "| lines | CPU | time | size |", "|--:|--:|--:|--:|"]
        for number, row in latency["scrapes"].items():
            lines.append(
                f"| {int(number):,} | {row['cpu_milliseconds']} ms | {row['milliseconds']} ms "
                f"| {row['kilobytes']:,} KB |"
            )
        lines += ["", "![Scrape](scrape.svg)"]
    return lines


def _open(rows: Rows) -> str:
    most = max(rows.values(), key=lambda row: float(row["open_contacts"]))
    return (
        f"One contact more takes {memory_per_contact(rows):,.0f} bytes of the worker that has read "
        f"its events. With {most['open_contacts']:,} open, a restarted worker processes again after"
        f" {most['restart_seconds']:.1f} s and holds {most['restarted_megabytes']:,} MB."
    )


def _rows(what: str, rows: Rows) -> list[str]:
    present = [name for name in _COLUMNS if name in next(iter(rows.values()))]
    lines = [f"| {what} | " + " | ".join(_COLUMNS[name] for name in present) + " |"]
    lines.append("|--:|" + "--:|" * len(present))
    for number, row in rows.items():
        cells = " | ".join(f"{row[name]:,}" for name in present)
        lines.append(f"| {int(number):,} | {cells} |")
    return lines
