"""What the parts of a page share: how lines, measures and counts are called."""

from html import escape
from typing import Any

from streams.domain.statement.assignments import ASA
from streams.sinks.statement.writing import Writing

Thing = dict[str, Any]


def name_of(result: Thing, w: Writing) -> str:
    """A measure in words, with the plan's id for it."""
    threshold = (
        f" ({w.number(result['threshold'])}\N{NO-BREAK SPACE}s)" if "threshold" in result else ""
    )
    return f"{w.text(result['figure'])}{threshold}<small>{escape(result['measure'])}</small>"


def line_of(of: Thing, line: str | None, w: Writing) -> str:
    """A line's name in the reader's language; of none, all lines."""
    if line is None:
        return w.text("all_lines")
    return escape(names_of(of, w).get(line, line))


def names_of(of: Thing, w: Writing) -> dict[str, str]:
    """The lines' names by their ids."""
    return {
        each["line"]: each["names"].get(w.language, each["line"]) or each["line"]
        for each in of["lines"]
    }


def count_of(result: Thing, w: Writing) -> str:
    """What stands above and below the line."""
    key = "asa_count" if result["figure"] == ASA else "of_count"
    return w.text(key, part=w.number(result["part"]), whole=w.number(result["whole"]))


def section(key: str, w: Writing, inside: str, kind: str | None = None) -> str:
    """A section under its heading; ``kind`` is its class where that is not the heading's key."""
    return f'<section class="{kind or key}"><h2>{w.text(key)}</h2>{inside}</section>'
