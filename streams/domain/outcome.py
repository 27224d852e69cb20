"""What a contact comes to, as it is read at an instant: its visits, and itself.

Values without rules: those are in ``judge`` and in the chapters that it asks.

It is longer than a module should be, because each of their attributes has its sentence.
"""

from typing import Final

from streams.domain.became import NUISANCE
from streams.domain.contact import Piece, Properties, properties
from streams.domain.plan import Terms
from streams.domain.walked import NO_ROW, VisitRows, Walk

NEVER: Final = 2**62
"""An instant after all others."""

WITH_VISIT: Final = "contacts_with_visit"
MENU_ABANDONED: Final = "abandoned_in_menu"
ENTRANCE_BLOCKED: Final = "entrance_blocked"
ENTRANCE_CLOSED: Final = "entrance_closed"
OPEN_IN_MENU: Final = "open_in_menu"
ORPHAN: Final = "orphans"
OUTGOING: Final = "outgoing"
TOO_MANY_EVENTS: Final = "too_many_events"


OF_CITY: Final[tuple[str, ...]] = ("city",)
"""The scopes of most contacts beside their lines and vendors."""

CUT_OFF_MARK: Final = 1
LEFT_MARK: Final = 2
NUISANCE_MARK: Final = 4
FURTHER_LEFT_MARK: Final = 8
"""Bits of ``Visit.marks``; each further threshold has one, from the last on."""

QUEUED_MARK: Final = 1
WITHIN_MARK: Final = 2
CLOSED_MARK: Final = 4
"""Bits of ``Outcome.whole_marks``."""


class Visit:
    """One stay of a contact at a line, as far as its events until now tell.

    Attributes:
        line: its id.
        number: the first visit number told of it, -1 if none was.
        nth: its place among the contact's visits at this line, from 1: with call id and line the
            visit's identity.
        terms: what the plan said of the line when the visit began.
        begun: its beginning; everything about the visit is booked here.
        in_hours: the contact was not out of hours.
        chosen: when it was chosen in the menu; None if it was not.
        entered: the queue entry; None when the visit never was queue-offered.
        answered, ended: instants, None while there are none.
        lost_at: without an ending by then it is lost.
        disposition: one of ``disposition.DISPOSITIONS`` or ``open``.
        reason: why it was left, ``""`` if it was not; told or inferred.
        wait: time in this line's queue until the answer or the end, in us; None while waiting or
            when lost without an end.
        waiting_since: of who waits now, when the time in the queue would have begun without a
            break; else None.
        entries: how often its queue was entered; all but the first are laps.
        taken_back: answers that were taken back.
        found: what the walk found of it, in the numbers of the contact's events.
        marks: what is true of few visits, in bits: that it left the queue within the threshold,
            neither answered nor hung up; the same of each further threshold; that it was cut off;
            that it is of a nuisance call, and so in no ratio.
        in_time: answered within the threshold, in hours or not; None while undecided.
        within: decided within the threshold; None while the service level is undecided, and for
            what stays out of it.
        further: the same at each of the contract's further thresholds.
        service_at, reach_at: the instants of the two decisions as the events known now have it,
            ``NEVER`` while undecided or out. ``decided`` has those that were made first.
        reached: True, False (overdue included), or None while undecided or out of it.
        menu, way, talk: from call-start to choice, from there to the queue, from the answer to the
            end, in us; None where they can't be told; the first two may be negative.
        by_transfer: a transfer brought the contact here.
        bounced: and the contact had been answered here before.
        transferred_to: tier of the line to which an answered visit was transferred, 0 for none.
        promised_until: of a callback, until when it must be kept; not set for others.
        changes_at: the next instant at which time alone changes something here.
    """

    __slots__ = (
        "answered",
        "begun",
        "bounced",
        "changes_at",
        "chosen",
        "disposition",
        "ended",
        "entered",
        "found",
        "further",
        "in_hours",
        "in_time",
        "line",
        "lost_at",
        "marks",
        "menu",
        "nth",
        "promised_until",
        "reach_at",
        "reached",
        "reason",
        "service_at",
        "started",
        "talk",
        "terms",
        "transferred_to",
        "wait",
        "waiting_since",
        "within",
    )

    found: VisitRows
    line: str
    nth: int
    terms: Terms
    begun: int
    in_hours: bool
    started: int | None
    chosen: int | None
    entered: int | None
    answered: int | None
    ended: int | None
    lost_at: int
    disposition: str
    reason: str
    wait: int | None
    menu: int | None
    talk: int | None
    waiting_since: int | None
    in_time: bool | None
    within: bool | None
    further: tuple[bool | None, ...]
    marks: int
    service_at: int
    reach_at: int
    reached: bool | None
    bounced: bool
    transferred_to: int
    promised_until: int
    changes_at: int

    @property
    def number(self) -> int:
        return self.found.number

    @property
    def entries(self) -> int:
        return self.found.entries

    @property
    def taken_back(self) -> int:
        return self.found.taken_back

    @property
    def by_transfer(self) -> bool:
        return self.found.transfer != NO_ROW

    @property
    def left_within(self) -> bool:
        """It left the queue within the threshold, neither answered nor hung up."""
        return bool(self.marks & LEFT_MARK)

    def further_left_within(self, level: int) -> bool:
        """The same of one of the contract's further thresholds."""
        return bool(self.marks & FURTHER_LEFT_MARK << level)

    @property
    def cut_off(self) -> bool:
        """The agent hung up as soon as they had answered (``judge.CUT_OFF_WITHIN``)."""
        return bool(self.marks & CUT_OFF_MARK)

    @property
    def nuisance(self) -> bool:
        """It is of a nuisance call, and in no ratio."""
        return bool(self.marks & NUISANCE_MARK)

    @property
    def way(self) -> int | None:
        if self.chosen is None or self.entered is None:
            return None
        return self.entered - self.chosen


