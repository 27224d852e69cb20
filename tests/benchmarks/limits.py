"""The other numbers to reach: how soon, how large, how alike; compared with what was measured."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from tests.benchmarks.backfill import ALL
from tests.benchmarks.growth import memory_per_contact

Rows = Mapping[str, Mapping[str, Any]]


class Limit(NamedTuple):
    """A number that is to stay below a limit.

    Attributes:
        text: what it is, with its unit.
        most: the limit.
        found: what was measured.
    """

    text: str
    most: float
    found: float

    @property
    def met(self) -> bool:
        """Whether it stays there."""
        return self.found <= self.most


def limits(
    scale: Mapping[str, Any], latency: Mapping[str, Any], filled: Mapping[str, Any]
) -> list[Limit]:
    """All whose measurements are there."""
    return [*_latency(latency.get("rates", {})), *_scale(scale), *_backfill(filled.get("rows", {}))]


def _latency(rates: Rows) -> list[Limit]:
    text = "acknowledged by Kafka until seen in `/metrics` at 5,000 events/s, p99, seconds"
    row = rates.get("5000")
    if row is None:
        return []
    # What was never seen took for ever.
    return [Limit(text, 1.0, float("inf") if row["unseen"] else row["quantiles"]["p99"])]


def _scale(scale: Mapping[str, Any]) -> list[Limit]:
    found = []
    lines: Rows = scale.get("lines", {})
    if {"4", "1000"} <= set(lines):
        few, many = (float(lines[number]["cpu_us_per_event"]) for number in ("4", "1000"))
        text = "CPU per event with 1,000 lines, as a multiple of that with 4"
        found.append(Limit(text, 1.1, many / few))
    rows: Rows = scale.get("open", {})
    most = rows.get("1000000")
    if most is not None:
        text = "a worker started with a million open contacts processes again after, seconds"
        found.append(Limit(text, 30.0, most["restart_seconds"]))
        text = "memory per open contact, everything included, bytes"
        found.append(Limit(text, 1024.0, memory_per_contact(rows)))
    return found


def _backfill(rows: Rows) -> list[Limit]:
    row = rows.get(ALL)
    if row is None:
        return []
    text = f"a year of Antwerp replayed ({row['events']:,} events), seconds"
    return [Limit(text, 15.0, row["seconds"])]


def markdown(found: list[Limit]) -> str:
    """The limits as a table."""
    lines = ["| limit | at most | measured | |", "|---|--:|--:|---|"]
    for each in found:
        met = "met" if each.met else "not met"
        lines.append(f"| {each.text} | {each.most:,g} | {_figure(each.found)} | {met} |")
    return "\n".join(lines)


def _figure(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.2f}"
