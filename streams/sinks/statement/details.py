"""The parts of a statement's page behind its results: plots, tables, and what it rests on."""

from html import escape
from typing import Final

from streams.domain.statement.heard import ENOUGH
from streams.sinks.statement import plots as drawing
from streams.sinks.statement.naming import Thing, count_of, line_of, name_of, names_of, section
from streams.sinks.statement.plain import VOLUMES
from streams.sinks.statement.writing import Writing, table

_MOST_PANELS: Final = 6
"""Lines drawn one below the other; more would fill the page, and are in the table of days."""

_MOST_COLUMNS: Final = 6
"""Figures beside each other in the table of days; more do not fit on A4."""

_ALWAYS: Final = ("line_offered", "answered", "abandoned", "short_abandoned")
_BESIDES: Final = ("queue_offered", "out_of_hours")
"""Counted of the same visits once more, however they ended."""

_MOST_SILENCES: Final = 5
"""Those that stand on the first sheet; the others are in the JSON."""


def plots(of: Thing, w: Writing) -> str:
    """Each day against its target, and the calls of each day; nothing for a single day."""
    days = list(of["days"])
    if len(days) < 2:
        return ""
    shown = ""
    series: dict[str, dict[str | None, drawing.Days]] = {}
    firsts: dict[str, Thing] = {}
    for each in of["results"]:
        key = f"{each['contract']}|{each['measure']}"
        firsts.setdefault(key, each)
        series.setdefault(key, {}).setdefault(each["line"], {}).update(
            {day: count for day, count in each["days"].items() if day in of["days"]}
        )
    for key, by_line in list(series.items())[:1]:
        measure = firsts[key]
        title = w.text("plot_title", measure=w.text(measure["figure"]))
        panels = [(_plain(of, line, w), found) for line, found in by_line.items()][:_MOST_PANELS]
        drawn = drawing.figure_plot(panels, days, title, measure, w)
        caption = w.text("plot_caption", measure=w.text(measure["figure"]))
        shown += f"<figure>{drawn}<figcaption>{caption}</figcaption></figure>"
    drawn = drawing.volume_plot(of["days"], w.text("volume_title"), w)
    shown += f"<figure>{drawn}<figcaption>{w.text('volume_caption')}</figcaption></figure>"
    return section("plots", w, shown)


def _plain(of: Thing, line: str | None, w: Writing) -> str:
    return names_of(of, w).get(line, line) if line else w.text("all_lines")


def exclusions(of: Thing, w: Writing) -> str:
    """What was left out, and what the result would be with it."""
    rows = []
    for each in of["results"]:
        for effect in each["exclusions"]:
            if not effect["quarter_hours"]:
                continue
            kind = w.text(
                effect["kind"],
                above=w.number(float(effect["above"] or 0)),
                causes=", ".join(w.text(cause) for cause in effect["causes"]),
            )
            left_out = effect["left_out"] | {"figure": each["figure"]}
            rows.append(
                [
                    f"{escape(effect['id'])}<small>{kind}</small>",
                    escape(effect["reason"]),
                    f"{name_of(each, w)} {line_of(of, each['line'], w)}, {escape(each['period'])}",
                    w.number(effect["quarter_hours"]),
                    count_of(left_out, w),
                    w.figure(effect["value_without_it"], each["figure"]),
                    w.figure(each["value"], each["figure"]),
                ]
            )
    if not rows:
        return section("exclusions", w, f"<p>{w.text('no_exclusions')}</p>")
    headings = [
        "exclusion",
        "reason",
        "measure",
        "quarter_hours",
        "left_out",
        "without_it",
        "result",
    ]
    caption = w.text("exclusions_caption")
    return section(
        "exclusions", w, table(caption, [w.text(h) for h in headings], rows, {3, 4, 5, 6})
    )


def worst(of: Thing, w: Writing) -> str:
    """The worst quarter-hours."""
    if not of["worst"]:
        return section("worst", w, f"<p>{w.text('no_worst')}</p>")
    figures = {(e["contract"], e["measure"]): e for e in of["results"]}
    rows = []
    for each in of["worst"]:
        result = figures[each["contract"], each["measure"]]
        left_out = [
            w.text("all_left_out", id=id_)
            if not share
            else w.text("part_left_out", id=id_, share=w.figure(share, "", 0))
            for id_, share in each["left_out"].items()
        ]
        rows.append(
            [
                w.instant(each["start"]),
                line_of(of, each["line"], w),
                name_of(result, w),
                count_of(each | {"figure": result["figure"]}, w),
                w.figure(each["value"], result["figure"]),
                w.number(each["misses"]),
                "; ".join(left_out) or w.text("none_left_out"),
            ]
        )
    headings = ["when", "line", "measure", "count", "result", "misses", "left_out"]
    shown = table(w.text("worst_caption"), [w.text(h) for h in headings], rows, {3, 4, 5})
    return section("worst", w, shown)


def heard(of: Thing, w: Writing) -> str:
    """Hours open against hours heard, with the longest silences."""
    known = of["heard"]
    if known is None:
        return section("heard", w, f"<p>{w.text('heard_unknown')}</p>")
    if not known["open"]:
        return section("heard", w, f"<p>{w.text('never_open')}</p>")
    key = "heard_all" if known["heard"] == known["open"] else "heard_part"
    shown = f'<p class="met">{w.text(key, **in_hours(known, w))}</p>'
    if not of["complete"]:
        least = w.figure(float(ENOUGH), "", 0)
        shown += f"<p>{w.text('incomplete_text', least=least)}</p>"
    silences = [_silence(of, each, w) for each in known["silences"]]
    more = len(silences) - _MOST_SILENCES
    if more > 0:
        silences[_MOST_SILENCES:] = [w.text("more_silences", count=more)]
    if silences:
        items = "".join(f"<li>{each}</li>" for each in silences)
        shown += f"<p>{w.text('silences')}</p><ul>{items}</ul>"
    return section("heard", w, shown, "heard" if of["complete"] else "warn")


