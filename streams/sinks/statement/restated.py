"""A restatement as a page: what was, what is, and why; in the words of the contract."""

from html import escape
from typing import Any

from streams.domain.counts import COUNTS
from streams.sinks.statement import counted, identity
from streams.sinks.statement.naming import Thing, line_of, name_of, section
from streams.sinks.statement.page import document
from streams.sinks.statement.writing import Writing, table


def page(of: Thing, after: Thing, language: str) -> str:
    """The page of a restatement. Names of lines, and which contract it is by, are those of the
    statement ``after``, whose number and date it has."""
    w = Writing(language, of["period"]["time_zone"])
    heading = w.text("of", vendor=of["vendor"]["name"], period=of["period"]["name"])
    kept = w.text("kept_both", before=of["before"]["number"], after=of["after"]["number"])
    body = (
        f"<header><p>{w.text('restatement')} {w.text('for_city', city=after['city'])}</p>"
        f"<h1>{heading}</h1>{identity.items(after, w)}</header>"
        + _amounts(of, w)
        + _heard(of, w)
        + _cause(of, w)
        + _results(of, after, w)
        + _cells(of, after, w)
        + section("evidence", w, f"<p>{kept}</p>{_digests(of, w)}")
    )
    title = f"{w.text('restatement')}: {heading}, {escape(of['after']['number'])}"
    return document(title, identity.running(after, w), body, language)


def _amounts(of: Thing, w: Writing) -> str:
    rows = []
    sides = [{(a["unit"], a["currency"]): a for a in of[s]["amounts"]} for s in ("before", "after")]
    for key in dict.fromkeys([*sides[0], *sides[1]]):
        row = [escape(key[1]) if key[0] == "money" else w.text("of_fee")]
        for kind in ("malus", "bonus", "balance"):
            row += [w.money(side[key][kind], *key) if key in side else "–" for side in sides]
        rows.append(row)
    if not rows:
        return ""
    headings = [""]
    for kind in ("malus", "bonus", "balance"):
        headings += [f"{w.text(kind)}<small>{w.text(side)}</small>" for side in ("before", "after")]
    return section("summary", w, table("", headings, rows, set(range(1, 7))))


def _heard(of: Thing, w: Writing) -> str:
    """How much was known before, and is now."""
    texts = []
    for side in ("before", "after"):
        shown = of[side]
        if shown["open_hours"] is None:
            text = w.text("heard_unknown")
        else:
            heard, open_ = w.number(shown["heard_hours"]), w.number(shown["open_hours"])
            text = w.text("heard_of", heard=heard, open=open_)
        if not shown["complete"]:
            text += f", {w.text('incomplete_standing')}"
        texts.append(f"<dt>{w.text(side)}</dt><dd>{text}</dd>")
    return section("heard", w, f"<dl>{''.join(texts)}</dl>")


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
                w.text(f"event_{each['event']}"),
                w.instant(each["at"]),
                w.instant(each["arrived"]) if each["arrived"] else "–",
                str(each["revision"]),
            ]
            for each in of["events"]
        ]
        shown += table("", [w.text(heading) for heading in headings], rows, set())
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
    if side.get("complete", True):
        value = w.measured(side["value"], each["target"], side["met"], each["figure"])
    else:
        value = f"{w.figure(side['value'], each['figure'])}, {w.text('incomplete')}"
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
            "<br>".join(_changed(after, each, w)),
        ]
        for each in of["quarter_hours"]
    ]
    headings = [w.text(heading) for heading in ("when", "line", "change")]
    return section("cells_changed", w, table("", headings, rows, set()))


def _changed(after: Thing, cell: Thing, w: Writing) -> list[str]:
    """What is counted otherwise in a quarter-hour, in the order of the books."""
    counts = cell["counts"]
    known = {name: n for n, name in enumerate(COUNTS)}
    thresholds = _thresholds(after, cell)
    return [
        f"{counted.name(name, thresholds, w)}: "
        + " → ".join(counted.amount(name, each, w) for each in counts[name])
        for name in sorted(counts, key=lambda name: known.get(name, len(known)))
    ]


def _thresholds(after: Thing, cell: Thing) -> list[float]:
    """The seconds within which the contract of a line wants an answer, at a quarter-hour."""
    for each in after["contracts"]:
        begins = each["valid_from"] is None or each["valid_from"] <= cell["start"]
        ends = each["valid_until"] is not None and each["valid_until"] <= cell["start"]
        if cell["line"] in each["lines"] and begins and not ends:
            return list(each["thresholds"])
    return []


def _digests(of: Thing, w: Writing) -> str:
    items = ""
    for side in ("before", "after"):
        for key in ("books_digest", "plan_digest"):
            items += f"<dt>{w.text(key)}, {w.text(side)}</dt><dd><code>{of[side][key]}</code></dd>"
    return f"<dl>{items}</dl>"
