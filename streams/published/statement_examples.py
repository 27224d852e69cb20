"""Examples for the schemas of statements: one call, its statement, explanation and restatement."""

import json
from typing import Any, Final

import msgspec

from streams.domain.books import INTERVAL, start_of
from streams.domain.call_events import Contact
from streams.domain.event_reader import Reader, Refusal
from streams.domain.instants import DAY, parse
from streams.domain.plan import Plan
from streams.domain.statement import parse as period
from streams.domain.statement import statement
from streams.domain.statement.contacts_explained import explain_contacts, of_call
from streams.domain.statement.explanation import explain
from streams.domain.statement.standing import standing
from streams.published import examples
from streams.sinks.statement import contact_explained, explained, plain
from streams.sinks.statement.issue import issued
from streams.sinks.statement.objects import canonical
from streams.sinks.statement.restated import LateEvent, restate

_PLAN: Final = """
[city]
name = "Antwerp"
languages = ["en"]
time_zone = "Europe/Brussels"
contract = "first-line"
[[vendor]]
id = "acme"
name = "Acme Calls"
[[contract]]
id = "first-line"
    [[contract.measure]]
    id = "in-time"
    figure = "service_level"
    target = 0.80
        [contract.measure.malus]
        per_point = 100
[[line]]
id = "waste"
vendor = "acme"
names = { en = "Waste" }
"""
_LINE: Final = "waste"
_DAY: Final = "2026-11-21"


def statements() -> dict[str, list[Any]]:
    """By the schemas' names. The statement before the restatement lacked the call."""
    plan = Plan.read(_PLAN)
    read = Reader.of(plan).read
    contact = Contact("pbx1-17")
    late = []
    for line in examples.lines():
        outcome = read(json.dumps(line).encode(), parse(line["at"]))
        assert not isinstance(outcome, Refusal), f"an example is refused: {outcome}"
        event, at = outcome
        contact.merge(event, at)
        if line["event"] == "queue":
            late.append(_late(line))
    now = contact.newest + 10 * DAY
    before, after = (_statement(plan, contacts, now) for contacts in ([], [contact]))
    first = issued(before, now, issue=1)
    second = issued(after, now, issue=2, replaces=first.object.issue.number)
    reason = "The phone system sent again what had been lost."
    begin = start_of(contact.newest, INTERVAL) - 4 * INTERVAL
    span = begin, begin + 8 * INTERVAL
    found, tally = explain([contact], plan, _LINE, *span, now)
    calls = explain_contacts([contact], plan, of_call(contact.call_id), *span, now)
    return {
        "statement": [_plain(second.object)],
        "explanation": [_plain(explained.explain(_LINE, *span, found, tally))],
        "calls-explained": [_plain(contact_explained.explain(span, calls))],
        "restatement": [_plain(restate(first, second, 1, reason, late))],
    }


def _statement(plan: Plan, contacts: list[Contact], now: int) -> plain.Made:
    intervals, provisional = standing(contacts, plan, now)
    found = statement(plan, "acme", period(_DAY), intervals, now, provisional)
    return plain.make(plan, found, intervals)


def _late(line: dict[str, Any]) -> LateEvent:
    return LateEvent(
        event=line["event"],
        event_id=line["event_id"],
        call_id=line["call_id"],
        at=line["at"],
        arrived=None,
        revision=0,
    )


def _plain(of: msgspec.Struct) -> Any:
    return json.loads(canonical(of))
