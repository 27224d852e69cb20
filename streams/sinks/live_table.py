"""What a wallboard shows first as a table for a terminal, of the demo."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from streams.domain.figures import on_the_wall
from streams.domain.plan import Plan
from streams.sinks.terminal import columns, left, readable, right
from streams.texts import DEFAULT

_COLOURS: Final = {"ok": "32", "at_risk": "33", "breach": "31", "closed": "90", "no_data": "35"}
_PROMISED: Final = [(figure.name, wall.heading) for figure, wall in on_the_wall("line") if wall.of]
"""The figures of the last half hour that have a target, each with its heading."""

_HEADINGS: Final = (
    "status",
    *(text for _, heading in _PROMISED for text in (heading, "of")),
    *("waiting", "oldest", "today"),
)
_WIDEST_STATUS: Final = ("NO DATA", *[""] * (len(_HEADINGS) - 1))
"""Or all columns would move with the first line whose status is longer."""

_LONGEST_NAME: Final = 40
_SHORTEST_NAME: Final = 12
"""Columns of a name: more say no more, and with less two lines look alike. Where there is no room
even for this the table is cut on its right."""


def live_table(live: Mapping[str, Any], plan: Plan, width: int) -> list[str]:
    """The rows of the table, which fit the width where it is 70 columns or more.

    Args:
        live: as ``live_figures`` gives them; of a time at which something was known.
        width: columns of the terminal.
    """
    lines = [line for line in live["lines"] if line["as_of"] is not None]  # others: not ready yet
    cells = [_cells(line) for line in lines]
    texts = zip(_HEADINGS, _WIDEST_STATUS, *cells, strict=True)
    widths = [max(map(columns, column)) for column in texts]
    names = [readable(name_of(line["names"])) for line in lines]
    room = width - sum(widths) - len(widths)
    longest = max((columns(name) for name in names), default=0)
    of_name = max(_SHORTEST_NAME, min(room, longest, _LONGEST_NAME))
    rows = [
        f"{clock(live['as_of'], plan, '%a %d %b %H:%M:%S')}, figures of the last half hour",
        left("", of_name) + " " + _row(_HEADINGS, widths),
    ]
    for line, name, of_line in zip(lines, names, cells, strict=True):
        row = _row(of_line, widths)
        status = row[: widths[0]]
        row = f"\033[{_COLOURS[line['status']]}m{status}\033[0m{row[widths[0] :]}"
        rows.append(f"{left(name, of_name)} {row}")
    return rows


def _cells(line: Mapping[str, Any]) -> tuple[str, ...]:
    return (
        line["status"].replace("_", " ").upper(),
        *(text for name, _ in _PROMISED for text in _promised(line, name)),
        str(line["waiting"]),
        _wait(line["oldest_wait"]) if line["waiting"] else "-",
        str(line["contacts_today"]),
    )


def _promised(line: Mapping[str, Any], name: str) -> tuple[str, str]:
    return _percent(line[name], line[f"{name}_target"]), str(line[f"{name}_of"])


def _row(texts: tuple[str, ...], widths: list[int]) -> str:
    status, *numbers = zip(texts, widths, strict=True)
    return " ".join([left(*status), *(right(*number) for number in numbers)])


def name_of(names: Mapping[str, str]) -> str:
    """A line's name in the language of the commands, else in whatever it has."""
    return names.get(DEFAULT) or next(iter(names.values()))


def clock(seconds: float, plan: Plan, form: str = "%H:%M:%S") -> str:
    """The city's local time."""
    return datetime.fromtimestamp(seconds, plan.zone).strftime(form)


def _percent(share: float | None, target: float) -> str:
    if share is None:
        return "-"
    if share < target <= round(share, 2):  # a miss is not rounded into a hit
        return f"{int(share * 1000) / 10}%"
    return f"{share:.0%}"


def _wait(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
