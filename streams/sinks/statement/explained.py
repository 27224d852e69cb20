"""The visits behind a figure: as an object, as CSV, and for people as text and as a page.

It is longer than a module should be, because the objects and their forms as text and CSV follow one
order of fields.
"""

import csv
import io
from collections.abc import Iterable
from typing import Any, Final, NamedTuple

import msgspec
from msgspec import Struct, field

from streams.domain import instants
from streams.domain.figures import measured
from streams.domain.figures.measure import HIT
from streams.domain.instants import SECOND
from streams.domain.statement import evidence, explanation
from streams.domain.statement.happened import Happened
from streams.domain.tally import Tally
from streams.sinks.statement import judged, rendering
from streams.sinks.statement.result_objects import Number
from streams.sinks.statement.writing import Writing

EXPLANATION_FORMATS: Final = ("text", "html", "json", "csv")


class Counted(Struct, frozen=True, kw_only=True):
    """How a visit counts for a measure.

    Attributes:
        measure, figure: which.
        verdict: hit, miss, outside or undecided.
        why: the word of the definition that decides it.
        excluded_by: ids of the exclusions that leave it out.
    """

    measure: str
    figure: str
    verdict: str
    why: str
    excluded_by: list[str]


class Step(Struct, frozen=True, kw_only=True):
    """One event of a contact, in the order in which the contact is walked through.

    Attributes:
        at: when.
        event: call-start, menu-choice, queue or hangup.
        phase: of a queue event.
        line: where.
        reason: why the line was left, or the contact ended.
        to_line: where a transfer leads to.
        by: who hung up.
        position: where the contact was before: menu, way, waiting, talking or away; null of an
            event that does not count, for another one with its id does.
        position_line: at which line that was.
        did: what the event did to the contact, one after another.
    """

    at: str
    event: str
    phase: str | None
    line: str | None
    reason: str | None
    to_line: str | None
    by: str | None
    position: str | None
    position_line: str | None
    did: list[str]


class Visit(Struct, frozen=True, kw_only=True):
    """A visit to the line, with its facts. A fact that there is not is null.

    Attributes:
        call_id: of its call.
        contact_begun: when its contact began. An id that is used again is several contacts.
        caller: a pseudonym.
        visit: the number that the phone system gives it.
        vendor, contract: by whom it is answered, by what it is judged.
        in_hours: whether it begins in opening hours.
        begun: where it counts.
        started: the call reached the entrance.
        chosen: the caller chose the line.
        transferred: another line passed it on.
        entered: it came to the queue.
        answered: somebody answered.
        ended: it ended.
        disposition: how.
        wait: seconds by the contract's clock.
        counted: for each measure of the contract.
        walk: its contact, step by step.
    """

    call_id: str
    contact_begun: str
    caller: str | None
    visit: int | None
    vendor: str
    contract: str
    in_hours: bool
    begun: str
    started: str | None
    chosen: str | None
    transferred: str | None
    entered: str | None
    answered: str | None
    ended: str | None
    disposition: str
    wait: float | None
    counted: list[Counted]
    walk: list[Step]


class Measured(Struct, frozen=True, kw_only=True):
    """What the visits come to for a measure, before exclusions.

    Attributes:
        figure: that it counts.
        part: above the line; of a mean duration, seconds.
        whole: below the line.
        value: of both; null where nothing is below the line.
    """

    figure: str
    part: Number
    whole: Number
    value: Number | None


class Explanation(Struct, frozen=True, kw_only=True):
    """The visits to a line that begin in a span, and why each counts as it does.

    Attributes:
        line: its id in the plan.
        from, until: the span.
        visits: in the order of their beginning.
        measures: what they come to.
        books: the counts that they make in the books, without those that are 0.
    """

    line: str
    since: str = field(name="from")
    until: str
    visits: list[Visit]
    measures: dict[str, Measured]
    books: dict[str, int]


def explain(
    line: str, since: int, until: int, found: list[explanation.Explained], of: Tally
) -> Explanation:
    """The visits, what they come to per measure, and the line of the books that they make."""
    figures = {each.measure.id: each.measure.figure for visit in found for each in visit.counted}
    sums = {}
    for measure, figure in figures.items():
        count = judged.count(explanation.total(found, measure), figure)
        sums[measure] = Measured(
            figure=figure, part=count.part, whole=count.whole, value=count.value
        )
    return Explanation(
        line=line,
        since=instants.text(since),
        until=instants.text(until),
        visits=[_visit(each) for each in found],
        measures=sums,
        books=evidence.counts(of, evidence.left_out(each.contract for each in found)),
    )


