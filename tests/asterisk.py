"""Lines of ``queue_log`` for tests, written after the format, and what becomes of them."""

from __future__ import annotations

from typing import NamedTuple

from streams.domain import instants
from streams.domain.call_events import Contact
from streams.domain.events import Event
from streams.domain.instants import SECOND
from streams.domain.judge import judge
from streams.domain.outcome import Outcome
from streams.domain.plan import Plan
from streams.domain.plan.queues import Queues
from streams.sources.asterisk import Translator
from streams.sources.asterisk_calls import Calls
from streams.sources.asterisk_outcome import Told
from streams.sources.asterisk_records import parse
from streams.sources.pseudonyms import Pseudonyms

BEGIN = 1_795_000_000
"""Seconds: a Wednesday in November 2026, 11:06:40 UTC."""

NOW = (BEGIN + 86_400) * SECOND

PSEUDONYMS = Pseudonyms(b"8f3a61c0d27be945")

PLAN = Plan.read(
    """
    [[line]]
    id = "waste"
    queues = ["waste", "queue1"]
    [[line]]
    id = "desk"
    queues = ["asterisk:queue2", "1509"]
    [[line]]
    id = "permits"
    """
)


def line(second: int, call: str, queue: str, member: str, event: str, *parameters: object) -> str:
    """A line of the log, so many seconds after ``BEGIN``; ``41`` is the id of a channel that was
    made then."""
    uniqueid = call if "." in call or call == "NONE" else f"{BEGIN}.{call}"
    return "|".join(map(str, (BEGIN + second, uniqueid, queue, member, event, *parameters)))


def log(*lines: tuple[object, ...]) -> list[str]:
    """Lines of ``line``."""
    return [line(*each) for each in lines]  # type: ignore[arg-type]


class Translated(NamedTuple):
    """What a log told."""

    told: list[Told]
    calls: Calls

    @property
    def events(self) -> list[Event]:
        return [event for told in self.told for event in told.events]

    @property
    def reasons(self) -> list[str | None]:
        """Of each record: None where it told events."""
        return [told.reason for told in self.told]

    @property
    def shown(self) -> list[str]:
        """Each event in short, seconds after ``BEGIN``."""
        return [shown(event) for event in self.events]


def translator(
    plan: Plan = PLAN,
    server: str = "",
    calls: Calls | None = None,
    country: str | None = None,
    revision: int = 0,
) -> Translator:
    queues = Queues("asterisk", plan.entries.lines, plan.knows)
    return Translator(queues, PSEUDONYMS, server, calls, country, revision)


def translated(
    lines: list[str],
    plan: Plan = PLAN,
    server: str = "",
    country: str | None = None,
    *,
    by_order: bool = False,
    revision: int = 0,
) -> Translated:
    """What becomes of each line."""
    by = translator(plan, server, Calls(by_order=by_order), country, revision)
    return Translated([by.translate(parse(each), NOW) for each in lines], by.calls)


def shown(event: Event) -> str:
    """``30 left waste timeout``, and the like."""
    second = instants.parse(event.at) // SECOND - BEGIN
    names = ("phase", "line", "option", "reason", "to_line", "by", "direction")
    said = [getattr(event, name, None) for name in names]
    kind = type(event).__name__
    first = [] if kind == "Queue" else [{"CallStart": "start", "MenuChoice": "choice"}.get(kind)]
    first = ["hangup"] if kind == "Hangup" else first
    return " ".join(str(each) for each in (second, *first, *said) if each is not None)


def contacts(events: list[Event], plan: Plan = PLAN) -> dict[str, Outcome]:
    """The contacts that events make up, judged a day later."""
    known: dict[str, Contact] = {}
    for event in events:
        contact = known.setdefault(event.call_id, Contact(event.call_id))
        contact.merge(event, instants.parse(event.at))
    return {
        call_id: outcome
        for call_id, contact in known.items()
        for piece in contact.pieces()
        if (outcome := judge(piece, plan, NOW)) is not None
    }


def visits(outcome: Outcome) -> list[tuple[str, str, int | None]]:
    """Line, disposition and seconds waited of each visit."""
    return [
        (visit.line, str(visit.disposition), None if visit.wait is None else visit.wait // SECOND)
        for visit in outcome.visits
    ]


def waits_of(call: str, begin: int = 0) -> list[tuple[object, ...]]:
    """A caller waits 28 s and talks for a minute."""
    return [
        (begin, call, "waste", "NONE", "ENTERQUEUE", "", "+3232210000", 3),
        (begin + 28, call, "waste", "PJSIP/71", "CONNECT", 28, f"{BEGIN}.9{call}", 4),
        (begin + 88, call, "waste", "PJSIP/71", "COMPLETECALLER", 28, 60, 3),
    ]
