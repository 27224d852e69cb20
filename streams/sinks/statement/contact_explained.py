"""What happened to somebody's calls: as an object, and for people as text and as a page.

No pseudonym is on it, of the caller or of an agent: who asks knows who they are, and nobody else is
asked for.
"""

from typing import Any, Final

from msgspec import Struct, field

from streams.domain import instants
from streams.domain.instants import SECOND
from streams.domain.outcome import Outcome
from streams.domain.outcome import Visit as VisitOf
from streams.domain.statement import contacts_explained
from streams.domain.statement.explanation import Counted as CountedOf
from streams.sinks.statement import explained, rendering
from streams.sinks.statement.explained import Counted, Step
from streams.sinks.statement.writing import Writing

CALLS_FORMATS: Final = ("text", "html", "json")


class LineVisit(Struct, frozen=True, kw_only=True):
    """A visit of the contact to a line, with its facts. A fact that there is not is null.

    Attributes:
        line: which.
        vendor, contract: by whom it is answered, by what it is judged.
        in_hours: whether it counts for service level and reachability.
        begun: where it counts.
        chosen: the caller chose the line.
        transferred: another line passed it on.
        entered: it came to the queue.
        answered: somebody answered.
        ended: it ended.
        disposition: how.
        wait: seconds in this line's queue.
        counted: for each measure of the contract; of none if it is on no statement.
    """

    line: str
    vendor: str
    contract: str
    in_hours: bool
    begun: str
    chosen: str | None
    transferred: str | None
    entered: str | None
    answered: str | None
    ended: str | None
    disposition: str
    wait: float | None
    counted: list[Counted]


class CallExplained(Struct, frozen=True, kw_only=True):
    """A contact.

    Attributes:
        call_id: of its call.
        begun: when it began.
        channel: how it came; null of a telephone call.
        became: what became of the person; `outgoing` of a call that the city made itself, `orphans`
            of a hangup of which nothing else is known.
        closed_meanwhile: it ended at a desk that had closed.
        transfers, bounces, laps: how often it was passed on, passed back to where it had been
            answered, and sent round in a queue.
        whole_wait: seconds in queues together; null while it goes on, or where that is not known.
        visits: to lines, in the order in which it came to them.
        walk: it step by step; empty of one with too many events.
    """

    call_id: str
    begun: str
    channel: str | None
    became: str
    closed_meanwhile: bool
    transfers: int
    bounces: int
    laps: int
    whole_wait: float | None
    visits: list[LineVisit]
    walk: list[Step]


class CallsExplained(Struct, frozen=True, kw_only=True):
    """The contacts that were asked for, by their caller or their call id.

    Attributes:
        from, until: the span in which anything was told of them; null: at any time.
        contacts: in the order of their beginning.
    """

    since: str | None = field(name="from")
    until: str | None
    contacts: list[CallExplained]


def explain(
    span: tuple[int, int] | None, found: list[contacts_explained.ContactExplained]
) -> CallsExplained:
    """Contacts as one object.

    Args:
        span: that was asked for; None: at any time.
    """
    since, until = span if span is not None else (None, None)
    return CallsExplained(
        since=explained.instant(since),
        until=explained.instant(until),
        contacts=[_contact(each) for each in found],
    )


def _contact(each: contacts_explained.ContactExplained) -> CallExplained:
    outcome = each.outcome
    transfers, bounces, laps = outcome.passed or (0, 0, 0)
    wait = outcome.whole_wait
    return CallExplained(
        call_id=each.call_id,
        begun=instants.text(outcome.begun),
        channel=outcome.channel or None,
        became=each.became,
        closed_meanwhile=outcome.closed_meanwhile,
        transfers=transfers,
        bounces=bounces,
        laps=laps,
        whole_wait=None if wait is None else wait / SECOND,
        visits=[_visit(visit, counted, outcome) for visit, counted in each.visits],
        walk=[explained.step(step) for step in each.walk],
    )


def _visit(visit: VisitOf, counted: tuple[CountedOf, ...], outcome: Outcome) -> LineVisit:
    return LineVisit(
        line=visit.line,
        vendor=visit.terms.vendor,
        contract=visit.terms.contract.id,
        in_hours=visit.in_hours,
        begun=instants.text(visit.begun),
        chosen=explained.instant(visit.chosen),
        transferred=(
            instants.text(outcome.known.ats[visit.found.transfer]) if visit.by_transfer else None
        ),
        entered=explained.instant(visit.entered),
        answered=explained.instant(visit.answered),
        ended=explained.instant(visit.ended),
        disposition=visit.disposition,
        wait=None if visit.wait is None else visit.wait / SECOND,
        counted=[explained.counted(each) for each in counted],
    )


def as_text(of: CallsExplained, w: Writing) -> str:
    """For a person at a terminal, who is not shown where long words may be parted."""
    return rendering.text("contacts.txt", w, **_shown(of, w)).replace("\N{SOFT HYPHEN}", "")


def as_html(of: CallsExplained, w: Writing) -> str:
    """The same as a page."""
    return rendering.explanation("contacts.html", w, **_shown(of, w))


def _shown(of: CallsExplained, w: Writing) -> dict[str, Any]:
    count = len(of.contacts)
    if of.since is None or of.until is None:
        title = w.text("calls.title", count=count)
    else:
        begin, end = w.exactly(of.since, "minutes"), w.exactly(of.until, "minutes")
        title = w.text("calls.title_of_span", count=count, begin=begin, end=end)
    return {
        "title": title,
        "contacts": of.contacts,
        "facts": explained.facts,
        "judged": explained.judgement,
        "steps": lambda contact, w: explained.steps(contact.walk, contact.begun, w),
        "became": _became,
        "beside": _beside,
    }


def _became(contact: CallExplained, w: Writing) -> str:
    """What became of the person, with what that means."""
    meant = w.means("closed_meanwhile" if contact.closed_meanwhile else contact.became)
    return w.text("calls.became", outcome=w.outcome(contact.became), meaning=meant)


def _beside(contact: CallExplained, w: Writing) -> list[str]:
    """What else is to be said of the contact as a whole."""
    found = []
    if contact.channel is not None:
        found.append(w.text("calls.channel", channel=contact.channel))
    if contact.whole_wait is not None:
        found.append(w.text("calls.whole_wait", wait=w.number(contact.whole_wait)))
    for name in ("transfers", "bounces", "laps"):
        count = getattr(contact, name)
        if count:
            found.append(w.text(f"calls.{name}", count=count))
    return found
