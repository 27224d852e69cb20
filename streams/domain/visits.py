"""What a contact's facts mean at an instant: its visits, their dispositions and decisions.

``resolve`` is a pure function of facts, plan and ``now``. It is read again whenever the facts or
the time change, so everything about lateness and order has been settled before it: here is only
the definition of each word.

Over 300 lines: half of them define what a visit and a reading are, the rest decides it.
"""

from typing import Final

from streams.domain.journey import Contact
from streams.domain.plan import Plan, Terms
from streams.domain.visit_facts import VisitFacts, facts_of_visits

ANSWERED: Final = "answered"
FORM: Final = "form"
OVERFLOWED: Final = "overflowed"
CALLBACK: Final = "callback"
CLOSED: Final = "closed"
BLOCKED: Final = "blocked"
LOST: Final = "lost"
SHORT_ABANDONED: Final = "short_abandoned"
ABANDONED: Final = "abandoned"
LEFT_BEFORE_QUEUE: Final = "left_before_queue"
OPEN: Final = "open"

DISPOSITIONS: Final = (
    ANSWERED,
    FORM,
    OVERFLOWED,
    CALLBACK,
    CLOSED,
    BLOCKED,
    LOST,
    SHORT_ABANDONED,
    ABANDONED,
    LEFT_BEFORE_QUEUE,
)
"""Every way in which a visit ends; ``open`` is none of these yet."""

_OF_LEFT: Final = {
    "transfer": OVERFLOWED,
    "overflow": OVERFLOWED,
    "timeout": OVERFLOWED,
    "exit_key": OVERFLOWED,
    "voicemail": OVERFLOWED,
    "callback": CALLBACK,
    "closed": CLOSED,
    "full": BLOCKED,
}
_OF_HANGUP: Final = {"closed": CLOSED, "busy": BLOCKED, "error": LOST}

MENU_ABANDONED: Final = "abandoned_in_menu"
ENTRANCE_BLOCKED: Final = "entrance_blocked"
ENTRANCE_CLOSED: Final = "entrance_closed"
OPEN_IN_MENU: Final = "open_in_menu"
WITH_VISIT: Final = "contacts_with_visit"
ORPHAN: Final = "orphans"

NEVER: Final = 2**62
"""An instant after all others."""


class Visit:
    """One stay of a contact at a line, as far as the facts until now tell.

    Attributes:
        line, number: with the call id, the visit's identity.
        terms: what the plan said of the line when the visit began.
        begun: its menu choice, else the transfer to it, else its earliest queue fact; everything
            about the visit is booked here.
        entered: the queue entry; None when the visit never was queue-offered.
        answered, ended: instants, None while there are none.
        disposition: one of ``DISPOSITIONS`` or ``open``.
        wait: queue entry to answer or end, in us; None while waiting or when lost without an end.
        in_time: answered within the threshold, in hours or not; None while undecided.
        within: decided within the threshold; None while the service level is undecided, and for
            what stays out of it.
        further: the same at each of the contract's further thresholds.
        service_at, reach_at: the instants of the two decisions, ``NEVER`` while undecided or out.
            Who is answered after ``reach_at`` had been overdue then. A miss that was decided of
            somebody waiting stands, though their leaving takes the visit out of the figure.
        reached: True, False (overdue included), or None while undecided or out of it.
        menu, talk: durations in us, None where they can't be told; ``menu`` may be negative.
        by_transfer: a transfer brought the contact here.
        transferred_to: tier of the line to which an answered visit was transferred, 0 for none.
        changes_at: the next instant at which time alone changes something here.
    """

    __slots__ = (
        "answered",
        "begun",
        "by_transfer",
        "changes_at",
        "disposition",
        "ended",
        "entered",
        "further",
        "in_time",
        "line",
        "menu",
        "number",
        "reach_at",
        "reached",
        "service_at",
        "talk",
        "terms",
        "transferred_to",
        "wait",
        "within",
    )

    line: str
    number: int
    terms: Terms
    begun: int
    entered: int | None
    answered: int | None
    ended: int | None
    disposition: str
    wait: int | None
    in_time: bool | None
    within: bool | None
    further: tuple[bool | None, ...]
    service_at: int
    reach_at: int
    reached: bool | None
    menu: int | None
    talk: int | None
    by_transfer: bool
    transferred_to: int
    changes_at: int


class Reading:
    """A contact's visits and what it is to the city.

    Attributes:
        begun: where the contact is booked: its start, else the beginning of its first visit.
        outcome: ``contacts_with_visit``, one of the four of a contact without a visit, or
            ``orphans`` for a hangup that nothing else is known of.
        answered: some visit was answered.
        transferred: some visit was left by a transfer.
        reached: True, False, or None for the city's reachability: while undecided, out of hours,
            or left out because a callback was accepted.
        done_at: from this instant on nothing but late facts can change the contact; ``NEVER``
            is not used: every contact is over by the time-out for lost calls.
        changes_at: the next instant at which time alone changes something, else ``NEVER``.
    """

    __slots__ = (
        "answered",
        "begun",
        "changes_at",
        "done_at",
        "outcome",
        "reached",
        "transferred",
        "visits",
    )

    def __init__(self) -> None:
        self.visits: list[Visit] = []
        self.begun = 0
        self.outcome = WITH_VISIT
        self.answered = False
        self.transferred = False
        self.reached: bool | None = None
        self.done_at = 0
        self.changes_at = NEVER


