"""What is counted of visits and contacts: each count is declared once.

A count's id is where its number stands in packed counts, and what the number is stored under. So
an id is never used again: a new count takes the next, and one that is counted no longer keeps its
own.

It is longer than a module should be, because all counts are in one list.
"""

from collections.abc import Sequence
from typing import Final, Literal, NamedTuple

Of = Literal["visits", "contacts", "microseconds"]


class Count(NamedTuple):
    """What one number of a tally is.

    Attributes:
        id: its place among the numbers, from 0, never used again.
        name: by which it is booked, read and published.
        of: what it counts.
        since: the first release that counts it. What an older one stored has nothing there, which
            means 0.
        until: the first release that counts it no longer; empty while it is counted.
        words: what people call it in English. Those of the first counts are in the catalogue.
    """

    id: int
    name: str
    of: Of
    since: str = "0.1"
    until: str = ""
    words: str = ""


COUNTED_CAUSES: Final = ("closed", "blocked", "lost")
"""Of the causes by which a contract may leave visits out (``plan.model.CAUSES``) those that are
dispositions. Each has counts of its own, in this order."""

MOST_FURTHER_THRESHOLDS: Final = 2
"""Each costs four counts in every tally; emergency numbers are held to two thresholds at once."""

FURTHER: Final = tuple(range(2, 2 + MOST_FURTHER_THRESHOLDS))
FURTHER_PARTS: Final = ("service_offered", "answered_within", "abandoned_within", "left_within")


def _of_contacts(first: int, *named: tuple[str, str]) -> tuple[Count, ...]:
    """Counts of contacts with ids one after another, each by its name and words."""
    return tuple(
        Count(first + place, name, "contacts", since="0.2", words=words)
        for place, (name, words) in enumerate(named)
    )