def _visit(each: explanation.Explained) -> Visit:
    outcome, visit = each.outcome, each.visit
    return Visit(
        call_id=each.call_id,
        contact_begun=instants.text(outcome.begun),
        caller=outcome.caller,
        visit=visit.number if visit.number >= 0 else None,
        vendor=visit.terms.vendor,
        contract=visit.terms.contract.id,
        in_hours=visit.in_hours,
        begun=instants.text(visit.begun),
        started=instant(outcome.started),
        chosen=instant(visit.chosen),
        transferred=instant(each.transferred),
        entered=instant(visit.entered),
        answered=instant(visit.answered),
        ended=instant(visit.ended),
        disposition=visit.disposition,
        wait=None if visit.wait is None else visit.wait / SECOND,
        counted=[counted(of) for of in each.counted],
        walk=[step(of) for of in each.walk],
    )


def step(of: Happened) -> Step:
    """A step of a contact, as an object."""
    return Step(
        at=instants.text(of.at),
        event=of.event,
        phase=of.phase,
        line=of.line,
        reason=of.reason,
        to_line=of.to_line,
        by=of.by,
        position=of.position,
        position_line=of.position_line,
        did=list(of.did),
    )


def counted(of: explanation.Counted) -> Counted:
    """How a visit counts, as an object."""
    return Counted(
        measure=of.measure.id,
        figure=of.measure.figure,
        verdict=of.verdict,
        why=of.why,
        excluded_by=list(of.excluded),
    )


def instant(at: int | None) -> str | None:
    """An instant as text, where there is one."""
    return None if at is None else instants.text(at)


def as_csv(of: Explanation) -> str:
    """One row per visit, with a column of verdict and reason per measure."""
    lists = ("counted", "walk")
    columns = [name for name in Visit.__struct_fields__ if name not in lists] if of.visits else []
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*columns, *of.measures])
    for visit in of.visits:
        cells = {each.measure: _in_a_cell(each) for each in visit.counted}
        row = msgspec.structs.asdict(visit)
        writer.writerow(
            [*(row[name] for name in columns), *(cells.get(name, "") for name in of.measures)]
        )
    return text.getvalue()


def _in_a_cell(of: Counted) -> str:
    """For programs: the words of the JSON."""
    shown = f"{of.verdict}: {of.why}"
    return f"{shown} (excluded by {', '.join(of.excluded_by)})" if of.excluded_by else shown


_FACTS: Final = ("started", "chosen", "transferred", "entered", "answered", "ended")


class Contact(NamedTuple):
    """A contact with its visits to the line, as people are shown it."""

    first: Visit
    visits: list[Visit]


def as_text(of: Explanation, w: Writing) -> str:
    """For a person at a terminal, who is not shown where long words may be parted."""
    return rendering.text("explanation.txt", w, **_shown(of)).replace("\N{SOFT HYPHEN}", "")


def as_html(of: Explanation, w: Writing) -> str:
    """The same as a page."""
    return rendering.explanation("explanation.html", w, **_shown(of))


def _shown(of: Explanation) -> dict[str, Any]:
    contacts: dict[tuple[str, str], Contact] = {}
    for visit in of.visits:
        known = contacts.setdefault((visit.call_id, visit.contact_begun), Contact(visit, []))
        known.visits.append(visit)
    return {
        "explanation": of,
        "contacts": [*contacts.values()],
        "facts": facts,
        "judged": judgement,
        "steps": lambda visit, w: steps(visit.walk, visit.contact_begun, w),
    }


class Line(NamedTuple):
    """A step of the walk, in words."""

    time: str
    event: str
    position: str
    did: str


def steps(walk: Iterable[Step], begun: str, w: Writing) -> Iterable[Line]:
    """A contact step by step; the date where it is another than before."""
    day = w.day(begun)
    for step in walk:
        time = f"{w.local(step.at):%H:%M:%S.%f}"[:-3]
        if w.day(step.at) != day:
            day = w.day(step.at)
            time = f"{day} {time}"
        position = ""
        if step.position is not None:
            position = w.text(f"step.position.{step.position}", line=step.position_line)
        did = "; ".join(w.text(f"step.did.{each}") for each in step.did)
        yield Line(time, _event(step, w), position, did)


def _event(step: Step, w: Writing) -> str:
    """What was told, in words."""
    reason = None if step.reason is None else w.text(f"step.reason.{step.reason}")
    if step.event == "hangup":
        if step.by is None:
            return w.text("step.event.hangup", reason=reason)
        by = w.text(f"step.by.{step.by}")
        return w.text("step.event.hangup_by", reason=reason, by=by)
    if step.to_line is not None:
        return w.text("step.event.left_for", line=step.line, to=step.to_line, reason=reason)
    return w.text(f"step.event.{step.phase or step.event}", line=step.line, reason=reason)


def facts(visit: Struct, w: Writing) -> Iterable[str]:
    """What happened to a visit, and at which time of day."""
    for name in _FACTS:
        at = getattr(visit, name, None)
        if at is not None:
            yield f"{w.local(at):%H:%M:%S.%f}"[:-3] + " " + w.text(f"fact.{name}")


def judgement(of: Counted, w: Writing) -> str:
    """How a visit counts, in words."""
    amount = measured(of.figure).amount if of.verdict == HIT else None
    return w.text(f"judged.{of.verdict if amount is None else amount.name}")