def resolve(contact: Contact, plan: Plan, now: int) -> Reading | None:
    """Reads a contact from its facts at or before ``now``; None if there are none yet."""
    seen = contact if contact.newest <= now else contact.until(now)
    places = facts_of_visits(seen)
    reading = Reading()
    if contact.newest > now:
        reading.changes_at = min((at for at in contact.instants() if at > now), default=NEVER)
    if not places:
        return _without_visit(seen, plan, now, reading)

    started = seen.started
    undecided = unreached = False
    for place in places:
        visit = _judge(place, seen, plan, now)
        reading.visits.append(visit)
        if visit.disposition is ANSWERED:
            reading.answered = True
        stay = place.stay
        if stay is not None and stay.reason == "transfer":
            reading.transferred = True
        if visit.terms.open:
            if visit.reached is False:
                unreached = True
            elif visit.disposition is OPEN or visit.disposition is CALLBACK:
                undecided = True
        if visit.changes_at < reading.changes_at:
            reading.changes_at = visit.changes_at
        lost_at = visit.begun if visit.entered is None else visit.entered
        lost_at += visit.terms.contract.lost_after
        if lost_at >= reading.done_at:
            reading.done_at = lost_at + 1
    if started is not None:
        reading.begun = started
    else:
        reading.begun = min(visit.begun for visit in reading.visits)
    if seen.hungup is not None:
        reading.done_at = seen.hungup
    if any(visit.terms.open for visit in reading.visits):
        if reading.answered:
            reading.reached = True
        elif not undecided and unreached:
            reading.reached = False
    return reading


def _judge(place: VisitFacts, contact: Contact, plan: Plan, now: int) -> Visit:
    """The visit's disposition, wait and decisions by the first rule that applies."""
    visit = Visit()
    visit.line, visit.number = place.line, place.number
    stay = place.stay
    visit.by_transfer = place.transfer is not None
    if place.choice is not None:
        begun = place.choice
    elif place.transfer is not None:
        begun = place.transfer
    else:
        assert stay is not None
        begun = min(at for at in (stay.first, stay.answered, stay.left) if at is not None)
    visit.begun = begun
    terms = plan.terms(place.line, begun)
    if terms is None:  # the plan has changed since the event was accepted
        terms = plan.nearest_terms(place.line, begun)
    visit.terms = terms
    contract = terms.contract

    # A queue fact makes the visit queue-offered whatever the clocks say.
    if stay is None:
        entered = left = None
        since = begun
    else:
        since = entered = begun if stay.first is None else stay.first
        left = stay.left
        if (
            left is not None
            and stay.last is not None
            and not (left > stay.last or (left == stay.last and stay.first == stay.last))
        ):
            left = None  # re-entered since: the same visit goes on
    lost_at = since + contract.lost_after
    if left is not None and left > lost_at:
        left = None
    hungup = contact.hungup
    if hungup is not None and hungup > lost_at:
        hungup = None

    visit.entered = entered
    visit.answered = answered = stay.answered if stay is not None else None
    visit.talk = visit.wait = None
    visit.transferred_to = 0
    ended: int | None = None
    if answered is not None:
        assert stay is not None
        disposition = ANSWERED
        ended = hungup if left is None else left
        visit.wait = max(0, answered - since)
        if ended is not None:
            visit.talk = max(0, ended - answered)
        to_line = stay.to_line
        if left is not None and stay.reason == "transfer" and to_line not in (None, place.line):
            assert to_line is not None
            target = plan.terms(to_line, left)
            visit.transferred_to = target.tier if target is not None else 0
    elif _form_stands_for(place, plan):
        disposition = FORM
        ended = place.transfer
    elif left is not None:
        assert stay is not None and stay.reason is not None
        disposition = _OF_LEFT[stay.reason]
        ended = left
    elif hungup is not None:
        ended = hungup
        disposition = _OF_HANGUP.get(contact.hangup_reason or "normal", "")
        if not disposition:
            if entered is None:
                disposition = LEFT_BEFORE_QUEUE
            elif max(0, hungup - entered) <= contract.short_limit:
                disposition = SHORT_ABANDONED
            else:
                disposition = ABANDONED
    elif now > lost_at:
        disposition = LOST
    else:
        disposition = OPEN
    if ended is not None and entered is not None and answered is None:
        visit.wait = max(0, ended - entered)
    visit.ended = ended
    visit.disposition = disposition

    started = contact.started
    visit.menu = None if place.choice is None or started is None else place.choice - started

    visit.within = visit.reached = None
    visit.further = ()
    visit.service_at = visit.reach_at = visit.changes_at = NEVER
    if disposition is OPEN:
        visit.changes_at = lost_at + 1
    visit.in_time = None if disposition is OPEN else False
    if entered is not None:
        _decide_service(visit, _clock_start(visit, entered, started), now)
    if terms.open:
        _decide_reach(visit, now)
    else:
        visit.within, visit.further, visit.service_at = None, (), NEVER
    return visit


