"""What is counted of visits and contacts: each count once, by name, in the order of its storing."""

from typing import Final

from streams.domain.disposition import (
    ABANDONED,
    ANSWERED,
    BLOCKED,
    CALLBACK,
    CHOSE_AGAIN,
    CLOSED,
    FORM,
    LEFT_BEFORE_QUEUE,
    LOST,
    OVERFLOWED,
    SHORT_ABANDONED,
)
from streams.domain.outcome import (
    ENTRANCE_BLOCKED,
    ENTRANCE_CLOSED,
    MENU_ABANDONED,
    OPEN_IN_MENU,
    ORPHAN,
    OUTGOING,
    TOO_MANY_EVENTS,
    WITH_VISIT,
)
from streams.domain.plan.model import MOST_FURTHER_THRESHOLDS

COUNTED_CAUSES: Final = (
    OVERFLOWED,
    CALLBACK,
    CLOSED,
    BLOCKED,
    LOST,
)
"""Of the causes by which a contract may leave visits out (``plan.model.CAUSES``) those that are
dispositions. Each has counts of its own, in this order."""

FURTHER: Final = tuple(range(2, 2 + MOST_FURTHER_THRESHOLDS))
FURTHER_PARTS: Final = ("service_offered", "answered_within", "abandoned_within")

LATER: Final = (
    FORM,
    "reach_forms",
    CHOSE_AGAIN,
    "reach_chose_again",
    OUTGOING,
    "outgoing_answered",
    TOO_MANY_EVENTS,
)
"""What later releases than the first count besides, in the order in which they came."""

COUNTS: Final = (
    "contacts",
    "line_offered",
    "queue_offered",
    "open",
    "out_of_hours",
    # How visits ended, as far as the first release knew.
    ANSWERED,
    OVERFLOWED,
    CALLBACK,
    CLOSED,
    BLOCKED,
    LOST,
    SHORT_ABANDONED,
    ABANDONED,
    LEFT_BEFORE_QUEUE,
    # Service level: over decided, queue-offered visits in hours.
    "service_offered",
    "service_answered",
    "answered_within",
    "service_abandoned",
    "abandoned_within",
    # Reachability of visits, in hours; callbacks that stay out of it.
    "reach_judged",
    "reach_reached",
    "reach_callbacks",
    # Durations in us, with how many they were taken from.
    "wait_sum",
    "menu_sum",
    "menu_count",
    "menu_negative",
    "talk_sum",
    "talk_count",
    # Answer station, not distribution station.
    "contacts_answered",
    "contacts_kept",
    "wrong_choices",
    "second_line_offered",
    "second_line_within",
    "second_line_forms",
    # Of callers, known to whoever has all calls of one.
    "repeat_callers",
    "callbacks_kept",
    # Of contacts, for the city.
    WITH_VISIT,
    MENU_ABANDONED,
    ENTRANCE_BLOCKED,
    ENTRANCE_CLOSED,
    OPEN_IN_MENU,
    ORPHAN,
    "contacts_judged",
    "contacts_reached",
    # What a contract may leave out by its cause: of the queue-offered, of those that the service
    # level is of, of those that reachability is of; and everything out of hours.
    *(f"{part}_{cause}" for part in ("queue", "service", "reach") for cause in COUNTED_CAUSES),
    "out_queue_offered",
    "out_callback",
    "out_abandoned",
    "out_short_abandoned",
    "out_answered",
    "out_wait_sum",
    # The service level at the contract's further thresholds.
    *(f"{part}_{n}" for n in FURTHER for part in FURTHER_PARTS),
    *LATER,
)
"""What each number of a tally counts, in its order. The order is part of the stored form: a new
count goes to the end, where an older record has nothing."""

RETIRED: Final = frozenset({"second_line_forms"})
"""Nothing is counted under these names any more. They keep their places, for what an earlier
release stored has numbers there."""

INDEX: Final = {name: index for index, name in enumerate(COUNTS)}
WIDTH: Final = len(COUNTS)

BITS: Final = 64
"""Of each count in packed counts."""

ONE: Final = {name: 1 << BITS * index for name, index in INDEX.items()}
"""What counting one under a name adds to packed counts."""
