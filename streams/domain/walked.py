"""What the walk through a contact finds, in the numbers of its events.

A visit is known by which of the contact's events are its own: the third is its entry, the fourth
its answer. With the instants of a contact these are its visits; without, they are those of every
contact of the same shape, and are shared by all of them. So nothing here is changed once a walk is
over.
"""

from typing import Final, NamedTuple

NO_ROW: Final = -1
"""Stands for the number of an event that there is not."""

IN_MENU, ON_WAY, WAITING, TALKING, AWAY = range(5)
POSITIONS: Final = ("menu", "way", "waiting", "talking", "away")


def row_of_target(row: int) -> int:
    """Stands for the line that an event transfers to, as the event's number does for its own line;
    and the other way round.

    >>> row_of_target(3), row_of_target(row_of_target(3))
    (-5, 3)
    """
    return NO_ROW - 1 - row


TRANSFER: Final = "transfer"
OVERFLOW: Final = "overflow"
EXIT_KEY: Final = "exit_key"
OTHER_CHOICE: Final = "chose_again"
"""Why a visit was left: a reason of the events, or that another line was chosen instead."""

BEGINS: Final = "begins"
BEGUN_BEFORE: Final = "begun_before"
CHOSEN: Final = "chosen"
CHOSEN_HERE: Final = "chosen_here"
QUEUED: Final = "queued"
QUEUED_WITHOUT_ENTRY: Final = "queued_without_entry"
LAP: Final = "lap"
WAITS_AGAIN: Final = "waits_again"
ENTRY_TOLD_LATE: Final = "entry_told_late"
TALKS: Final = "answered"
ANSWERED_WITHOUT_ENTRY: Final = "answered_without_entry"
ANSWERED_BEFORE: Final = "answered_before"
ANSWERED_AFTER_ALL: Final = "answered_after_all"
WAITS_AS_BEFORE: Final = "taken_back"
NOBODY_TALKS: Final = "nobody_talks"
LEAVES: Final = "left"
LEFT_WITHOUT_ENTRY: Final = "left_without_entry"
LEFT_BEFORE: Final = "left_before"
REASON_TOLD: Final = "reason_told"
NEVER_WAS: Final = "never_was"
OF_A_LEG: Final = "of_a_leg"
ENDS: Final = "over"
AFTER_HANGUP: Final = "after_hangup"
INFERRED: Final = {
    reason: f"inferred_{reason}" for reason in (TRANSFER, OVERFLOW, EXIT_KEY, OTHER_CHOICE)
}
"""What an event did; the last, by reason, that a visit was seen to have been left."""

DID: Final = (
    *(BEGINS, BEGUN_BEFORE, CHOSEN, CHOSEN_HERE, QUEUED, QUEUED_WITHOUT_ENTRY, LAP, WAITS_AGAIN),
    *(ENTRY_TOLD_LATE, TALKS, ANSWERED_WITHOUT_ENTRY, ANSWERED_BEFORE, ANSWERED_AFTER_ALL),
    *(
        WAITS_AS_BEFORE,
        NOBODY_TALKS,
        LEAVES,
        LEFT_WITHOUT_ENTRY,
        LEFT_BEFORE,
        REASON_TOLD,
        NEVER_WAS,
    ),
    *(OF_A_LEG, ENDS, AFTER_HANGUP, *INFERRED.values()),
)
"""All that an event can do."""


class VisitRows:
    """A visit in the numbers of the contact's events; ``NONE`` where there is no such event.

    Attributes:
        line: number of an event that names its line, or ``row_of_target`` of one that leads there.
        number: the first visit number told of it, -1 if none was.
        begun: its beginning: the earliest of its choice, the transfer to it, its first queue event.
        choice: its menu choice.
        transfer: the transfer that led to it.
        queued: whether any queue event is its own.
        entered: its first ``entered``; where that is missing the entry is the beginning.
        laps: from which to which event it was in the queue; the last one's end is ``NONE`` while
            it waits.
        answered: the answer, unless that was taken back.
        left, reason: when and why it was left; a reason that was inferred may be told later.
        inferred: nobody told that it was left: the contact was seen to have gone on.
        to: position in the walk of the visit that its transfer led to, else ``NONE``.
        entries: how often its queue was entered.
        taken_back: how many answers were taken back.
        disordered: its entry was told with a later instant than its answer.
    """

    __slots__ = (
        "answered",
        "begun",
        "choice",
        "disordered",
        "entered",
        "entries",
        "inferred",
        "laps",
        "left",
        "line",
        "number",
        "queued",
        "reason",
        "taken_back",
        "to",
        "transfer",
    )

    def __init__(self, line: int, begun: int) -> None:
        self.line = line
        self.begun = begun
        self.number = self.choice = self.transfer = NO_ROW
        self.entered = self.answered = self.left = self.to = NO_ROW
        self.reason = ""
        self.queued = self.inferred = self.disordered = False
        self.laps: tuple[tuple[int, int], ...] = ()
        self.entries = self.taken_back = 0


class Walk:
    """What the walk through a contact found, in the numbers of its events. It is shared by all
    contacts of its shape, and so nothing in it is ever changed.

    Attributes:
        visits: in the order in which the contact came to them.
        start: the first call-start, or ``NONE``.
        begun: the beginning of the contact: its start, else its first event.
        hangup: the hangup that ended the contact, or ``NONE``.
        hung_up: the reason of that hangup; None while there is none.
        position: where the contact was after its last event, before a hangup.
        order: all events in the order of the walk; behind the hangup those that do not count.
        after_hangup: how many those are.
        alone: there is nothing but hangups.
        plain: at every instant before, what was known then was the beginning of this walk: no
            visit went on, no answer was taken back, no entry is missing, nothing was told late.
    """

    __slots__ = (
        "after_hangup",
        "alone",
        "begun",
        "hangup",
        "hung_up",
        "order",
        "plain",
        "position",
        "start",
        "visits",
    )

    def __init__(
        self,
        visits: tuple[VisitRows, ...],
        *,
        start: int,
        hangup: int,
        hung_up: str | None,
        position: int,
        order: tuple[int, ...],
        after_hangup: int,
        alone: bool,
        plain: bool,
    ) -> None:
        self.visits = visits
        self.start = start
        self.begun = order[0] if start == NO_ROW else start
        self.hangup = hangup
        self.hung_up = hung_up
        self.position = position
        self.order = order
        self.after_hangup = after_hangup
        self.alone = alone
        self.plain = plain


class Step(NamedTuple):
    """One step of the walk, for those who want to follow it.

    Attributes:
        row: the number of the event.
        position: where the contact was when it came, one of ``POSITIONS``.
        at_line: number of an event that names the line where it was, or ``NONE``.
        did: what the event did, one after another, each one of ``DID``.
    """

    row: int
    position: str
    at_line: int
    did: tuple[str, ...]
