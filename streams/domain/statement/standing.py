"""The quarter-hours of a set of contacts, and which of them may still change.

What ``books`` gives, by the same entries; besides, a quarter-hour is provisional until its grace
has passed and every contact booked in it is over, as in the ledger of a live partition.
"""

from collections.abc import Iterable

from streams.domain.books import INTERVAL, Books, start_of
from streams.domain.entries import entries
from streams.domain.journey import Contact
from streams.domain.ledger import GRACE
from streams.domain.plan import Plan
from streams.domain.statement.assignments import Intervals
from streams.domain.visits import resolve


def standing(
    contacts: Iterable[Contact], plan: Plan, now: int, grace: int = GRACE
) -> tuple[Intervals, set[tuple[str, int]]]:
    """The quarter-hours as of ``now``, and the provisional ones among them."""
    found = Books(INTERVAL)
    provisional: set[tuple[str, int]] = set()
    for contact in contacts:
        reading = resolve(contact, plan, now)
        if reading is None:
            continue
        over = max(contact.newest, reading.done_at) + grace < now
        for entry in entries(reading):
            found.add(entry)
            scope, at, _, _, _, _, _ = entry
            start = start_of(at, INTERVAL)
            if not over or start + INTERVAL + grace > now:
                provisional.add((scope, start))
    return found.intervals, provisional
