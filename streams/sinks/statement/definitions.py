"""How each figure of a statement is defined, in words, and what the vendor held."""

from html import escape
from typing import Any

from streams.domain.statement.assignments import ABANDONMENT, REACHABILITY, SERVICE_LEVEL
from streams.sinks.statement.writing import Writing, table


def section(of: dict[str, Any], w: Writing) -> str:
    """The definitions of every measure that was judged, once each."""
    found: dict[tuple[str, str], list[str]] = {}
    for result in of["results"]:
        texts = [_of_result(result, w)]
        key = escape(f"{result['contract']}: {result['measure']}"), w.text(result["figure"])
        known = found.setdefault(key, [])
        known += [text for text in texts if text not in known]
    items = "".join(
        f"<dt>{figure} <small>{id_}</small></dt>" + "".join(f"<dd>{text}</dd>" for text in texts)
        for (id_, figure), texts in found.items()
    )
    general = "".join(
        f"<p>{w.text(key)}</p>" for key in ("def_booking", "def_exclusions", "def_exact")
    )
    rows = [
        [
            escape(each["names"].get(w.language) or each["line"]),
            escape(each["line"]),
            escape(each["contract"]),
            w.instant(each["from"]),
            w.instant(each["until"]),
        ]
        for each in of["lines"]
    ]
    headings = [w.text("line"), "id", w.text("contract"), w.text("since"), w.text("until")]
    held = table(w.text("lines_caption"), headings, rows, set())
    return (
        f'<section class="definitions"><h2>{w.text("definitions")}</h2><dl>{items}</dl>{general}'
        f"</section><section><h2>{w.text('lines')}</h2>{held}</section>"
    )


def _of_result(result: dict[str, Any], w: Writing) -> str:
    figure = result["figure"]
    short = w.number(result["short_abandon_limit"])
    on_short = w.text(f"def_short_{result['short_abandons']}", short=short)
    if figure == SERVICE_LEVEL:
        threshold = w.number(result["threshold"])
        texts = [
            w.text(f"def_{result['formula']}", threshold=threshold) + ".",
            w.text(f"def_boundary_{result['boundary']}", threshold=threshold),
            w.text(f"def_clock_{result['clock']}"),
            on_short,
            w.text("def_in_hours"),
        ]
    elif figure == REACHABILITY:
        texts = [
            w.text("def_reachability", limit=w.number(result["reach_limit"])) + ".",
            w.text(f"def_callbacks_{result['callbacks']}"),
            w.text("def_forms"),
        ]
    elif figure == ABANDONMENT:
        texts = [w.text("def_abandonment") + ".", on_short]
    else:
        texts = [w.text("def_asa") + "."]
    return " ".join(texts)
