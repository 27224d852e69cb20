"""The table of who does the job at which cost: from a result to Markdown, and whether it is enough.

A result is what ``side_by_side.full_table`` gives. Two runs of the full table are kept; the table
of the README is made of both, so that a reader sees by how much they differ.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

Result = dict[str, Any]

BARE: Final = "bare loop"
REACHLINE: Final = "Reachline"
EMBEDDED: Final = "Reachline, embedded broker"
FAUST: Final = "Faust, tables"
QUIX: Final = "Quix Streams, stateful + tumbling"
QUIX_WINDOWS: Final = "Quix Streams, tumbling only"
BYTEWAX_DURABLE: Final = "Bytewax, stateful + tumbling, recovery"
BYTEWAX: Final = "Bytewax, stateful + tumbling"
BYTEWAX_WINDOWS: Final = "Bytewax, tumbling only"
BARE_FILE: Final = "bare orjson.loads of a file"
REPLAY: Final = "Reachline replay of the file"

CATCHING_UP: Final = "catching up from Kafka"
REPLAYING: Final = "replay of a file"


class Aim(NamedTuple):
    """A ratio that is to be reached.

    Attributes:
        text: in words; what stands above, and below the line.
        least: the least that it may be.
        above, below: the rows whose CPU per event are divided.
    """

    text: str
    least: float
    above: str
    below: str


AIMS: Final = (
    Aim("of the bare loop, catching up", 0.25, BARE, REACHLINE),
    Aim("times Faust with tables, same job", 30, FAUST, REACHLINE),
    Aim("times Quix Streams, same job", 3, QUIX, REACHLINE),
    Aim("times Quix Streams, tumbling only", 3, QUIX_WINDOWS, REACHLINE),
    Aim("times Bytewax, same job with recovery, no broker", 1, BYTEWAX_DURABLE, REACHLINE),
    Aim("times Bytewax, tumbling only, no broker", 1, BYTEWAX_WINDOWS, REACHLINE),
    Aim("of bare orjson.loads, replay", 0.15, BARE_FILE, REPLAY),
)


def cost(result: Result, name: str) -> float | None:
    """The CPU per event of a row in microseconds, where it was measured and its answer is right."""
    row = result["rows"].get(name, {})
    return None if row.get("correct") is False else row.get("cpu_us_per_event")


def ratio(result: Result, above: str, below: str) -> float | None:
    """The one row's CPU per event divided by the other's."""
    costs = cost(result, above), cost(result, below)
    return costs[0] / costs[1] if costs[0] and costs[1] else None


def ratios(result: Result) -> dict[str, float | None]:
    """What part of the limit Reachline reaches: the measures that later runs are compared with."""
    return {
        CATCHING_UP: _rounded(ratio(result, BARE, REACHLINE)),
        REPLAYING: _rounded(ratio(result, BARE_FILE, REPLAY)),
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def markdown(results: Sequence[Result]) -> str:
    """One run, or two, as tables; the rates and memory are those of the first."""
    if not results:
        return "Not measured yet."
    return "\n\n".join(
        ["\n".join(_rows(results)), _notes(results), "\n".join(_aims(results)), _about(results)]
    )


def _each(results: Sequence[Result], shown: Callable[[Result], str]) -> str:
    texts = [shown(result) for result in results]
    return texts[0] if len({*texts}) == 1 else " / ".join(texts)


def _rows(results: Sequence[Result]) -> list[str]:
    lines = [
        "| | does | events | CPU µs per event | events/s | peak MB | Reachline is | answer |",
        "|---|---|--:|--:|--:|--:|--:|:-:|",
    ]
    for name, row in results[0]["rows"].items():
        if "cpu_us_per_event" not in row:
            lines.append(f"| {name} | {row['does']} | | | | | | failed |")
            continue
        reference = REPLAY if name in (BARE_FILE, REPLAY) else REACHLINE
        right = {result["rows"].get(name, {}).get("correct") for result in results}
        answer = "wrong" if False in right else "right" if True in right else ""
        cells = [
            f"{row['events']:,}",
            _each(results, lambda r, n=name: _cost_in(r, n)),  # type: ignore[misc]
            f"{row['events_per_second']:,}",
            f"{row['megabytes']:,}" if row["megabytes"] else "",
            ""
            if name == reference
            else _each(results, lambda r, n=name, m=reference: _times(ratio(r, n, m))),  # type: ignore[misc]
            answer,
        ]
        lines.append(f"| {name} | {row['does']} | " + " | ".join(cells) + " |")
    return lines


def _cost_in(result: Result, name: str) -> str:
    each = result["rows"].get(name, {}).get("cpu_us_per_event")
    return "-" if each is None else _figure(each)


def _figure(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def _times(value: float | None) -> str:
    return "-" if value is None else f"{_figure(value)} x"


def _aims(results: Sequence[Result]) -> list[str]:
    lines = ["| aim | at least | measured | |", "|---|--:|--:|---|"]
    for aim in AIMS:
        found = [ratio(result, aim.above, aim.below) for result in results]
        known = [value for value in found if value is not None]
        met = "" if len(known) < len(found) else "met" if min(known) >= aim.least else "not met"
        shown = " / ".join("-" if value is None else _figure(value) for value in found)
        lines.append(f"| {aim.text} | {aim.least:g} | {shown} | {met} |")
    return lines


def _notes(results: Sequence[Result]) -> str:
    runs = _each(results, lambda result: str(result["rounds"]))
    differ = [
        each["cpu_us_highest"] / each["cpu_us_lowest"] - 1
        for result in results
        for each in result["rows"].values()
        if each.get("cpu_us_lowest")
    ]
    spread = f"; within a table its runs lie up to {max(differ):.0%} apart" if differ else ""
    between = ""
    if len(results) > 1:
        apart = [
            abs(high / low - 1)
            for name in results[0]["rows"]
            if (low := cost(results[0], name)) and (high := cost(results[1], name))
        ]
        between = (
            f" Both runs of the whole table are shown, the first and the second; their medians "
            f"differ by {max(apart, default=0):.0%} at most."
        )
    return (
        f"Medians of {runs} alternating runs{spread}.{between} CPU is that of all threads of the "
        "process until everything is durable. Start-up is left out (Reachline and the bare loop "
        "count from where they can read, the peers from their first event), and so is the broker. "
        "The two rows of a file are whole commands, start-up and child processes included. Who is "
        "slow gets fewer events."
    )


def _about(results: Sequence[Result]) -> str:
    about, versions = results[0]["machine"], results[0]["versions"]
    peers = ", ".join(packages[0] for packages in results[0]["peers"].values())
    measured = _each(results, lambda result: result["measured"][:16].replace("T", " ") + " UTC")
    return (
        f"{about['processor']}, {about['cores']} cores, {about['system']}, Python "
        f"{about['python']}, Apache Kafka {versions['kafka']} on the same machine, aiokafka "
        f"{versions['aiokafka']}, orjson {versions['orjson']}, msgspec {versions['msgspec']}, "
        f"uvloop {versions['uvloop']}; {peers}. {measured}."
    )
