"""Judging a contact by the plan, as of an instant: what its visits come to, and itself.

``judge`` is a pure function of the contact's events, the plan and ``now``. The walk says which
visits there are; the chapters ``disposition``, ``waits``, ``service_level`` and ``reachability``
say what each word means; here they are asked one after another.

A contact is out of hours when the first line that it came to was closed both at the contact's
beginning and at that visit's; one without a visit when every first line was closed. That holds for
all its visits: a desk that is shut when somebody is passed on to it has not been called out of
hours.

It is longer than a module should be, because a visit is judged once, and all that follows from it
is set here.
"""

from typing import Final

from streams.domain import reachability, wide
from streams.domain.became import NUISANCE
from streams.domain.contact import Piece, tells_properties
from streams.domain.disposition import ANSWERED, CALLBACK, FORM, OPEN, disposition
from streams.domain.instants import SECOND
from streams.domain.outcome import (
    CUT_OFF_MARK,
    ENTRANCE_BLOCKED,
    ENTRANCE_CLOSED,
    FURTHER_LEFT_MARK,
    LEFT_MARK,
    MENU_ABANDONED,
    NEVER,
    NUISANCE_MARK,
    OPEN_IN_MENU,
    ORPHAN,
    OUTGOING,
    TOO_MANY_EVENTS,
    Outcome,
    Visit,
)
from streams.domain.plan import Contract, Plan, Terms, open_time
from streams.domain.rows import (
    CALL_START,
    KIND_BITS,
    ROW_WIDTH,
    USUAL_FIELD,
    hung_up_by,
    told,
)
from streams.domain.service_level import missed_at, within
from streams.domain.waits import Lap, waited, waiting_since
from streams.domain.walk import line_named_by, walk
from streams.domain.walked import NO_ROW, TRANSFER, Walk
from streams.domain.whole import conclude, is_nuisance

CUT_OFF_WITHIN: Final = 10 * SECOND
"""Nobody is helped within ten seconds: an agent who hangs up so soon has cut the caller off."""

_AT_ENTRANCE: Final = {"busy": ENTRANCE_BLOCKED, "closed": ENTRANCE_CLOSED}


def judge(contact: Piece, plan: Plan, now: int) -> Outcome | None:
    """Reads a contact from its events at or before ``now``; None if there are none yet."""
    known: Piece | None = contact
    ahead = NEVER
    if contact.ats[-1] > now:
        known = contact.as_of(now)
        if known is None:
            return None
        ahead = contact.ats[len(known.ats)]
    assert known is not None
    if known.too_many:
        return _too_many(contact, known, plan)
    walked = walk(known)
    ats = known.ats
    outcome = Outcome(ats[walked.begun], known, walked)
    outcome.changes_at = ahead
    if walked.start != NO_ROW:
        outcome.started = outcome.begun
        outcome.caller = told(known.rows[ROW_WIDTH * walked.start + 4], USUAL_FIELD)
    if walked.hangup != NO_ROW:
        outcome.hung_up = ats[walked.hangup]
    told_besides = tells_properties(known.rows)
    if told_besides or plan.entries.entrances:
        wide.find(outcome, plan)
    if plan.nuisance and is_nuisance(walked, ats, plan):
        outcome.became = NUISANCE
    if walked.visits:
        _with_visits(known, walked, outcome, plan, now)
    else:
        _without_visit(walked, outcome, plan, now)
    if outcome.hung_up is not None:
        outcome.done_at = outcome.hung_up
    elif ats[-1] > outcome.done_at:
        outcome.done_at = ats[-1]
    conclude(outcome, known, plan, now)
    if told_besides and outcome.properties.outgoing:
        outcome.outcome = OUTGOING
        outcome.reached = None
    return outcome


