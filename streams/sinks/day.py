"""The city's day in a few numbers, for who is no expert: people, not visits.

How many people tried, how many got through, at which try and after how long, how many hours were
spent waiting, which hour was the worst, and what became of the calls. All of it is of the city's
figures of today, as every other page has them; no data is no number.
"""

from collections.abc import Iterable
from typing import Any, Final

from streams.domain.board import Scope
from streams.domain.figures import DECLARED
from streams.domain.figures.whole import OUTCOME_COUNTS
from streams.domain.instants import HOUR, SECOND
from streams.domain.tally import Tally
from streams.domain.windows import TODAY

DAY_COUNTS: Final = (
    "whole_contacts",
    "persons",
    "persons_reached",
    "first_attempts",
    "first_attempts_reached",
)
"""Counts of the day, in their order."""

DAY_FIGURES: Final = (
    "persons_reached_share",
    "first_attempt",
    "time_until_reached",
    "time_waited",
    "whole_wait",
    "caller_known_share",
)
"""Figures of the day, in their order."""

FEWEST: Final = 10
"""Contacts of an hour that can be the worst: of three calls one that fails is no news."""


def of_day(scope: Scope) -> dict[str, Any]:
    """The city's day so far."""
    today = scope.windows.tally(TODAY)
    figures = {each.name: each for each in DECLARED if "city" in each.scopes}
    found: dict[str, Any] = {name: today[name] for name in DAY_COUNTS}
    found |= {name: figures[name].value(today) for name in DAY_FIGURES}
    tries = figures["reached_at_try"].variants
    found["reached_at_try"] = {variant.key: variant.value(today) for variant in tries}
    found["outcomes"] = {name: today[count] for name, count in OUTCOME_COUNTS.items()}
    found["worst_hour"] = worst_hour(scope.windows.quarters_of_today())
    return found


def worst_hour(quarters: Iterable[tuple[int, Tally]]) -> dict[str, float] | None:
    """The hour in which the smallest share of contacts was reached, of those with ``FEWEST``
    contacts; of two alike the earlier. None where there is none.

    An hour is four quarter-hours of UTC from a full local one on, in every zone whose offset is of
    whole hours; elsewhere it begins where UTC's does.

    >>> hours = [(0, Tally.of(contacts_judged=20, contacts_reached=5)),
    ...          (HOUR, Tally.of(contacts_judged=9, contacts_reached=0))]
    >>> worst_hour(hours)
    {'start': 0.0, 'contacts': 20, 'reached': 5}
    """
    hours: dict[int, list[int]] = {}
    for start, tally in quarters:
        judged_and_reached = hours.setdefault(start - start % HOUR, [0, 0])
        judged_and_reached[0] += tally["contacts_judged"]
        judged_and_reached[1] += tally["contacts_reached"]
    enough = [
        (reached / judged, start) for start, (judged, reached) in hours.items() if judged >= FEWEST
    ]
    if not enough:
        return None
    _, start = min(enough)
    judged, reached = hours[start]
    return {"start": start / SECOND, "contacts": judged, "reached": reached}
