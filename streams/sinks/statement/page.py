"""A statement as one HTML page: everything in it, nothing loaded, made to be printed on A4.

On paper every sheet says what it is of: number, date of issue, standing, contract. Browsers repeat
the head of a table on every sheet, whatever they know of margins; so the page is laid out as one.
"""

from collections.abc import Iterable
from html import escape
from pathlib import Path
from typing import Any, Final

from streams.sinks.statement import definitions, details, identity
from streams.sinks.statement.naming import Thing, count_of, line_of, name_of, section
from streams.sinks.statement.writing import Writing, table

_STYLE: Final = (Path(__file__).parent / "page.css").read_text()


def page(of: Thing, language: str) -> str:
    """The page of a statement's object."""
    w = Writing(language, of["period"]["time_zone"])
    title = f"{w.text('title')}: {_of(of, w)}, {escape(of['issue']['number'])}"
    sections = [
        _head(of, w),
        _provisional(of, w),
        details.heard(of, w),
        _summary(of, w),
        _results(of, w),
        _outlook(of, w),
        details.plots(of, w),
        details.exclusions(of, w),
        details.worst(of, w),
        details.volumes(of, w),
        details.days(of, w),
        definitions.section(of, w),
        details.evidence(of, w),
    ]
    return document(title, identity.running(of, w), "".join(sections), language)


def document(title: str, running: str, body: str, language: str) -> str:
    """A whole page; ``running`` stands on every sheet of it."""
    return (
        f'<!doctype html>\n<html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>{title}</title><style>{_STYLE}</style></head><body><div class="sheets">'
        f"{running}<main>{body}</main></div></body></html>\n"
    )


def _of(of: Thing, w: Writing) -> str:
    return w.text("of", vendor=of["vendor"]["name"], period=of["period"]["name"])


def _head(of: Thing, w: Writing) -> str:
    period = of["period"]
    dates = w.text(
        "period_of",
        begin=w.instant(period["begin"]),
        end=w.instant(period["end"]),
        zone=period["time_zone"],
        hours=w.number(period["hours"]),
    )
    return (
        f"<header><p>{w.text('title')} {w.text('for_city', city=of['city'])}</p>"
        f"<h1>{_of(of, w)}</h1><p>{dates}</p>{identity.items(of, w)}</header>"
    )


def _summary(of: Thing, w: Writing) -> str:
    due = [each for each in of["results"] if each["due"]]
    judged = [each for each in due if each["met"] is not None]
    met = sum(each["met"] for each in judged)
    lines = [w.text("met_count", met=met, judged=len(judged))]
    for key, several in (
        ("no_data_count", [each for each in due if each["value"] is None and each["complete"]]),
        ("incomplete_count", [each for each in due if not each["complete"]]),
    ):
        if several:
            lines.append(w.text(key, count=len(several)))
    shown = [f'<p class="met">{"; ".join(lines)}.</p>']
    for each in of["amounts"]:
        money = _money(each, w)
        side = "in_favour_of_city" if each["balance"].startswith("-") else "in_favour_of_vendor"
        shown.append(
            f"<dl><dt>{w.text('malus')}</dt><dd>{money['malus']}</dd>"
            f"<dt>{w.text('bonus')}</dt><dd>{money['bonus']}</dd>"
            f"<dt>{w.text('balance')}</dt>"
            f'<dd class="sum">{money["balance"]} {w.text(side)}</dd></dl>'
        )
    for each in of["amounts_withheld"]:
        money = _money(each, w)
        text = w.text("withheld", malus=money["malus"], bonus=money["bonus"])
        shown.append(f"<p>{text}</p>")
    if not of["amounts"] and not of["amounts_withheld"]:
        shown.append(f"<p>{w.text('nothing_due')}</p>")
    key = "summary" if of["provisional"] is None else "summary_so_far"
    return section(key, w, "".join(shown), "summary")


def _money(amounts: Thing, w: Writing) -> dict[str, str]:
    """Malus, bonus and balance, without the sign."""
    return {
        kind: w.money(amounts[kind].lstrip("-"), amounts["unit"], amounts["currency"])
        for kind in ("malus", "bonus", "balance")
    }


def _provisional(of: Thing, w: Writing) -> str:
    found = of["provisional"]
    if found is None:
        return ""
    key = "provisional" if found["quarter_hours"] else "provisional_so_far"
    text = w.text(
        key,
        as_of=w.instant(found["as_of"]),
        quarter_hours=w.number(found["quarter_hours"]),
        visits=w.number(found["visits"]),
    )
    running = "" if found["period_over"] else " " + w.text("period_running")
    title = w.text("provisional_title")
    return f'<section class="warn"><h2>{title}</h2><p>{text}{running}</p></section>'


def _results(of: Thing, w: Writing) -> str:
    headings = ["measure", "line", "period", "count", "result", "target", "verdict", "amount"]
    rows, missed = [], []
    for results in _grouped(of["results"]):
        if len(results) == 1:
            rows.append(_result_row(of, results[0], w))
            continue
        rows.append(_summed_row(of, results, w))
        missed += [
            _result_row(of, each, w)
            for each in results
            if each["met"] is False or not each["complete"]
        ]
    shown = table(w.text("results_caption"), [w.text(h) for h in headings], rows, {3, 4, 7})
    found = section("results", w, shown)
    if missed:
        caption = w.text("missed_periods_caption")
        shown = table(caption, [w.text(h) for h in headings], missed, {3, 4, 7})
        found += section("missed_periods", w, shown)
    return found + _behind_pools(of, w)