def _with_visits(known: Piece, walked: Walk, outcome: Outcome, plan: Plan, now: int) -> None:
    undecided = unreached = False
    for found in walked.visits:
        visit = Visit()
        visit.found = found
        visit.line = line = line_named_by(known.rows, found.line)
        visit.begun = begun = known.ats[found.begun]
        # The plan may have changed since the event was accepted.
        terms = plan.terms(line, begun) or plan.last_terms(line, begun)
        if outcome.channel:
            terms = plan.by_channel(terms, outcome.channel, begun)
        visit.terms = terms
        if not outcome.visits:
            outcome.in_hours = _in_hours(known, walked, terms, outcome.begun, plan)
        outcome.visits.append(visit)
        _judge(visit, terms.contract, known.ats, outcome, walked.hung_up, now)
        if visit.answered is not None:
            if not terms.is_station:
                outcome.answered = True
            soon = visit.ended is not None and visit.ended - visit.answered <= CUT_OFF_WITHIN
            if soon and not visit.reason and _by_agent(known, walked):
                visit.marks |= CUT_OFF_MARK
        elif visit.reached is False:
            unreached = True
        elif visit.disposition is OPEN or visit.disposition is CALLBACK:
            undecided = True
        if visit.disposition is CALLBACK and visit.ended is not None:
            visit.promised_until = open_time.after(plan, line, visit.ended, terms.callback_within)
        if found.reason == TRANSFER and visit.reason:
            outcome.transferred = True
        if found.disordered:
            outcome.disordered += 1
        if visit.changes_at < outcome.changes_at:
            outcome.changes_at = visit.changes_at
        if visit.lost_at >= outcome.done_at:
            outcome.done_at = visit.lost_at + 1
    if len(outcome.visits) > 1:
        _look_at_others(outcome.visits, plan, known.ats)
    if outcome.in_hours and outcome.became is not NUISANCE:
        if outcome.answered:
            outcome.reached = True
        elif not undecided and unreached:
            outcome.reached = False


def _by_agent(known: Piece, walked: Walk) -> bool:
    code = known.rows[ROW_WIDTH * walked.hangup + 1]
    return walked.hangup != NO_ROW and hung_up_by(code) == "agent"


def _in_hours(known: Piece, walked: Walk, terms: Terms, begun: int, plan: Plan) -> bool:
    """Whether the first line that the contact came to was open then, or when the contact began. A
    station on the way is none, unless there was nothing else.

    Args:
        terms: of the first visit.
    """
    for found in walked.visits:
        if not terms.is_station:
            break
        line, at = line_named_by(known.rows, found.line), known.ats[found.begun]
        later = plan.last_terms(line, at)
        terms = terms if later.is_station else later
    return terms.open or is_open(plan, terms.line, begun)


def is_open(plan: Plan, line: str, at: int) -> bool:
    """Whether a line is there at an instant, and open."""
    terms = plan.terms(line, at)
    return terms is not None and terms.open


def _look_at_others(visits: list[Visit], plan: Plan, ats: list[int]) -> None:
    """What a visit has of those before and after it."""
    seen: dict[str, int] = {}
    answered: set[str] = set()
    for visit in visits:
        line, found = visit.line, visit.found
        visit.nth = seen[line] = seen.get(line, 0) + 1
        visit.bounced = visit.by_transfer and line in answered
        if visit.answered is None:
            continue
        answered.add(line)
        if found.reason == TRANSFER and found.to != NO_ROW and visits[found.to].line != line:
            target = plan.terms(visits[found.to].line, ats[found.left])
            visit.transferred_to = target.tier if target is not None else 0


def _judge(
    visit: Visit,
    contract: Contract,
    ats: list[int],
    outcome: Outcome,
    hung_up: str | None,
    now: int,
) -> None:
    """The visit's disposition, wait and decisions."""
    found = visit.found
    visit.nth = 1
    visit.bounced = False
    visit.transferred_to = 0
    visit.in_hours = outcome.in_hours
    visit.started = started = outcome.started
    visit.chosen = chosen = None if found.choice == NO_ROW else ats[found.choice]
    visit.menu = None if chosen is None or started is None else chosen - started
    entered: int | None = None
    if found.queued:
        entered = visit.begun if found.entered == NO_ROW else ats[found.entered]
    visit.entered = entered
    left = None if found.left == NO_ROW else ats[found.left]
    ended = outcome.hung_up if left is None else left
    visit.lost_at = lost_at = (visit.begun if entered is None else entered) + contract.lost_after
    visit.answered = answered = None if found.answered == NO_ROW else ats[found.answered]
    if answered is None and ended is not None and ended > lost_at:
        left = ended = None  # an ending after it was lost changes nothing
    visit.reason = found.reason if left is not None else ""

    laps: list[Lap] = []
    lap: int | None = None
    over = ended if answered is None else answered
    for since, until in found.laps:
        if until != NO_ROW:
            # By another machine's clock the caller may have gone on after the visit was over.
            until_at = ats[until]
            laps.append((ats[since], until_at if over is None or until_at < over else over))
        elif ended is not None:
            laps.append((ats[since], ended))
        else:
            lap = ats[since]
    has_ended = answered is not None or ended is not None
    visit.wait = wait = waited(laps) if has_ended and entered is not None else None
    form = entered is None and visit.terms.permanence == "none"
    hung_up = None if ended is None or left is not None else hung_up
    visit.disposition = how = disposition(
        found, contract, form, left is not None, hung_up, lost_at, wait, now
    )
    if how is FORM:
        ended = ats[found.transfer]
    visit.ended = ended
    visit.talk = None if answered is None or ended is None else max(0, ended - answered)
    visit.waiting_since = waiting_since(laps, lap) if how is OPEN and lap is not None else None
    visit.within = visit.reached = None
    visit.further = ()
    visit.marks = 0
    visit.service_at = visit.reach_at = NEVER
    visit.changes_at = NEVER
    decided = ended if answered is None else answered
    if how is OPEN:
        visit.changes_at = lost_at + 1
        visit.in_time = None
    else:
        visit.in_time = False
        if decided is None:
            decided = lost_at + 1
    if entered is not None:
        _decide_service(visit, contract, laps, lap, decided, outcome.begun, now)
    if outcome.in_hours and outcome.became is not NUISANCE:
        _decide_reach(visit, contract, decided, now)
    else:
        visit.within, visit.further, visit.service_at = None, (), NEVER
        if outcome.became is NUISANCE:
            visit.marks, visit.in_time, visit.menu = NUISANCE_MARK, None, None


