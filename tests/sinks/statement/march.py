"""A month of one line under two versions of a contract, and its statement.

Its feed can stop before the month is over: then too little is heard of it to be judged.
"""

import json
from datetime import date, timedelta
from typing import Any

from streams.domain.books import INTERVAL
from streams.domain.instants import HOUR, parse
from streams.domain.plan import Plan
from streams.domain.statement.periods import midnight
from streams.sinks.statement import plain
from streams.sinks.statement.issue import issued
from streams.sinks.statement.objects import Statement
from streams.sinks.statement.plain import Issued
from streams.sinks.statement.restated import LateEvent, Restatement, restate
from tests.statements import FOREVER, Booked

NOW = parse("2026-04-02T08:00:00Z")
PLAN = """
[city]
name = "Stad"
languages = ["nl", "en"]
time_zone = "Europe/Brussels"
contract = "eerstelijn"
[[vendor]]
id = "acme"
name = "Acme"
[[contract]]
id = "eerstelijn"
valid_until = 2026-03-16
    [[contract.measure]]
    id = "op-tijd"
    figure = "service_level"
    target = 0.80
        [contract.measure.malus]
        per_point = 1000
    [[contract.measure]]
    id = "binnen-de-minuut"
    figure = "service_level"
    threshold = 60
    target = 0.80
[[contract]]
id = "eerstelijn"
valid_from = 2026-03-16
threshold = 30
    [[contract.measure]]
    id = "op-tijd"
    figure = "service_level"
    target = 0.80
        [contract.measure.malus]
        per_point = 1000
[[hours]]
id = "kantoor"
mon-fri = "09:00-17:00"
[[line]]
id = "afval"
vendor = "acme"
hours = "kantoor"
names = { nl = "Afval", en = "Waste" }
"""


def booked(silent_since: str = "2026-05-01T00:00:00+02:00") -> Booked:
    """March with ten calls in each open quarter-hour, six of them in time, until the feed stops."""
    found = Booked(Plan.read(PLAN))
    for n in range(31):
        begin = midnight(date(2026, 3, 1) + timedelta(days=n), found.plan.zone)
        for start in range(begin, begin + 24 * HOUR, INTERVAL):
            terms = found.plan.terms("afval", start)
            if terms is not None and terms.open and start < parse(silent_since):
                found.at("afval", start, answered=6, late=3, abandoned=1)
    return found


def made(books: Booked, as_of: int = FOREVER, **more: Any) -> Issued:
    """The statement of these books."""
    found = books.of("acme", "2026-03", as_of)
    return issued(plain.make(books.plan, found, books.intervals), NOW, **more)


def said(of: Issued) -> dict[str, Any]:
    """What the JSON says."""
    found: dict[str, Any] = json.loads(of.json)
    return found


def with_a_silent_line() -> Issued:
    """Two lines with a forecast; of the second nothing comes from the 27th at noon on, and for an
    hour of the 10th nobody is seen to queue."""
    lines = "".join(
        f'[[line]]\nid = "{line}"\nvendor = "acme"\nhours = "kantoor"\nexpected_per_hour = 40\n'
        f'names = {{ nl = "{nl}", en = "{en}" }}\n'
        for line, nl, en in (("afval", "Afval", "Waste"), ("loket", "Loket", "Desk"))
    )
    books = Booked(Plan.read(PLAN[: PLAN.index("[[line]]")] + lines))
    silent, unseen = parse("2026-03-27T12:00:00+01:00"), parse("2026-03-10T10:00:00+01:00")
    for scope, start in booked().intervals:
        for line in ("afval", "loket") if scope.startswith("line:") else ():
            if unseen <= start < unseen + HOUR:
                books.at(line, start, left_before_queue=10, line_offered=10)
            elif line == "afval" or start < silent:
                books.at(line, start, answered=6, late=3, abandoned=1)
    return made(books)


def restatement() -> tuple[Restatement, Statement]:
    """Two days of which the exchange sent more calls later; and the statement that has them."""
    before, books = made(booked(), issue=1), booked()
    for day in (10, 20):
        books.day(
            "afval",
            date(2026, 3, day),
            answered=2,
            late=1,
            abandoned=1,
            wait_sum=512_000_000,
            overflowed=2,
            line_offered=2,
            queue_offered=2,
            queue_overflowed=2,
            service_offered=2,
            service_overflowed=2,
            reach_judged=2,
            reach_overflowed=2,
            service_offered_2=5,
            answered_within_2=4,
            out_abandoned=1,
            talk_sum=60_000_000,
        )
    after = made(books, issue=2, replaces=before.object.issue.number)
    events = [
        LateEvent(
            event=kind,
            event_id="g1",
            call_id="c1",
            at="2026-03-10T09:00:00Z",
            arrived="2026-03-16T09:00:00Z",
            revision=1,
        )
        for kind in ("call-start", "menu-choice", "queue", "hangup")
    ]
    reason = "De centrale zond opnieuw"
    return restate(before, after, 1, reason, events), after.object
