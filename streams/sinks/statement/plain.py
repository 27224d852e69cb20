"""A statement of the domain as the object that it is kept, sent and shown as."""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from msgspec import UNSET, UnsetType

from streams.domain import instants
from streams.domain.became import OUTCOMES
from streams.domain.disposition import DISPOSITIONS, OPEN
from streams.domain.figures.whole import OUTCOME_COUNTS
from streams.domain.instants import HOUR
from streams.domain.plan import Plan
from streams.domain.plan.model import Contract as Agreed
from streams.domain.plan.validity import Version
from streams.domain.statement import Statement as Found
from streams.domain.statement import evidence, heard
from streams.domain.statement.assignments import Assignment, Intervals, versions
from streams.domain.statement.statement import Remark as RemarkFound
from streams.domain.statement.statement import Worst as WorstFound
from streams.domain.tally import Tally
from streams.sinks.statement import judged
from streams.sinks.statement.objects import (
    CONTENT_FORM,
    Assigned,
    BooksUsed,
    Content,
    Contract,
    Heard,
    Outcomes,
    Provisional,
    Remark,
    Silence,
    Span,
    Statement,
    Vendor,
    Volumes,
    Worst,
    canonical,
)

VOLUMES: Final = ("line_offered", "queue_offered", "out_of_hours", OPEN, *DISPOSITIONS)


@dataclass(frozen=True, slots=True)
class Made:
    """What a statement says, with the text of the books that it rests on. It has no number yet."""

    content: Content
    books: str

    @property
    def json(self) -> bytes:
        """Canonical."""
        return canonical(self.content)


@dataclass(frozen=True, slots=True)
class Issued:
    """A statement with its number, and the text of the books that it rests on."""

    object: Statement
    books: str

    @property
    def json(self) -> bytes:
        """Canonical."""
        return canonical(self.object)


def make(plan: Plan, of: Found, intervals: Intervals) -> Made:
    """The object of a statement and the text of its books."""
    since = min((assignment.since for assignment in of.assigned), default=of.begin)
    books = evidence.text(intervals, of.vendor, of.assigned, since, of.end)
    return Made(_content(plan, of, books, since), books)


def _content(plan: Plan, of: Found, books: str, since: int) -> Content:
    vendor = plan.vendor(of.vendor)
    total = Tally()
    for each in of.totals.values():
        total.plus(each)
    due = [each for each in of.results if each.due]
    return Content(
        form=CONTENT_FORM,
        city=plan.city,
        vendor=Vendor(id=of.vendor, name=vendor.name if vendor else of.vendor),
        period=_span(plan, of),
        plan_digest=plan.digest,
        books=BooksUsed(
            digest=evidence.digest(books),
            quarter_hours=books.count("\n"),
            since=instants.text(since),
            until=instants.text(of.end),
        ),
        provisional=_provisional(of),
        complete=of.complete,
        heard=_heard(of.heard),
        contracts=[_contract(*each) for each in versions(plan, of.lines)],
        lines=[_assigned(plan, each) for each in of.lines],
        results=[judged.result(each, of.outlooks.get(n)) for n, each in enumerate(of.results)],
        amounts=judged.amounts(each for each in due if each.hours.enough),
        amounts_withheld=judged.amounts(each for each in due if not each.hours.enough),
        contacts=of.own["contacts"],
        outcomes=_outcomes(of.own),
        volumes={line: _volumes(tally) for line, tally in of.totals.items()},
        total=_volumes(total),
        days={day.isoformat(): _volumes(tally) for day, tally in of.days.items()},
        worst=[_worst(each) for each in of.worst],
        notes=[_remark(each) for each in of.remarks],
    )


def _span(plan: Plan, of: Found) -> Span:
    return Span(
        name=of.period.name,
        kind=of.period.kind,
        first_day=of.period.first.isoformat(),
        day_after=of.period.after.isoformat(),
        begin=instants.text(of.begin),
        end=instants.text(of.end),
        hours=judged.number(Fraction(of.end - of.begin, HOUR)),
        time_zone=plan.zone.key,
    )


def _provisional(of: Found) -> Provisional | None:
    if of.as_of is None:
        return None
    open_cells, open_visits = of.provisional
    return Provisional(
        as_of=instants.text(of.as_of),
        quarter_hours=open_cells,
        visits=open_visits,
        period_over=of.as_of >= of.end,
    )


def _heard(of: heard.Heard) -> Heard:
    total = judged.hours(of.total)
    return Heard(
        open=total.open,
        heard=total.heard,
        with_visit=total.with_visit,
        lines={line: judged.hours(hours) for line, hours in of.lines.items()},
        silences=[
            Silence(
                since=instants.text(each.begin),
                until=instants.text(each.end),
                open=judged.in_hours(each.quarter_hours),
                line=each.line,
                queue=each.queue,
            )
            for each in of.silences
        ],
    )


def _contract(version: Version[Agreed], lines: Iterable[str]) -> Contract:
    of, since, until = version.entry, version.since, version.until
    return Contract(
        contract=of.id,
        valid_from=None if since is None else instants.text(since),
        valid_until=None if until is None else instants.text(until),
        thresholds=[judged.seconds(each) for each in (of.threshold, *of.further)],
        lines=list(lines),
    )


def _assigned(plan: Plan, of: Assignment) -> Assigned:
    return Assigned(
        line=of.line,
        names=dict(plan.nearest_terms(of.line, of.since).names),
        contract=of.contract.id,
        since=instants.text(of.since),
        until=instants.text(of.until),
    )


def _volumes(of: Tally) -> Volumes:
    return {name: of[name] for name in VOLUMES} | {"imbalance": of.imbalance()}


def _outcomes(own: Tally) -> Outcomes | UnsetType:
    contacts = own["whole_contacts"]
    if own["contacts"] and not contacts:
        return UNSET  # books of a release that did not count it
    found = {outcome: own[count] for outcome, count in OUTCOME_COUNTS.items()}
    imbalance = contacts - sum(found[outcome] for outcome in OUTCOMES)
    return {"contacts": contacts, **found, "imbalance": imbalance}


def _worst(of: WorstFound) -> Worst:
    count = judged.count(of.count, of.rule.measure.figure)
    return Worst(
        line=of.line,
        start=instants.text(of.start),
        contract=of.rule.contract,
        measure=of.rule.measure.id,
        part=count.part,
        whole=count.whole,
        value=count.value,
        misses=judged.number(of.misses),
        left_out={id_: judged.number(share) for id_, share in of.left_out},
    )


def _remark(of: RemarkFound) -> Remark:
    # Of the numbers that remarks speak of, only instants are this large.
    about = [
        instants.text(each) if isinstance(each, int) and each > 2**40 else each for each in of.about
    ]
    return Remark(note=of.word, about=about)
