"""The quarter-hours of a set of contacts, and which of them may still change.

What ``books`` gives, by the same entries; besides, a quarter-hour is provisional until its grace
has passed and every contact of which anything happened in it is over, as in the ledger of a live
partition.
"""

from collections.abc import Iterable

from streams.domain.books import INTERVAL, Books, start_of
from streams.domain.call_events import Contact
from streams.domain.entries import entries
from streams.domain.judge import judge
from streams.domain.ledger import GRACE
from streams.domain.plan import Plan
from streams.domain.statement.assignments import Intervals


def standing(
    contacts: Iterable[Contact], plan: Plan, now: int, grace: int = GRACE
) -> tuple[Intervals, set[tuple[str, int]]]:
    """The quarter-hours as of ``now``, and the provisional ones among them."""
    found = Books(INTERVAL)
    held: set[int] = set()
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
        if not over:
            held.update(start_of(at, INTERVAL) for at in contact.instants())
    provisional = {
        (scope, start)
        for scope, start in found.intervals
        if start in held or start + INTERVAL + grace > now
    }
    return found.intervals, provisional
