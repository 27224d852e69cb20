"""The quarter-hours of a set of contacts, and which of them may still change.

What ``books`` gives, by the same entries. A quarter-hour is provisional until its grace has passed
and every contact with an event in it is over, as in the ledger of a live partition; and until the
last callback that was accepted in it is kept or broken, for good.
"""

from collections.abc import Iterable

from streams.domain import caller_history as callers
from streams.domain.books import INTERVAL, Books, start_of
from streams.domain.call_events import Contact
from streams.domain.entries import entries
from streams.domain.judge import judge
from streams.domain.ledger import GRACE
from streams.domain.plan import Plan
from streams.domain.promises import promises, settled
from streams.domain.statement.assignments import Intervals


def standing(
    contacts: Iterable[Contact], plan: Plan, now: int, grace: int = GRACE
) -> tuple[Intervals, set[tuple[str, int]]]:
    """The quarter-hours as of ``now``, and the provisional ones among them."""
    found = Books(INTERVAL)
    held: set[int] = set()
    calls: dict[str, list[callers.Call]] = {}
    for contact in contacts:
        over = True
        for piece in contact.pieces():
            outcome = judge(piece, plan, now)
            if outcome is None:
                over = False
                continue
            over = over and max(piece.newest, outcome.done_at) + grace < now
            for entry in entries(outcome):
                found.add(entry)
            call = callers.call(contact.call_id, outcome)
            if call is not None:
                calls.setdefault(call.caller, []).append(call)
        if not over:
            held.update(start_of(at, INTERVAL) for at in contact.instants())
    promised: set[tuple[str, int]] = set()
    in_order = sorted(held)
    for each in calls.values():
        for entry in callers.entries(each, now, plan.day_of):
            found.add(entry)
        for scope, at, last in promises(each):
            if not settled(at, last, in_order, now, grace):
                promised.add((scope, start_of(at, INTERVAL)))
    provisional = promised | {
        (scope, start)
        for scope, start in found.intervals
        if start in held or start + INTERVAL + grace > now
    }
    return found.intervals, provisional