def _decide_service(
    visit: Visit,
    contract: Contract,
    laps: list[Lap],
    lap: int | None,
    decided: int | None,
    started: int,
    now: int,
) -> None:
    how = visit.disposition
    missed = missed_at(contract, contract.threshold, laps, lap, decided, visit.begun, started)
    visit.within = within(contract, how, decided, missed, now)
    if missed is not None and missed <= now:
        # A miss that was decided of somebody waiting stands, whatever takes the visit out later.
        visit.service_at = missed
        visit.in_time = False
    elif visit.within is not None and decided is not None:
        visit.service_at = decided
        visit.in_time = how is ANSWERED
        if not visit.within:
            visit.marks = LEFT_MARK
    if missed is not None and now < missed < visit.changes_at:
        visit.changes_at = missed
    for level, threshold in enumerate(contract.further):
        missed = missed_at(contract, threshold, laps, lap, decided, visit.begun, started)
        decided_within = within(contract, how, decided, missed, now)
        visit.further += (decided_within,)
        if decided_within is False and (missed is None or missed > now):
            visit.marks |= FURTHER_LEFT_MARK << level
        if missed is not None and now < missed < visit.changes_at:
            visit.changes_at = missed


def _decide_reach(visit: Visit, contract: Contract, decided: int | None, now: int) -> None:
    overdue = reachability.overdue_at(contract, visit.begun)
    visit.reached = reachability.reached(contract, visit.disposition, overdue, now)
    at = reachability.decided_at(contract, visit.disposition, decided, overdue, now)
    if at is not None:
        visit.reach_at = at
    elif visit.disposition is OPEN and overdue < visit.changes_at:
        visit.changes_at = overdue


def _without_visit(walked: Walk, outcome: Outcome, plan: Plan, now: int) -> None:
    """A contact that never came to a line, or that is known by its hangup alone."""
    begun, hangup = outcome.begun, outcome.hung_up
    if walked.alone:
        outcome.outcome = ORPHAN
        return
    contract = plan.city_contract(begun)
    lost_at = begun + contract.lost_after
    outcome.in_hours = plan.first_line_open(begun)
    reached: bool | None = None
    if hangup is not None and hangup <= lost_at:
        outcome.outcome = _AT_ENTRANCE.get(walked.hung_up or "", MENU_ABANDONED)
        reached = False
    else:
        outcome.outcome = OPEN_IN_MENU
        outcome.done_at = lost_at + 1
        overdue = reachability.overdue_at(contract, begun)
        if now >= overdue:
            reached = False
            if now <= lost_at:
                outcome.changes_at = min(outcome.changes_at, lost_at + 1)
        else:
            outcome.changes_at = min(outcome.changes_at, overdue)
    outcome.reached = reached if outcome.in_hours and outcome.became is not NUISANCE else None


def _too_many(piece: Piece, known: Piece, plan: Plan) -> Outcome:
    """A contact of more events than are kept: it has no visits, is booked where it began, and
    nobody was reached."""
    codes = known.rows[1::ROW_WIDTH]
    starts = [
        at for at, code in zip(known.ats, codes, strict=True) if code & KIND_BITS == CALL_START
    ]
    outcome = Outcome(starts[0] if starts else known.ats[0], known, None)
    outcome.outcome = TOO_MANY_EVENTS
    outcome.done_at = piece.newest
    outcome.in_hours = plan.first_line_open(outcome.begun)
    outcome.reached = False if outcome.in_hours else None
    outcome.became = TOO_MANY_EVENTS
    wide.find(outcome, plan)
    return outcome
