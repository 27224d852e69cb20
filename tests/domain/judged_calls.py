"""Calls as they are judged: what tests of the chapters of ``judge`` ask of one.

They are told in seconds since 11:06:40 UTC on a Wednesday in November.
"""

from typing import Any

from streams.domain.contact import Piece, pieces
from streams.domain.decided import decisions
from streams.domain.instants import SECOND
from streams.domain.judge import judge
from streams.domain.outcome import Outcome, Visit
from streams.domain.plan import Plan
from tests import calls
from tests.calls import BEGIN, SPAN, Call

END = BEGIN + SPAN


def plan_of(contract: str = "", lines: str = "") -> Plan:
    """Two first lines, a desk, and one that takes no transfers; all of one contract."""
    return Plan.read(
        f"""
        [city]
        name = "Testburg"
        time_zone = "Europe/Brussels"
        contract = "c"
        [[contract]]
        id = "c"
        {contract}
        [[hours]]
        id = "mornings"
        mon-fri = "08:00-12:00"
        [[hours]]
        id = "afternoons"
        mon-fri = "13:00-18:00"
        [[line]]
        id = "waste"
        [[line]]
        id = "migration"
        [[line]]
        id = "desk"
        tier = 2
        [[line]]
        id = "archive"
        tier = 2
        permanence = "none"
        {lines}
        """
    )


PLAN = plan_of()


def contact_of(call: Call) -> Piece:
    (contact,) = pieces(calls.rows(call.events))
    return contact


def read(call: Call, now: float | None = None, plan: Plan = PLAN) -> Outcome:
    outcome = judge(contact_of(call), plan, END if now is None else BEGIN + round(now * SECOND))
    assert outcome is not None
    return outcome


def visit_of(call: Call, now: float | None = None, plan: Plan = PLAN) -> Visit:
    (visit,) = read(call, now, plan).visits
    return visit


def ends(call: Call, now: float | None = None) -> list[tuple[str, str, float | None]]:
    """Each visit's line, disposition, and wait in seconds."""
    return [
        (visit.line, visit.disposition, None if visit.wait is None else visit.wait / SECOND)
        for visit in read(call, now).visits
    ]


def decided(call: Call, plan: Plan = PLAN, now: float | None = None) -> list[tuple[Any, ...]]:
    """What happened, after how many seconds, at which line, and what goes with it."""
    until = END if now is None else BEGIN + round(now * SECOND)
    contact = contact_of(call)
    outcome = judge(contact, plan, until)
    assert outcome is not None
    return [
        ((each.at - BEGIN) / SECOND, each.line, each.kind, each.mark)
        for each in decisions(contact, plan, outcome, until)
    ]


def waiting(line: str = "waste") -> Call:
    return Call().start(0).choose(10, line).enter(12, line)