def _form_stands_for(place: VisitFacts, plan: Plan) -> bool:
    """Whether the contact was transferred to a line that took no transfers then, and never queued
    there: the first line sends a form, and who hangs up after that gave up on nobody."""
    at = place.transfer
    if at is None or place.stay is not None:
        return False
    terms = plan.terms(place.line, at) or plan.nearest_terms(place.line, at)
    return terms.permanence == "none"


def _clock_start(visit: Visit, entered: int, started: int | None) -> int:
    """Where the contract's clock starts to run against the threshold."""
    clock = visit.terms.contract.clock
    if clock == "choice":
        return visit.begun
    if clock == "start" and started is not None:
        return started
    return entered


def _decide_service(visit: Visit, counting: int, now: int) -> None:
    """When and how the visit's service level is decided.

    At the earliest of answered, left, abandoned, and the threshold passed: with ``<=`` a miss
    begins just after it, with ``<`` at it. Only a callback accepted in time, and short abandons
    where the contract excludes them, stay out.
    """
    contract = visit.terms.contract
    disposition = visit.disposition
    decided = visit.answered if visit.answered is not None else visit.ended
    deadline = counting + contract.threshold + contract.inclusive
    if disposition is SHORT_ABANDONED and not contract.short_counts:
        if decided is not None and decided >= deadline:
            visit.service_at = deadline
        return
    visit.within = _within(visit, decided, deadline, now)
    if decided is None or decided >= deadline:
        if visit.within is False:
            visit.service_at = deadline
            visit.in_time = False
    elif visit.within is not None:
        visit.service_at = decided
        visit.in_time = disposition is ANSWERED
    if contract.further:
        visit.further = tuple(
            _within(visit, decided, counting + threshold + contract.inclusive, now)
            for threshold in contract.further
        )


def _within(visit: Visit, decided: int | None, deadline: int, now: int) -> bool | None:
    """Whether the visit was decided within a threshold that passes at ``deadline``; None while that
    is open, and for a callback accepted in time."""
    if decided is None or decided >= deadline:
        if now >= deadline:
            return False
        if visit.disposition is OPEN:
            visit.changes_at = min(visit.changes_at, deadline)
        return None
    if visit.disposition is CALLBACK:
        return None
    return visit.disposition in (ANSWERED, ABANDONED, SHORT_ABANDONED)


def _decide_reach(visit: Visit, now: int) -> None:
    """When and how it is decided whether the caller was reached.

    Reached when answered, however late; not reached when ended unanswered; overdue, and not
    reached meanwhile, when unanswered ``reach_limit`` after the beginning. A form is left out.
    """
    if visit.disposition is FORM:
        return
    contract = visit.terms.contract
    overdue = visit.begun + contract.reach_limit
    if visit.answered is not None:
        visit.reached, visit.reach_at = True, min(visit.answered, overdue)
        return
    if visit.disposition is CALLBACK and not contract.callbacks_not_reached:
        if visit.ended is not None and visit.ended > overdue:
            visit.reach_at = overdue
        return
    if visit.disposition is OPEN:
        if now >= overdue:
            visit.reached, visit.reach_at = False, overdue
        else:
            visit.changes_at = min(visit.changes_at, overdue)
        return
    ended = visit.ended
    visit.reached = False
    visit.reach_at = overdue if ended is None else min(ended, overdue)


def _without_visit(contact: Contact, plan: Plan, now: int, reading: Reading) -> Reading | None:
    """A contact that never came to a line, or of which only a hangup is known."""
    started, hungup = contact.started, contact.hungup
    if started is None:
        if hungup is None:
            return None
        reading.outcome = ORPHAN
        reading.begun = reading.done_at = hungup
        return reading
    contract = plan.entrance
    reading.begun = started
    lost_at = started + contract.lost_after
    if hungup is not None and hungup <= lost_at:
        reading.outcome = {"busy": ENTRANCE_BLOCKED, "closed": ENTRANCE_CLOSED}.get(
            contact.hangup_reason or "normal", MENU_ABANDONED
        )
        reading.done_at = hungup
        reading.reached = False
        return reading
    reading.outcome = OPEN_IN_MENU
    reading.done_at = lost_at + 1
    overdue = started + contract.reach_limit
    if now >= overdue:
        reading.reached = False
        if now <= lost_at:
            reading.changes_at = min(reading.changes_at, lost_at + 1)
    else:
        reading.changes_at = min(reading.changes_at, overdue)
    return reading
