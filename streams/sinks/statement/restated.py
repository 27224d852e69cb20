"""A restatement as a page: what was, what is, and why."""

from html import escape
from typing import Any

from streams.sinks.statement.naming import Thing, line_of, name_of, section
from streams.sinks.statement.page import document
from streams.sinks.statement.writing import Writing, table


def page(of: Thing, after: Thing, language: str) -> str:
    """The page of a restatement; names of lines are those of the statement ``after``."""
    w = Writing(language, of["period"]["time_zone"])
    vendor, period = of["vendor"]["name"], of["period"]["name"]
    heading = w.text("restatement_of", number=of["number"], vendor=vendor, period=period)
    kept = w.text("kept_both", before=of["number"] - 1, after=of["number"])
    body = (
        f"<header><p>{w.text('restatement')}</p><h1>{heading}</h1></header>"
        + _amounts(of, w)
        + _cause(of, w)
        + _results(of, after, w)
        + _cells(of, after, w)
        + section("evidence", w, f"<p>{kept}</p>{_digests(of, w)}")
    )
    return document(f"{w.text('restatement')} {heading}", body, language)


def _amounts(of: Thing, w: Writing) -> str:
    rows = []
    sides = [{(a["unit"], a["currency"]): a for a in of[s]["amounts"]} for s in ("before", "after")]
    for key in dict.fromkeys([*sides[0], *sides[1]]):
        row = [escape(key[1])]
        for kind in ("malus", "bonus", "balance"):
            row += [w.money(side[key][kind], *key) if key in side else "–" for side in sides]
        rows.append(row)
    if not rows:
        return ""
    headings = [""]
    for kind in ("malus", "bonus", "balance"):
        headings += [f"{w.text(kind)}<small>{w.text(side)}</small>" for side in ("before", "after")]
    return section("summary", w, table("", headings, rows, set(range(1, 7))))


def _cause(of: Thing, w: Writing) -> str:
    shown = f"<p>{escape(of['reason'])}</p>"
    if of["plan_changed"]:
        shown += f"<p>{w.text('plan_changed')}</p>"
    if of["events"]:
        shown += f"<p>{w.text('late_events', count=w.number(len(of['events'])))}</p>"
        headings = ["event_id", "event_kind", "happened", "arrived", "revision"]
        rows = [
            [
                f"<code>{escape(each['event_id'])}</code>",
                escape(each["event"]),
                w.instant(each["at"]),
                w.instant(each["arrived"]) if each["arrived"] else "–",
                str(each["revision"]),
            ]
            for each in of["events"]
        ]
        names = ["event_id", *(w.text(heading) for heading in headings[1:])]
        shown += table("", names, rows, set())
    return section("cause_title", w, shown)


def _results(of: Thing, after: Thing, w: Writing) -> str:
    if not of["results"]:
        return section("results_changed", w, f"<p>{w.text('no_change')}</p>")
    rows = []
    for each in of["results"]:
        rule = {**each} if each["threshold"] is not None else _without(each, "threshold")
        rows.append(
            [
                name_of(rule, w),
                line_of(after, each["line"], w),
                escape(each["period"]),
                _side(each["before"], each, w),
                _side(each["after"], each, w),
                w.target(each["target"], each["figure"]),
            ]
        )
    headings = ["measure", "line", "period", "before", "after", "target"]
    shown = table("", [w.text(heading) for heading in headings], rows, {3, 4})
    return section("results_changed", w, shown)


def _without(each: Thing, name: str) -> Thing:
    return {key: value for key, value in each.items() if key != name}


def _side(side: Thing | None, each: Thing, w: Writing) -> str:
    if side is None:
        return "–"
    value = w.measured(side["value"], each["target"], side["met"], each["figure"])
    details: list[Any] = [f"{w.number(side['part'])} / {w.number(side['whole'])}"]
    if side["met"] is not None:
        details.append(w.text("met" if side["met"] else "missed"))
    charge = side["malus"] or side["bonus"]
    if charge:
        details.append(w.money(charge["amount"], charge["unit"], charge["currency"]))
    return f"{value}<small>{', '.join(details)}</small>"


def _cells(of: Thing, after: Thing, w: Writing) -> str:
    rows = [
        [
            w.instant(each["start"]),
            line_of(after, each["line"], w),
            ", ".join(
                f"{escape(name)} {one} → {other}" for name, (one, other) in each["counts"].items()
            ),
        ]
        for each in of["quarter_hours"]
    ]
    headings = [w.text(heading) for heading in ("when", "line", "change")]
    return section("cells_changed", w, table("", headings, rows, set()))


def _digests(of: Thing, w: Writing) -> str:
    items = ""
    for side in ("before", "after"):
        for key in ("books_digest", "plan_digest"):
            items += f"<dt>{w.text(key)}, {w.text(side)}</dt><dd><code>{of[side][key]}</code></dd>"
    return f"<dl>{items}</dl>"