DECLARED_COUNTS: Final = (
    Count(0, "contacts", "contacts"),
    Count(1, "line_offered", "visits"),
    Count(2, "queue_offered", "visits"),
    Count(3, "open", "visits"),
    Count(4, "out_of_hours", "visits"),
    # How visits ended, as far as the first release knew.
    Count(5, "answered", "visits"),
    Count(6, "overflowed", "visits"),
    Count(7, "callback", "visits"),
    Count(8, "closed", "visits"),
    Count(9, "blocked", "visits"),
    Count(10, "lost", "visits"),
    Count(11, "short_abandoned", "visits"),
    Count(12, "abandoned", "visits"),
    Count(13, "left_before_queue", "visits"),
    # Service level: over decided, queue-offered visits in hours.
    Count(14, "service_offered", "visits"),
    Count(15, "service_answered", "visits"),
    Count(16, "answered_within", "visits"),
    Count(17, "service_abandoned", "visits"),
    Count(18, "abandoned_within", "visits"),
    # Reachability of visits, in hours; callbacks that stay out of it.
    Count(19, "reach_judged", "visits"),
    Count(20, "reach_reached", "visits"),
    Count(21, "reach_callbacks", "visits"),
    # Durations, with how many they were taken from.
    Count(22, "wait_sum", "microseconds"),
    Count(23, "menu_sum", "microseconds"),
    Count(24, "menu_count", "visits"),
    Count(25, "menu_negative", "visits"),
    Count(26, "talk_sum", "microseconds"),
    Count(27, "talk_count", "visits"),
    # Answer station, not distribution station.
    Count(28, "contacts_answered", "contacts"),
    Count(29, "contacts_kept", "contacts"),
    Count(30, "wrong_choices", "visits"),
    Count(31, "second_line_offered", "visits"),
    Count(32, "second_line_within", "visits"),
    Count(33, "second_line_forms", "visits", until="0.2"),
    # Of callers: only the owner of all calls of one knows them.
    Count(34, "repeat_callers", "contacts"),
    Count(35, "callbacks_kept", "visits"),
    # Of contacts, for the city.
    Count(36, "contacts_with_visit", "contacts"),
    Count(37, "abandoned_in_menu", "contacts"),
    Count(38, "entrance_blocked", "contacts"),
    Count(39, "entrance_closed", "contacts"),
    Count(40, "open_in_menu", "contacts"),
    Count(41, "orphans", "contacts"),
    Count(42, "contacts_judged", "contacts"),
    Count(43, "contacts_reached", "contacts"),
    # What a contract may leave out by its cause: of the queue-offered, of those that the service
    # level is of, of those that reachability is of; and everything out of hours.
    Count(44, "queue_overflowed", "visits", until="0.2"),
    Count(45, "queue_callback", "visits", until="0.2"),
    Count(46, "queue_closed", "visits"),
    Count(47, "queue_blocked", "visits"),
    Count(48, "queue_lost", "visits"),
    Count(49, "service_overflowed", "visits", until="0.2"),
    Count(50, "service_callback", "visits", until="0.2"),
    Count(51, "service_closed", "visits"),
    Count(52, "service_blocked", "visits"),
    Count(53, "service_lost", "visits"),
    Count(54, "reach_overflowed", "visits", until="0.2"),
    Count(55, "reach_callback", "visits", until="0.2"),
    Count(56, "reach_closed", "visits"),
    Count(57, "reach_blocked", "visits"),
    Count(58, "reach_lost", "visits"),
    Count(59, "out_queue_offered", "visits"),
    Count(60, "out_callback", "visits"),
    Count(61, "out_abandoned", "visits"),
    Count(62, "out_short_abandoned", "visits"),
    Count(63, "out_answered", "visits"),
    Count(64, "out_wait_sum", "microseconds"),
    # The service level at the contract's further thresholds.
    Count(65, "service_offered_2", "visits"),
    Count(66, "answered_within_2", "visits"),
    Count(67, "abandoned_within_2", "visits"),
    Count(68, "service_offered_3", "visits"),
    Count(69, "answered_within_3", "visits"),
    Count(70, "abandoned_within_3", "visits"),
    # Of transfers that a form stands for.
    Count(71, "form", "visits", since="0.2"),
    Count(72, "reach_forms", "visits", since="0.2"),
    # The waits of those whom `service_abandoned` counts.
    Count(
        73,
        "abandon_wait_sum",
        "microseconds",
        since="0.2",
        words="Sum of the waits of calls that hung up, of those judged by the threshold",
    ),
    # Of visits from which the caller chose another line, whose menu they had gone on listening to.
    Count(74, "chose_again", "visits", since="0.2"),
    Count(75, "reach_chose_again", "visits", since="0.2"),
    # Of contacts that the city began, and of those with more events than are kept of one.
    Count(76, "outgoing", "contacts", since="0.2"),
    Count(77, "outgoing_answered", "contacts", since="0.2"),
    Count(78, "too_many_events", "contacts", since="0.2"),
    # What a contract's switches leave out: overflows within the threshold, of the service level;
    # and hang-ups within the short limit, of the queue-offered.
    Count(79, "overflow_left_out", "visits", since="0.2"),
    Count(80, "short_left_out", "visits", since="0.2"),
    # Of callbacks: outgoing calls in which nobody was reached before it was kept or its time over.
    Count(81, "callback_attempts", "contacts", since="0.2"),
    # Of the service level's visits those that left the queue in time, neither answered nor hung up.
    Count(82, "left_within", "visits", since="0.2"),
    Count(83, "left_within_2", "visits", since="0.2"),
    Count(84, "left_within_3", "visits", since="0.2"),
    Count(85, "cut_offs", "visits", since="0.2", words="Cut off by the agent"),
    # Of what a contract may leave out because it is out of hours.
    Count(86, "out_contacts_answered", "contacts", since="0.2"),
    Count(87, "out_contacts_kept", "contacts", since="0.2"),
    Count(88, "out_wrong_choices", "visits", since="0.2"),
    Count(89, "out_second_line_offered", "visits", since="0.2"),
    Count(90, "out_second_line_within", "visits", since="0.2"),
    Count(91, "out_cut_offs", "visits", since="0.2"),
    # Of what reachability left out as callbacks: those that it counts since, for their time is
    # over. Known to whoever has all calls of a caller, like those that were kept.
    Count(92, "callbacks_broken", "visits", since="0.2", words="Callbacks not kept, not reached"),
    # Of whole contacts (``whole``), once in each scope that a contact is of as a whole: of those
    # that are, and what became of each.
    *_of_contacts(
        93,
        ("whole_contacts", "Contacts that began here"),
        ("whole_open", "Contacts that are not over"),
        ("whole_too_many_events", "Contacts of more events than are kept, as a whole"),
        ("whole_nuisance", "Nuisance calls"),
        ("whole_out_of_hours", "Contacts out of hours"),
        ("whole_informed", "Informed by an announcement"),
        ("whole_outside", "Answered, and passed on to somebody outside"),
        ("whole_callback", "Ended with a callback"),
        ("whole_form", "Ended with a form"),
        ("whole_served_at_once", "Served at once"),
        ("whole_served_after_transfer", "Served after being passed on"),
        ("whole_dead_end", "Passed on into a dead end"),
        ("whole_refused", "Refused"),
        ("whole_lost", "Lost, never answered"),
        ("whole_turned_away", "Turned away, never answered"),
        ("whole_given_up", "Given up, never answered"),
        ("whole_closed_meanwhile", "Passed on to a desk that had closed meanwhile"),
    ),
    # What happened on the way: of all visits of these contacts together.
    Count(110, "transfers", "contacts", since="0.2", words="Passed on to another line"),
    Count(111, "bounces", "contacts", since="0.2", words="Passed back to where they had been"),
    Count(112, "laps", "contacts", since="0.2", words="Laps in a queue"),
    # The whole wait: of contacts that queued, in hours, and are over; of those of them whose wait
    # is known; of those that were answered within the city's threshold.
    Count(113, "whole_queued", "contacts", since="0.2", words="Contacts that queued"),
    Count(114, "whole_waited", "contacts", since="0.2", words="Contacts whose whole wait is known"),
    Count(115, "whole_within", "contacts", since="0.2", words="Answered after a short whole wait"),
    Count(116, "whole_wait_sum", "microseconds", since="0.2", words="Sum of the whole waits"),
    # Of nuisance calls, which are in no ratio: all their visits, those that shares of who hung up
    # leave out, and the contacts that hung up in the menu.
    Count(117, "nuisance", "visits", since="0.2", words="Visits of nuisance calls"),
    Count(118, "nuisance_abandoned", "visits", since="0.2", words="Abandoned by nuisance calls"),
    Count(
        119,
        "nuisance_short_abandoned",
        "visits",
        since="0.2",
        words="Abandoned within the short limit by nuisance calls",
    ),
    Count(
        120,
        "nuisance_left_before_queue",
        "visits",
        since="0.2",
        words="Nuisance calls that left before the queue",
    ),
    Count(
        121,
        "nuisance_in_menu",
        "contacts",
        since="0.2",
        words="Nuisance calls that hung up in the menu",
    ),
    # Of people, known to whoever has all calls of a caller: contacts whose caller is known; callers
    # of the day, each at their first contact of it; those who were reached, each at the first
    # contact of the day in which they were; and how long that had taken them. First attempts are
    # contacts of callers who had not called in the 24 h before.
    *_of_contacts(
        122,
        ("contacts_with_caller", "Contacts whose caller is known"),
        ("persons", "People who called, each once a day"),
        ("persons_reached", "People who were reached, each once a day"),
        ("first_attempts", "First attempts"),
        ("first_attempts_reached", "First attempts that were answered"),
    ),
    Count(
        127,
        "until_reached_sum",
        "microseconds",
        since="0.2",
        words="Sum of the times from first attempts of the day to answers",
    ),
    # Of the people who were reached those who were not at their first try of the day.
    *_of_contacts(
        128,
        ("reached_at_second", "People reached at the second try of the day"),
        ("reached_at_third", "People reached at the third try of the day"),
        ("reached_at_later", "People reached at a later try of the day"),
    ),
)
"""Every count, by its id. The order is part of the stored form."""