class Outcome:
    """A contact as it is read at an instant.

    Attributes:
        visits: its visits, in the order in which it came to them.
        begun: where the contact itself is booked.
        started, caller: its call-start, and who called; None where that was not told.
        hung_up: the hangup; None while there is none.
        outcome: ``contacts_with_visit``, or what became of it in the menu or at the entrance;
            ``orphans``, ``outgoing`` and ``too_many_events`` are in no other figure.
        known: the events until now.
        properties: direction, channel, entrance, language and menu.
        wide: the scopes that have all its visits and itself: the city, with the entrance and the
            language of the plan; or the channel alone that is not the telephone.
        channel: that channel; empty: the telephone.
        in_hours: it counts for service level and reachability.
        answered: some visit was.
        transferred: some visit was left by transfer.
        reached: whether it counts as reached in the city's reachability; None while undecided, out
            of hours, or left out because a callback was accepted.
        became: what became of the person, one of ``became.OUTCOMES``.
        passed: how often it was transferred, sent back to where it had been answered, and sent
            round in a queue; empty where it never was.
        whole_wait: of a contact that is over and queued, all its time in queues together, in us;
            None where that can't be told.
        whole_marks: what is true of it as a whole, in bits: that it queued, and is over; that it
            was answered after no longer a wait than the city's threshold; that it is a dead end at
            a desk that was shut.
        conflicting, after_hangup, disordered: events that do not count or were told out of order.
        done_at: from this instant on nothing but late events can change the contact.
        changes_at: the next instant at which time alone changes something, else ``NEVER``.
        walk: the walk of the events until now.
    """

    __slots__ = (
        "_properties",
        "answered",
        "became",
        "begun",
        "caller",
        "changes_at",
        "channel",
        "disordered",
        "done_at",
        "hung_up",
        "in_hours",
        "known",
        "outcome",
        "passed",
        "reached",
        "started",
        "transferred",
        "visits",
        "walk",
        "whole_marks",
        "whole_wait",
        "wide",
    )

    def __init__(self, begun: int, known: Piece, walked: Walk | None) -> None:
        self.visits: list[Visit] = []
        self.begun = begun
        self.known = known
        self.walk = walked
        self.started: int | None = None
        self.caller: str | None = None
        self.hung_up: int | None = None
        self.outcome = WITH_VISIT
        self.in_hours = True
        self.answered = self.transferred = False
        self.reached: bool | None = None
        self.became = ""
        self.wide = OF_CITY
        self.channel = ""
        self.passed: tuple[int, ...] = ()
        self.whole_wait: int | None = None
        self.whole_marks = 0
        self.disordered = 0
        self.done_at = -NEVER
        self.changes_at = NEVER
        self._properties: Properties | None = None

    # Asked for when a contact is over, while it is read several times before: to find them each
    # time took a fifth of that.
    @property
    def properties(self) -> Properties:
        found = self._properties
        if found is None:
            known = self.known
            order = range(len(known.ats)) if self.walk is None else self.walk.order
            found = self._properties = properties(known.rows, order)
        return found

    @property
    def nuisance(self) -> bool:
        """It was hung up so soon, unanswered, that it is in no ratio."""
        return self.became is NUISANCE

    @property
    def queued(self) -> bool:
        """It queued somewhere, and is over."""
        return bool(self.whole_marks & QUEUED_MARK)

    @property
    def whole_within(self) -> bool:
        """It was answered after no longer a wait than the city's threshold."""
        return bool(self.whole_marks & WITHIN_MARK)

    @property
    def closed_meanwhile(self) -> bool:
        """It is a dead end at a desk that was shut."""
        return bool(self.whole_marks & CLOSED_MARK)

    @property
    def conflicting(self) -> int:
        return self.known.conflicting + self.properties.conflicting

    @property
    def after_hangup(self) -> int:
        return 0 if self.walk is None else self.walk.after_hangup
