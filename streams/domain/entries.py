"""What a contact adds to the books, as entries that every tally can add and take back.

Per visit to its line, its vendor and the city; itself once to each line and vendor that it visited,
and to the city, because distinct contacts can't be added up over lines.

It is longer than a module should be, because every mark that a visit or contact makes in the books
is in one list.
"""

from typing import Final

from streams.domain import whole
from streams.domain.counts import BITS, COUNTED_CAUSES, FURTHER, FURTHER_PARTS, INDEX, ONE
from streams.domain.disposition import (
    ABANDONED,
    ANSWERED,
    CALLBACK,
    CHOSE_AGAIN,
    DISPOSITIONS,
    FORM,
    LEFT_BEFORE_QUEUE,
    OPEN,
    OVERFLOWED,
    SHORT_ABANDONED,
)
from streams.domain.instants import SECOND
from streams.domain.outcome import (
    MENU_ABANDONED,
    ORPHAN,
    OUTGOING,
    Outcome,
    Visit,
)
from streams.domain.sums import HUNG_UP, added, answered_in_queue
from streams.domain.tally import LINE, VENDOR, WHOLE_WAITS, Entry
from streams.domain.walked import NO_ROW

# Waits are kept by the second up to two minutes, where thresholds lie, by 5 s up to ten minutes
# and by the minute beyond: at most 336 buckets up to the four hours after which a call is lost.
_FINE, _COARSE = 120, 600


