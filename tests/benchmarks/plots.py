"""What was measured, drawn: ``python -m tests.benchmarks.plots``.

Small SVG files beside the results, and the latencies as text; the sizing page shows them.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any, Final

from tests.benchmarks import tables
from tests.benchmarks.measuring import RESULTS
from tests.benchmarks.svg import COLOURS, Series, bar_plot, histogram, line_plot

KINDS: Final = {
    "partitions": "partitions",
    "workers": "workers",
    "lines": "lines",
    "open": "contacts open at once",
}
"""What is varied, and its name on an axis."""

_BARS: Final = 40
"""Characters of the longest bar of a text histogram."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.plots")
    parser.add_argument("--results", type=Path, default=RESULTS)
    results = parser.parse_args().results
    for name, text in drawn(*(read(results, part) for part in ("table-1", "scale", "latency"))):
        (results / name).write_text(text)
    return 0


def read(results: Path, name: str) -> dict[str, Any]:
    """A kept result; nothing when there is none."""
    path = results / f"{name}.json"
    found: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
    return found


def drawn(
    table: dict[str, Any], scale: dict[str, Any], latency: dict[str, Any]
) -> list[tuple[str, str]]:
    """The files and what is in them, of what was measured."""
    files = []
    if table:
        files.append(("table.svg", _costs(table)))
    for kind, text in KINDS.items():
        if scale.get(kind):
            files.append((f"cost-by-{kind}.svg", _cost(scale[kind], text)))
    if scale.get("open"):
        points = [(int(n), row["megabytes"]) for n, row in scale["open"].items()]
        title = "Memory of the worker"
        files.append(
            (
                "memory-by-open.svg",
                line_plot(title, KINDS["open"], "MB", [Series("", points)], "xy"),
            )
        )
    if latency.get("rates"):
        files.append(("latency.svg", _latency(latency["rates"])))
        files.append(("latency.txt", latency_text(latency["rates"])))
    if latency.get("scrapes"):
        points = [(int(n), row["cpu_milliseconds"]) for n, row in latency["scrapes"].items()]
        files.append(
            (
                "scrape.svg",
                line_plot("One scrape of /metrics", "lines", "CPU ms", [Series("", points)], "xy"),
            )
        )
    return files


def _costs(table: dict[str, Any]) -> str:
    rows = [
        (name, cost, COLOURS[0] if name.startswith(("Reachline", "bare")) else COLOURS[1])
        for name in table["rows"]
        if (cost := tables.cost(table, name)) and name not in (tables.BARE_FILE, tables.REPLAY)
    ]
    rows.sort(key=lambda row: -row[1])
    return bar_plot("CPU per event", "µs, the smaller the better", rows)


def _cost(rows: dict[str, Any], text: str) -> str:
    series = [
        Series(name, [(int(number), row[key]) for number, row in rows.items()])
        for name, key in (
            ("all workers", "cpu_us_per_event"),
            ("the broker", "broker_cpu_us_per_event"),
        )
    ]
    return line_plot(f"Cost by {text}", text, "CPU µs per event", series, "x")


def shares(row: dict[str, Any]) -> list[tuple[str, float]]:
    """The share of the calls in each bucket, by its upper bound; the last one has none."""
    found = []
    before = 0
    for bound, count in row["buckets"].items():
        found.append((bound, (count - before) / max(1, row["calls"])))
        before = count
    return [*found, ("more", (row["calls"] - before) / max(1, row["calls"]))]


def _latency(rates: dict[str, Any]) -> str:
    panels = []
    bounds: list[str] = []
    for rate, row in rates.items():
        found = shares(row)
        bounds = [bound for bound, _ in found]
        name = f"{int(rate):,} events/s, p99 {row['quantiles'].get('p99', float('nan')):.2f} s"
        panels.append(Series(name, [(number, share) for number, (_, share) in enumerate(found)]))
    return histogram(
        "From acknowledged by Kafka to seen in /metrics", "seconds, at most", bounds, panels
    )


def latency_text(rates: dict[str, Any]) -> str:
    """The latencies as histograms of characters."""
    lines = []
    for rate, row in rates.items():
        lines.append(f"{int(rate):,} events/s, {row['calls']:,} calls: {quantiles(row)}")
        for bound, share in shares(row):
            bar = "#" * round(share * _BARS)
            lines.append(f"{bound:>6} {share:6.1%} {bar}".rstrip())
        lines.append("")
    return "\n".join(lines)


def quantiles(row: dict[str, Any]) -> str:
    """A row's quantiles in words."""
    return ", ".join(f"{name} {value:.3f} s" for name, value in row["quantiles"].items())


if __name__ == "__main__":
    sys.exit(main())
