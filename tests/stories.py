"""Contacts for tests: told by hand as stories, or drawn by Hypothesis with all their dirt."""

from collections.abc import Iterable
from typing import Any

from hypothesis import strategies as st

from streams.domain import instants
from streams.domain.call_events import Contact
from streams.domain.events import CallStart, Event, Hangup, MenuChoice, Queue
from streams.domain.instants import HOUR, MINUTE, SECOND
from streams.domain.judge import judge
from streams.domain.outcome import Outcome
from streams.domain.plan import Plan

Fact = tuple[Event, int]


def at(text: str, day: str = "2026-11-18") -> int:
    """The instant of a time of day in UTC, on a working Wednesday unless a day is given."""
    hours, minutes, *seconds = text.split(":")
    midnight = instants.parse(f"{day}T00:00:00Z")
    return (
        midnight
        + int(hours) * HOUR
        + int(minutes) * MINUTE
        + int(float(seconds[0] if seconds else 0) * SECOND)
    )


class Story:
    """One contact, told fact by fact.

    >>> Story("c1").start("9:00").choose("9:00:10", "waste").hang_up("9:00:15").facts[0][1] > 0
    True
    """

    def __init__(self, call_id: str = "call", caller: str | None = None) -> None:
        self.call_id = call_id
        self.caller = caller
        self.facts: list[Fact] = []

    def _add(self, kind: type[Event], when: str | int, **fields: Any) -> "Story":
        instant = at(when) if isinstance(when, str) else when
        event_id = f"{self.call_id}-{len(self.facts)}"
        text = instants.text(instant)
        self.facts.append(
            (kind(event_id=event_id, call_id=self.call_id, at=text, **fields), instant)
        )
        return self

    def start(self, when: str | int) -> "Story":
        return self._add(CallStart, when, caller=self.caller)

    def choose(self, when: str | int, line: str) -> "Story":
        return self._add(MenuChoice, when, line=line)

    def enter(self, when: str | int, line: str, visit: int | None = None) -> "Story":
        return self._add(Queue, when, line=line, visit=visit, phase="entered")

    def answer(self, when: str | int, line: str, visit: int | None = None) -> "Story":
        return self._add(Queue, when, line=line, visit=visit, phase="answered")

    def leave(
        self,
        when: str | int,
        line: str,
        reason: str,
        visit: int | None = None,
        to: str | None = None,
    ) -> "Story":
        return self._add(
            Queue, when, line=line, visit=visit, phase="left", reason=reason, to_line=to
        )

    def hang_up(self, when: str | int, reason: str | None = None, by: str | None = None) -> "Story":
        return self._add(Hangup, when, reason=reason, by=by)

    def contact(self) -> Contact:
        return contacts(self.facts)[0]


def contacts(facts: Iterable[Fact]) -> list[Contact]:
    """The contacts that facts make up."""
    known: dict[str, Contact] = {}
    for event, instant in facts:
        known.setdefault(event.call_id, Contact(event.call_id)).merge(event, instant)
    return list(known.values())


PLAN = Plan.read(
    """
    [city]
    name = "Testburg"
    time_zone = "Europe/Brussels"

    [[vendor]]
    id = "acme"
    name = "Acme Calls"

    [[contract]]
    id = "paid"
    threshold = 30
    boundary = "<"
    short_abandons = "excluded"
    clock = "choice"
    callbacks = "not_reached"
    lost_after = 3600

    [[hours]]
    id = "office"
    mon-fri = "08:00-18:00"

    [[line]]
    id = "waste"
    vendor = "acme"

    [[line]]
    id = "migration"
    vendor = "acme"
    contract = "paid"
    hours = "office"

    [[line]]
    id = "desk"
    tier = 2

    [[line]]
    id = "archive"
    tier = 2
    valid_until = 2026-11-18T12:05:00Z

    [[line]]
    id = "archive"
    tier = 2
    permanence = "none"
    valid_from = 2026-11-18T12:05:00Z
    """,
    "testburg.toml",
)
"""Two first lines of one vendor, one of them with hours and another contract, and two second lines,
of which one takes no transfers from five past twelve on."""

BEGINS = (
    at("12:00"),
    at("22:30"),  # local midnight falls into these hours
    at("20:30", "2026-03-28"),  # the day of 23 hours begins
    at("00:30", "2026-03-29"),  # the hour that is not there
    at("20:30", "2026-03-29"),  # the day of 23 hours ends
    at("20:30", "2026-10-24"),  # the day of 25 hours begins
    at("23:30", "2026-10-24"),  # the hour that comes twice
    at("21:30", "2026-10-25"),  # the day of 25 hours ends
)
"""When stories of windows and days begin, on nights of 23 and 25 hours too."""

LINES = ("waste", "migration", "desk", "archive")
REASONS = ("transfer", "overflow", "timeout", "exit_key", "voicemail", "callback", "closed", "full")


@st.composite
def events(draw: st.DrawFn, begin: int, end: int, calls: int = 6) -> list[Fact]:
    """Facts of a few calls between two instants, as dirty as they come: any kind at any time, so
    that starts and hangups are missing, times run backwards, visits have numbers or not."""
    span = (end - begin) // SECOND
    # Seconds from a few clusters, so that ties, thresholds and slot edges are hit often.
    moment = st.one_of(
        st.integers(0, span).map(lambda s: begin + s * SECOND),
        st.integers(0, min(span, 1200)).map(lambda s: begin + s * SECOND // 2),
    )
    known = [f"c{n}" for n in range(calls)]
    line = st.sampled_from(LINES)
    visit = st.sampled_from((None, None, 1, 2, 3))
    facts: list[Fact] = []
    for number in range(draw(st.integers(1, 30))):
        when = draw(moment)
        named = {
            "event_id": f"e{number}",
            "call_id": draw(st.sampled_from(known)),
            "at": instants.text(when),
        }
        kind = draw(st.sampled_from(("start", "choice", "entered", "answered", "left", "hangup")))
        event: Event
        if kind == "start":
            event = CallStart(**named, caller=draw(st.sampled_from((None, "ann", "bob"))))
        elif kind == "choice":
            event = MenuChoice(**named, line=draw(line), option=draw(st.sampled_from((None, "1"))))
        elif kind == "hangup":
            reason = draw(st.sampled_from((None, "normal", "busy", "closed", "error")))
            by = draw(st.sampled_from((None, "caller", "agent")))
            event = Hangup(**named, reason=reason, by=by)
        else:
            left = kind == "left"
            event = Queue(
                **named,
                line=draw(line),
                visit=draw(visit),
                phase=kind,
                reason=draw(st.sampled_from(REASONS)) if left else None,
                to_line=draw(st.sampled_from((None, *LINES))) if left else None,
            )
        facts.append((event, when))
    return facts


def judged(contact: Contact, plan: Plan, now: int) -> Outcome | None:
    """What the one contact of a call id comes to, and nothing if nothing is known of it yet."""
    (piece,) = contact.pieces()
    return judge(piece, plan, now)