def wait_bucket(wait: int) -> int:
    """The upper bound, in whole seconds, of the bucket that a wait in us falls into.

    >>> wait_bucket(20_000_000), wait_bucket(20_000_001), wait_bucket(601_000_000)
    (20, 21, 660)
    """
    seconds = -(-wait // SECOND)
    if seconds <= _FINE:
        return seconds
    step = 5 if seconds <= _COARSE else 60
    return -(-seconds // step) * step


_I = INDEX
_CAUSE_INDEX: Final = {
    cause: tuple(INDEX[f"{part}_{cause}"] for part in ("queue", "service", "reach"))
    for cause in COUNTED_CAUSES
}
_FURTHER_INDEX: Final = tuple(
    tuple(INDEX[f"{part}_{n}"] for part in FURTHER_PARTS) for n in FURTHER
)
_OUT_OF_HOURS: Final = {
    INDEX[name.removeprefix("out_")]: INDEX[name]
    for name in INDEX
    if name.startswith("out_") and name.removeprefix("out_") in INDEX
}
"""What is counted once more, under a name of its own, when it is out of hours."""

_OF_NUISANCE: Final = (ABANDONED, SHORT_ABANDONED, LEFT_BEFORE_QUEUE)
"""Dispositions of which shares are made: those of nuisance calls are left out of them."""

_DISPOSITION_INDEX: Final = {name: INDEX[name] for name in (*DISPOSITIONS, OPEN)}


def entries(outcome: Outcome) -> list[Entry]:
    """Everything that a contact adds to the books: per visit to its line, its vendor and its wide
    scopes, of which the city is one, and itself once to each line and vendor that it visited and to
    the wide ones. What came by another channel than the telephone is in that one's scope alone."""
    contact = contact_pattern(outcome)
    of_whole = of_whole_contact(outcome, contact)
    visited = outcome.visits
    if not visited or outcome.outcome is OUTGOING:
        return of_whole
    wide, narrow = outcome.wide, not outcome.channel
    if len(visited) == 1:
        visit = visited[0]
        begun = visit.begun
        packed, bucket, wait, waiting = _of_visit(visit)
        booked = of_whole
        if narrow:
            once = packed + contact.once
            line, vendor = scopes(visit)
            booked.append((line, begun, once, bucket, wait, waiting))
            booked.append((vendor, begun, once, bucket, wait, waiting))
        for scope in wide:
            booked.append((scope, begun, packed, bucket, wait, waiting))
        return booked
    answered = _packed(_answered_marks(outcome))
    booked = of_whole
    known: set[str] = set()
    answered_at = {
        scope for visit in visited if visit.disposition is ANSWERED for scope in scopes(visit)
    }
    for visit in sorted(visited, key=by_beginning):
        packed, bucket, wait, waiting = _of_visit(visit)
        for scope in scopes(visit) if narrow else ():
            once = packed
            if scope not in known:
                known.add(scope)
                once += ONE["contacts"]
                if scope in answered_at:
                    once += answered
            booked.append((scope, visit.begun, once, bucket, wait, waiting))
        for scope in wide:
            booked.append((scope, visit.begun, packed, bucket, wait, waiting))
    return booked


def of_whole_contact(outcome: Outcome, contact: "ContactPattern") -> list[Entry]:
    """What the contact adds as a whole, where it began: in its wide scopes, and for the vendor of
    its first visit."""
    added, bucket = whole_amounts(outcome)
    begun = outcome.begun
    found: list[Entry] = [
        (scope, begun, contact.packed + added, bucket, -1, -1) for scope in outcome.wide
    ]
    if outcome.visits and contact.whole and not outcome.channel:
        vendor = scopes(outcome.visits[0])[1]
        found.append((vendor, begun, contact.whole + added, bucket, -1, -1))
    return found


def whole_amounts(outcome: Outcome) -> tuple[int, int]:
    """What a contact adds as a whole beside its pattern, packed, and the bucket of its whole wait;
    -1 where there is none."""
    added = whole.passed_counts(outcome)
    wait = outcome.whole_wait
    if wait is None or not whole.is_judged(outcome):
        return added, -1
    return added + wait * ONE["whole_wait_sum"], WHOLE_WAITS + wait_bucket(wait)


_scopes: dict[tuple[str, str], tuple[str, str]] = {}


def scopes(visit: Visit) -> tuple[str, str]:
    """The scopes of a visit's line and vendor."""
    return scopes_of(visit.line, visit.terms.vendor)


def scopes_of(line: str, vendor: str) -> tuple[str, str]:
    """The scopes of a line and a vendor; there are as many pairs as in the plan, so each is made
    once."""
    pair = line, vendor
    named = _scopes.get(pair)
    if named is None:
        named = _scopes[pair] = LINE + pair[0], VENDOR + pair[1]
    return named


_patterns: dict[tuple[int, ...], int] = {}


def _packed(marks: tuple[int, ...]) -> int:
    """One each of these counts, packed."""
    packed = _patterns.get(marks)
    if packed is None:
        packed = _patterns[marks] = sum(1 << BITS * index for index in marks)
    return packed


def by_beginning(visit: Visit) -> tuple[int, str, int]:
    """The order of a contact's visits in the books: a scope has the contact at the first of its
    own."""
    return visit.begun, visit.line, visit.nth


_APART: Final = (ORPHAN, OUTGOING)
"""Outcomes of what counts as nothing else: neither as a contact nor in any ratio."""


def _answered_marks(outcome: Outcome) -> tuple[int, ...]:
    """What an answered contact adds, once to each scope in which it was answered."""
    marks = [_I["contacts_answered"]]
    if not outcome.transferred:
        marks.append(_I["contacts_kept"])
    if not outcome.in_hours:
        marks += [_OUT_OF_HOURS[mark] for mark in marks]
    return tuple(marks)


class ContactPattern:
    """What contacts have in common that count alike. They come in a few dozen patterns.

    Attributes:
        packed: what each counts in the city, ``whole`` included.
        whole: what each counts in any other scope that it is of as a whole.
        waited: whether figures are of the whole wait of each that has one.
        once: what one with a single visit counts at its line and vendor besides the visit.
    """

    __slots__ = ("once", "packed", "waited", "whole")

    def __init__(self, outcome: Outcome) -> None:
        self.waited = whole.is_judged(outcome)
        self.whole = 0
        if outcome.outcome is not ORPHAN:
            self.whole = _packed(tuple(_I[name] for name in whole.marks(outcome)))
        self.packed = _packed(_city_marks(outcome)) + self.whole
        self.once = ONE["contacts"]
        if outcome.answered:
            self.once += _packed(_answered_marks(outcome))


_contact_patterns: dict[tuple[object, ...], ContactPattern] = {}


def contact_pattern(outcome: Outcome) -> ContactPattern:
    """The pattern of a contact; each is the same object each time."""
    key = (
        outcome.outcome,
        outcome.answered,
        outcome.transferred,
        outcome.reached,
        outcome.in_hours,
        outcome.became,
        outcome.whole_marks,
        outcome.whole_wait is None,
    )
    pattern = _contact_patterns.get(key)
    if pattern is None:
        pattern = _contact_patterns[key] = ContactPattern(outcome)
    return pattern


def _city_marks(outcome: Outcome) -> tuple[int, ...]:
    if outcome.outcome in _APART:
        # What is outgoing is counted as a whole.
        return () if outcome.outcome is OUTGOING else (_I[outcome.outcome],)
    marks = [_I["contacts"], _I[outcome.outcome]]
    if outcome.nuisance and outcome.outcome is MENU_ABANDONED:
        marks.append(_I["nuisance_in_menu"])
    if outcome.answered:
        marks += _answered_marks(outcome)
    if outcome.reached is not None:
        marks.append(_I["contacts_judged"])
        if outcome.reached:
            marks.append(_I["contacts_reached"])
    return tuple(marks)


class VisitPattern:
    """What visits have in common that count alike. They come in a few hundred patterns, and what
    each counts is made once: that took a third of the time of the books.

    Attributes:
        packed: what each counts.
        sums: the durations that each adds, and what a microsecond of it counts.
        durations, counted: the same as columns; what one visit counts comes first.
        in_buckets: whether its wait is counted in a bucket.
        no_wait: its wait is no figure's, for it is of a nuisance call.
    """

    __slots__ = ("counted", "durations", "in_buckets", "no_wait", "packed", "sums")

    def __init__(self, visit: Visit) -> None:
        self.packed = _packed(tuple(_marks(visit)))
        self.sums = added(visit)
        self.durations = tuple(duration for duration, _ in self.sums)
        self.counted = (self.packed, *(counted for _, counted in self.sums))
        self.in_buckets = answered_in_queue(visit)
        self.no_wait = visit.nuisance


_visit_patterns: dict[tuple[object, ...], VisitPattern] = {}


def amounts(visit: Visit) -> tuple[VisitPattern, int, int]:
    """A visit's pattern, the bucket of its answered wait and its ended wait; -1 where there is
    none."""
    pattern, wait = visit_pattern(visit), visit.wait
    if wait is None or pattern.no_wait:
        return pattern, -1, -1
    return pattern, wait_bucket(wait) if pattern.in_buckets else -1, wait


def visit_pattern(visit: Visit) -> VisitPattern:
    """The pattern of a visit; each is the same object each time."""
    terms, menu = visit.terms, visit.menu
    # Whatever a mark or a sum asks of a visit stands here, or is of the first such visit for all.
    key = (
        visit.disposition,
        visit.in_hours,
        visit.entered is None,
        visit.within,
        visit.reached,
        None if menu is None else menu < 0,
        visit.talk is None,
        visit.wait is None,
        terms.tier,
        visit.transferred_to,
        visit.found.transfer != NO_ROW,
        visit.in_time,
        visit.further,
        terms.contract.short_counts,
        visit.marks,
    )
    pattern = _visit_patterns.get(key)
    if pattern is None:
        pattern = _visit_patterns[key] = VisitPattern(visit)
    return pattern


def _of_visit(visit: Visit) -> tuple[int, int, int, int]:
    """A visit's packed counts, the bucket of its answered wait, its ended wait, its waiting."""
    pattern, bucket, wait = amounts(visit)
    packed = pattern.packed
    for duration, counted in pattern.sums:
        passed = duration(visit)
        if passed is not None and passed > 0:
            packed += passed * counted
    since = visit.waiting_since
    return packed, bucket, wait, -1 if since is None or visit.entered is None else since


def _marks(visit: Visit) -> list[int]:
    """The counts that a visit adds one to."""
    disposition = visit.disposition
    answered = disposition is ANSWERED
    marks = [_I["line_offered"], _DISPOSITION_INDEX[disposition]]
    if not visit.in_hours:
        marks.append(_I["out_of_hours"])
    if visit.nuisance:
        # In the books, and in nothing that is made of them.
        marks.append(_I["nuisance"])
        if disposition in _OF_NUISANCE:
            marks.append(_I[f"nuisance_{disposition}"])
        return marks
    if visit.entered is not None:
        marks.append(_I["queue_offered"])
        if visit.within is not None:
            marks.append(_I["service_offered"])
            if visit.left_within:
                marks.append(_I["left_within"])
            if answered:
                marks.append(_I["service_answered"])
                if visit.within:
                    marks.append(_I["answered_within"])
            elif disposition in HUNG_UP:
                marks.append(_I["service_abandoned"])
                if visit.within:
                    marks.append(_I["abandoned_within"])
        elif disposition is OVERFLOWED and visit.in_hours:
            marks.append(_I["overflow_left_out"])
        if disposition is SHORT_ABANDONED and not visit.terms.contract.short_counts:
            marks.append(_I["short_left_out"])
    if visit.reached is not None:
        marks.append(_I["reach_judged"])
        if visit.reached:
            marks.append(_I["reach_reached"])
    elif disposition is CALLBACK and visit.in_hours:
        marks.append(_I["reach_callbacks"])
    elif disposition is FORM and visit.in_hours:
        marks.append(_I["reach_forms"])
    elif disposition is CHOSE_AGAIN and visit.in_hours:
        marks.append(_I["reach_chose_again"])
    if visit.menu is not None:
        marks.append(_I["menu_count"] if visit.menu >= 0 else _I["menu_negative"])
    if visit.talk is not None:
        marks.append(_I["talk_count"])
    if disposition in _CAUSE_INDEX:
        queue, service, reach = _CAUSE_INDEX[disposition]
        if visit.entered is not None:
            marks.append(queue)
        if visit.within is not None:
            marks.append(service)
        if visit.reached is not None:
            marks.append(reach)
    if visit.further:
        _mark_further(visit, marks)
    if answered and visit.terms.tier == 1 and visit.transferred_to == 1:
        marks.append(_I["wrong_choices"])
    transferred = visit.by_transfer and disposition is not FORM
    if transferred and visit.terms.tier > 1 and visit.in_time is not None:
        marks.append(_I["second_line_offered"])
        if visit.in_time:
            marks.append(_I["second_line_within"])
    if visit.cut_off:
        marks.append(_I["cut_offs"])
    if not visit.in_hours:
        marks += [_OUT_OF_HOURS[mark] for mark in marks if mark in _OUT_OF_HOURS]
    return marks


def _mark_further(visit: Visit, marks: list[int]) -> None:
    """The service level at the contract's further thresholds."""
    levels = zip(visit.further, _FURTHER_INDEX, strict=False)
    for level, (within, (offered, answered, abandoned, left)) in enumerate(levels):
        if within is None:
            continue
        marks.append(offered)
        if visit.further_left_within(level):
            marks.append(left)
        if within:
            marks.append(answered if visit.answered is not None else abandoned)