def checked(declared: Sequence[Count]) -> None:
    """Looks at what would be stored in the place of another count.

    Raises:
        ValueError: an id or a name was used before, an id was left out, or a duration's name does
            not say that it is a sum.
    """
    names: set[str] = set()
    for place, count in enumerate(declared):
        if count.id != place:
            was = f"is {declared[count.id].name}'s" if count.id < place else "leaves a gap"
            raise ValueError(
                f"count {count.name} cannot have id {count.id}, which {was}: numbers are "
                f"stored under their ids; put it last, with id {len(declared) - 1}"
            )
        if count.name in names:
            raise ValueError(f"a count is called {count.name} already: give the new one a name")
        if (count.of == "microseconds") is not count.name.endswith("_sum"):
            raise ValueError(
                f"count {count.name} is of {count.of}: a name ends with _sum where it is of "
                "microseconds, and nowhere else"
            )
        names.add(count.name)


checked(DECLARED_COUNTS)

COUNTS: Final = tuple(count.name for count in DECLARED_COUNTS)
"""What each number of a tally counts, in its order."""

LATER: Final = tuple(count.name for count in DECLARED_COUNTS if count.since != "0.1")
"""What later releases than the first count besides, in the order in which they came."""

RETIRED: Final = frozenset(count.name for count in DECLARED_COUNTS if count.until)
"""Nothing is counted under these names any more. They keep their places, for what an earlier
release stored has numbers there."""

SHOWN: Final = (
    *("contacts", "line_offered", "queue_offered", "open", "out_of_hours"),
    *("answered", "form", "overflowed", "callback", "closed", "blocked", "lost"),
    *("short_abandoned", "abandoned", "left_before_queue", "chose_again"),
    *("answered_within", "abandoned_within"),
    *("service_offered", "service_answered", "service_abandoned"),
    *("overflow_left_out", "short_left_out"),
    *("menu_negative", "repeat_callers"),
    *("callbacks_kept", "callbacks_broken", "callback_attempts"),
)
"""Counts that replay shows of lines, vendors and the city."""

SHOWN_OF_WHOLE: Final = (
    *("whole_contacts", "outgoing", "outgoing_answered"),
    *("transfers", "bounces", "laps"),
    *("whole_queued", "whole_waited", "whole_within", "nuisance"),
    *("contacts_with_caller", "persons", "persons_reached"),
    *("reached_at_second", "reached_at_third", "reached_at_later"),
    *("first_attempts", "first_attempts_reached"),
)
"""Counts that it shows of every scope that contacts are of as a whole: the city, and a vendor."""

SHOWN_OF_CITY: Final = (
    *("contacts_with_visit", "abandoned_in_menu", "entrance_blocked", "entrance_closed"),
    *("open_in_menu", "orphans", "outgoing", "outgoing_answered", "too_many_events"),
)
"""Counts that it shows of the city besides."""

INDEX: Final = {count.name: count.id for count in DECLARED_COUNTS}
WIDTH: Final = len(COUNTS)

BITS: Final = 64
"""Of each count in packed counts."""

ONE: Final = {name: 1 << BITS * index for name, index in INDEX.items()}
"""What counting one under a name adds to packed counts."""
