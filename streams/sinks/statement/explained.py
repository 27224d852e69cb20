"""The visits behind a figure as text, JSON or CSV."""

import csv
import io
from html import unescape
from typing import Any, Final

from streams.domain import instants
from streams.domain.instants import SECOND
from streams.domain.statement import evidence
from streams.domain.statement.assignments import ASA
from streams.domain.statement.explanation import HIT, MISS, Counted, Explained, total
from streams.domain.tally import Tally
from streams.sinks.statement.naming import count_of
from streams.sinks.statement.plain import canonical, count_object
from streams.sinks.statement.writing import Writing

FORMATS: Final = ("text", "json", "csv")

Thing = dict[str, Any]


def as_object(line: str, since: int, until: int, found: list[Explained], of: Tally) -> Thing:
    """The visits, what they come to per measure, and the line of the books that they make."""
    sums = {}
    for measure in {c.measure.id: c.measure for each in found for c in each.counted}.values():
        count = total(found, measure.id)
        sums[measure.id] = {"figure": measure.figure, **count_object(count, measure.figure)}
    return {
        "line": line,
        "from": instants.text(since),
        "until": instants.text(until),
        "visits": [_visit(each) for each in found],
        "measures": sums,
        "books": evidence.counts(of),
    }


def as_json(of: Thing) -> bytes:
    """Canonical JSON."""
    return canonical(of)


def _visit(each: Explained) -> Thing:
    contact, visit = each.contact, each.visit
    chosen = next((c.at for c in contact.choices if c.line == visit.line), None)
    origin = contact.origin or (None, None, None, None)
    return {
        "call_id": contact.call_id,
        "caller": origin[0],
        "visit": visit.number if visit.number >= 0 else None,
        "vendor": visit.terms.vendor,
        "contract": visit.terms.contract.id,
        "in_hours": visit.terms.open,
        "begun": instants.text(visit.begun),
        "started": _instant(contact.started),
        "chosen": _instant(chosen if visit.begun == chosen else None),
        "transferred": _instant(visit.begun if visit.by_transfer else None),
        "entered": _instant(visit.entered),
        "answered": _instant(visit.answered),
        "ended": _instant(visit.ended),
        "disposition": visit.disposition,
        "wait": None if visit.wait is None else visit.wait / SECOND,
        "counted": [_counted(counted) for counted in each.counted],
    }


def _counted(of: Counted) -> Thing:
    return {
        "measure": of.measure.id,
        "figure": of.measure.figure,
        "verdict": of.verdict,
        "why": of.why,
        "excluded_by": list(of.excluded),
    }


def _instant(at: int | None) -> str | None:
    return None if at is None else instants.text(at)


def as_csv(of: Thing) -> str:
    """One row per visit, with a column of verdict and reason per measure."""
    facts = [name for name in (of["visits"] or [{}])[0] if name != "counted"]
    names = list(of["measures"])
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*facts, *names])
    for visit in of["visits"]:
        counted = {each["measure"]: each for each in visit["counted"]}
        row = [visit[name] for name in facts]
        for name in names:
            each = counted.get(name)
            shown = "" if each is None else f"{each['verdict']}: {each['why']}"
            if each and each["excluded_by"]:
                shown += f" (excluded by {', '.join(each['excluded_by'])})"
            row.append(shown)
        writer.writerow(row)
    return text.getvalue()


_FACTS: Final = ("started", "chosen", "transferred", "entered", "answered", "ended")


def as_text(of: Thing, w: Writing) -> str:
    """For a person at a terminal."""
    lines = [
        w.text(
            "explanation",
            line=of["line"],
            begin=w.instant(of["from"]),
            end=w.instant(of["until"]),
            visits=len(of["visits"]),
        )
    ]
    if not of["visits"]:
        lines.append(w.text("no_visits"))
    for visit in of["visits"]:
        caller = f", {visit['caller']}" if visit["caller"] else ""
        number = "" if visit["visit"] is None else f" #{visit['visit']}"
        lines.append(f"\n{visit['call_id']}{number}{caller}")
        facts = [
            f"{_clock(w, visit[name])} {w.text('fact_' + name)}" for name in _FACTS if visit[name]
        ]
        lines.append("    " + ", ".join(facts))
        disposition = w.text(visit["disposition"])
        key = "fact_no_wait" if visit["wait"] is None else "fact_disposition"
        lines.append("    " + w.text(key, disposition=disposition, wait=visit["wait"]))
        for each in visit["counted"]:
            verdict = "verdict_" + each["verdict"]
            if each["figure"] == ASA and each["verdict"] in (HIT, MISS):
                verdict = "verdict_asa"
            why = w.text("why_" + each["why"])
            if each["excluded_by"]:
                why += "; " + w.text("why_excluded", ids=", ".join(each["excluded_by"]))
            lines.append(f"    {each['measure']}: {w.text(verdict)}: {why}")
    lines.append("")
    for name, sums in of["measures"].items():
        shown = {"count": count_of(sums, w), "result": w.figure(sums["value"], sums["figure"])}
        lines.append(w.text("sum_of", measure=name, **shown))
    # The same words stand in HTML elsewhere; a terminal needs no escapes, and shows soft hyphens.
    return unescape("\n".join(lines)).replace("\u00ad", "") + "\n"


def _clock(w: Writing, text: str) -> str:
    return w.local(text).strftime("%H:%M:%S.%f")[:-3]
