"""The quarter-hours of a set of contacts, and which of them may still change.

What ``books`` gives, by the same entries; besides, a quarter-hour is provisional until its grace
has passed and every contact with an event in it is over, as in the ledger of a live
partition. Where a contract pays by kept callbacks, these are among them, and the quarter-hour of
one that is not kept yet is provisional as long as it can be.
"""

from collections.abc import Iterable

from streams.domain import caller_history as callers
from streams.domain.books import INTERVAL, Books, start_of
from streams.domain.call_events import Contact
from streams.domain.counts import ONE
from streams.domain.entries import entries
from streams.domain.judge import judge
from streams.domain.ledger import GRACE
from streams.domain.plan import Plan
from streams.domain.statement import counting
from streams.domain.statement.assignments import Intervals


def standing(
    contacts: Iterable[Contact], plan: Plan, now: int, grace: int = GRACE
) -> tuple[Intervals, set[tuple[str, int]]]:
    """The quarter-hours as of ``now``, and the provisional ones among them."""
    found = Books(INTERVAL)
    held: set[int] = set()
    of_callers = counting.of_callers(plan)
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
            call = callers.call(contact.call_id, outcome) if of_callers else None
            if call is not None:
                calls.setdefault(call.caller, []).append(call)
        if not over:
            held.update(start_of(at, INTERVAL) for at in contact.instants())
    for each in calls.values():
        for _, callback, kept in callers.callbacks(each):
            for scope, at in callback.bookings:
                if kept:
                    found.add((scope, at, ONE["callbacks_kept"], -1, -1, -1, ""))
                elif callback.until + grace >= now:
                    held.add(start_of(at, INTERVAL))
    provisional = {
        (scope, start)
        for scope, start in found.intervals
        if start in held or start + INTERVAL + grace > now
    }
    return found.intervals, provisional