def _silence(of: Thing, each: Thing, w: Writing) -> str:
    """A silence: of which feed, and when."""
    text = w.text(
        "silence",
        begin=w.instant(each["from"]),
        end=w.instant(each["until"]),
        hours=w.number(each["open"]),
    )
    if each["queue"]:
        return f"{w.text('silence_queue')}: {text}"
    return text if each["line"] is None else f"{line_of(of, each['line'], w)}: {text}"


def in_hours(hours: Thing, w: Writing) -> dict[str, str]:
    """Hours as they are written."""
    return {key: w.number(hours[key]) for key in ("open", "heard", "with_visit")}


def volumes(of: Thing, w: Writing) -> str:
    """How the calls to each line ended, and whether the books balance."""
    ways = [name for name in VOLUMES if name not in (*_ALWAYS, *_BESIDES)]
    used = [*_ALWAYS, *(name for name in ways if of["total"].get(name)), *_BESIDES]
    headings = [w.text("line")] + [
        w.text("offered" if name == "line_offered" else name) for name in used
    ]
    rows = [
        [line_of(of, line, w), *(w.number(counts[name]) for name in used)]
        for line, counts in of["volumes"].items()
    ]
    rows.append([w.text("total"), *(w.number(of["total"][name]) for name in used)])
    shown = table(w.text("volumes_caption"), headings, rows, set(range(1, len(headings))))
    balanced = not any(each["imbalance"] for each in of["volumes"].values())
    key = "balanced" if balanced else "unbalanced"
    shown += f"<p>{w.text(key, contacts=w.number(of['contacts']))}</p>"
    return section("volumes", w, shown) + _heard_by_line(of, w)


def _heard_by_line(of: Thing, w: Writing) -> str:
    if not of["heard"]:
        return ""
    rows = [
        [line_of(of, line, w), *in_hours(hours, w).values()]
        for line, hours in of["heard"]["lines"].items()
    ]
    rows.append([w.text("at_least_one"), *in_hours(of["heard"], w).values()])
    headings = [w.text(h) for h in ("line", "hours_open", "hours_heard", "hours_with_visit")]
    shown = table(w.text("heard_caption"), headings, rows, {1, 2, 3})
    return section("heard_by_line", w, shown)


def days(of: Thing, w: Writing) -> str:
    """Every day."""
    columns: dict[tuple[str, str, str], Thing] = {}
    values: dict[tuple[str, str, str], dict[str, float | None]] = {}
    for each in of["results"]:
        key = each["contract"], each["measure"], each["line"] or ""
        columns.setdefault(key, each)
        for day, count in each["days"].items():
            values.setdefault(key, {})[day] = count["value"]
    # Pools first: where there are more figures than a page is wide, lines are left out.
    by_pool = sorted(columns.items(), key=lambda column: bool(column[0][2]))
    shown_columns = by_pool[:_MOST_COLUMNS]
    headings = [w.text(h) for h in ("day", "offered", "answered", "gave_up")]
    for (_, _, line), each in shown_columns:
        headings.append(f"{name_of(each, w)}<small>{line_of(of, line or None, w)}</small>")
    rows = []
    for day, counts in of["days"].items():
        gave_up = counts["abandoned"] + counts["short_abandoned"] + counts["left_before_queue"]
        row = [escape(day), w.number(counts["line_offered"]), w.number(counts["answered"])]
        row.append(w.number(gave_up))
        for key, each in shown_columns:
            row.append(w.figure(values.get(key, {}).get(day), each["figure"], 1))
        rows.append(row)
    numeric = set(range(1, len(headings)))
    return section("days", w, table(w.text("days_caption"), headings, rows, numeric))


def evidence(of: Thing, w: Writing) -> str:
    """What the statement rests on, and how to compute it again."""
    books, vendor, period = of["books"], of["vendor"]["id"], of["period"]["name"]
    text = w.text(
        "evidence_text",
        quarter_hours=w.number(books["quarter_hours"]),
        begin=w.instant(books["from"]),
        end=w.instant(books["until"]),
    )
    command = f"reachline statement --vendor {vendor} --period {period} --plan PLAN"
    shown = (
        f"<p>{text}</p><dl>"
        f"<dt>{w.text('plan_digest')}</dt><dd><code>{of['plan_digest']}</code></dd>"
        f"<dt>{w.text('books_digest')}</dt><dd><code>{books['digest']}</code></dd>"
        f"<dt>{w.text('statement_digest')}</dt><dd><code>{of['issue']['digest']}</code></dd></dl>"
        f"<p>{w.text('recompute')}</p>"
        f"<pre>{escape(command)} --format books EVENTS | sha256sum</pre>"
    )
    if of["worst"]:
        worst = of["worst"][0]
        local = w.local(worst["start"]).isoformat(timespec="minutes")
        command = f"reachline explain --line {worst['line']} --interval {local} --plan PLAN EVENTS"
        shown += f"<p>{w.text('ask')}</p><pre>{escape(command)}</pre>"
    if of["notes"]:
        items = []
        for note in of["notes"]:
            about = [
                w.instant(each) if isinstance(each, str) and each.endswith("Z") else each
                for each in note["about"]
            ]
            items.append(f"<li>{w.text('note_' + note['note'], *about)}</li>")
        shown += f"<h3>{w.text('notes')}</h3><ul>{''.join(items)}</ul>"
    return section("evidence", w, shown)