def _behind_pools(of: Thing, w: Writing) -> str:
    """Each line of the pools, for the periods that are not single days."""
    rows = []
    for each in of["results"]:
        if each["line"] is not None or each["period"].count("-") > 1:
            continue
        for line, count in each["by_line"].items():
            below = each | count
            rows.append(
                [
                    name_of(each, w),
                    line_of(of, line, w),
                    escape(each["period"]),
                    count_of(below, w),
                    w.figure(count["value"], each["figure"]),
                    w.figure(each["value"], each["figure"]),
                    w.target(each["target"], each["figure"]),
                ]
            )
    if not rows:
        return ""
    headings = ["measure", "line", "period", "count", "result", "all_lines", "target"]
    shown = table(w.text("by_line_caption"), [w.text(h) for h in headings], rows, {3, 4, 5, 6})
    return section("by_line", w, shown)


def _grouped(results: Iterable[Thing]) -> list[list[Thing]]:
    """Results of one measure and line over several periods together."""
    found: dict[tuple[Any, ...], list[Thing]] = {}
    for each in results:
        key = each["contract"], each["measure"], each["line"], each["target"], each.get("threshold")
        found.setdefault((*key, each["scope"]), []).append(each)
    return list(found.values())


def verdict(result: Thing, w: Writing) -> str:
    """Met or missed, by sign and word."""
    if not result["complete"]:
        return f'<span class="missed">{w.text("incomplete")}</span>'
    if result["met"] is None:
        return w.text("no_data")
    word, sign = ("met", "✓") if result["met"] else ("missed", "✗")
    text = f'<span class="{word}">{sign} {w.text(word)}</span>'
    return text if result["due"] else f"{text} ({w.text('not_due')})"


def amount(result: Thing, w: Writing) -> str:
    """The malus or bonus, and how it came about."""
    if not result["complete"]:
        return _withheld(result["by_hours_heard"], w)
    charge = result["malus"] or result["bonus"]
    if charge is None:
        return "–"
    kind = w.text("malus" if result["malus"] else "bonus")
    money = w.money(charge["amount"], charge["unit"], charge["currency"])
    details = [w.points(charge, result["figure"])]
    if charge["capped"]:
        details.append(w.text("capped"))
    return f"{kind} {money}<small>{', '.join(details)}</small>"


def _withheld(by_hours_heard: Thing, w: Writing) -> str:
    """What is not due, for too little was heard."""
    for kind in ("malus", "bonus"):
        charge = by_hours_heard[kind]
        if charge is not None:
            money = w.money(charge["amount"], charge["unit"], charge["currency"])
            return f"–<small>{w.text('not_charged', kind=w.text(kind), amount=money)}</small>"
    return "–"


def _result_row(of: Thing, each: Thing, w: Writing) -> list[str]:
    when = escape(each["period"])
    if each["share_of_period"] != 1:
        part = w.text(
            "part_of_period",
            share=w.figure(each["share_of_period"], ""),
            since=w.instant(each["from"]),
            until=w.instant(each["until"]),
        )
        when += f"<small>{part}</small>"
    count = count_of(each, w)
    if not each["complete"]:
        count += f"<small>{w.text('heard_of', **details.in_hours(each['hours'], w))}</small>"
    return [
        name_of(each, w),
        line_of(of, each["line"], w),
        when,
        count,
        w.measured(each["value"], each["target"], each["met"], each["figure"]),
        w.target(each["target"], each["figure"]),
        verdict(each, w),
        amount(each, w),
    ]


def _summed_row(of: Thing, results: list[Thing], w: Writing) -> list[str]:
    first = results[0]
    judged = [each for each in results if each["met"] is not None]
    missed = sum(not each["met"] for each in judged)
    verdicts = [w.text("days_missed", missed=missed, judged=len(judged))]
    incomplete = sum(not each["complete"] for each in results)
    if incomplete:
        verdicts.append(w.text("incomplete_count", count=incomplete))
    sums: dict[tuple[str, str, str], float] = {}
    for each in results:
        for kind in ("malus", "bonus"):
            charge = each[kind]
            if charge and each["due"]:
                key = kind, charge["unit"], charge["currency"]
                sums[key] = sums.get(key, 0) + float(charge["amount"])
    amounts = [
        f"{w.text(kind)} {w.money(f'{total:.2f}', unit, currency)}"
        for (kind, unit, currency), total in sums.items()
    ]
    return [
        name_of(first, w),
        line_of(of, first["line"], w),
        w.text("periods_count", count=len(results)),
        "",
        "",
        w.target(first["target"], first["figure"]),
        "<br>".join(verdicts),
        "<br>".join(amounts) or "–",
    ]


def _outlook(of: Thing, w: Writing) -> str:
    rows = []
    for each in of["results"]:
        ahead = each.get("outlook")
        if ahead is None or ahead["expected_whole"] is None:
            continue
        left = ahead["misses_left"]
        shown = "–" if left is None else w.number(left)
        if left is not None and left < 0:
            shown = f"{w.text('out_of_reach')} ({shown})"
        forecast = "–"
        if ahead["mid"] is not None:
            bounds = {k: w.figure(ahead[k], each["figure"], 1) for k in ("low", "mid", "high")}
            forecast = w.text("forecast_range", **bounds)
        rows.append(
            [
                name_of(each, w),
                line_of(of, each["line"], w),
                escape(each["period"]),
                w.number(ahead["expected_whole"], 0),
                shown,
                forecast,
                w.target(each["target"], each["figure"]),
            ]
        )
    if not rows:
        return ""
    headings = ["measure", "line", "period", "expected", "misses_left", "forecast", "target"]
    shown = table(w.text("outlook_caption"), [w.text(h) for h in headings], rows, {3, 4})
    return section("outlook", w, shown)
