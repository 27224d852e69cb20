"""What only the calls of one caller together tell: people of the day, first attempts, repeat
callers, callbacks kept and broken.

Contacts are partitioned by call, callers by their pseudonym, so these figures have a path of their
own: each contact hands on a ``Call``, and the owner of all calls of a caller books what follows.

A callback is in no ratio until it is *broken*: its time is over, and nobody has spoken to the
caller. Then it is what any other visit is that ended unanswered, where it was booked itself: one
more that is judged for reachability, and by the threshold that it was accepted within.

It is longer than a module should be, because all that follows from one caller's calls is found in
one pass over them.
"""

from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable, Iterator
from functools import cache
from typing import Final, NamedTuple

from streams.domain.counts import FURTHER, ONE
from streams.domain.disposition import CALLBACK, OPEN
from streams.domain.entries import scopes
from streams.domain.instants import DAY, HOUR
from streams.domain.outcome import NEVER, ORPHAN, OUTGOING, TOO_MANY_EVENTS, Outcome, Visit
from streams.domain.tally import LINE, VENDOR, Entry

REPEAT_WITHIN: Final = DAY
"""How long before a contact its caller may have called in vain for it to be a repeat call, and not
at all for it to be a first attempt."""

LOOKS_BACK: Final = DAY + HOUR
"""How long before a contact another one may matter: to the beginning of its day, which has 25 hours
in autumn."""

REACHED_AT: Final = {2: "reached_at_second", 3: "reached_at_third"}
"""By the try of the day at which a person was reached, what counts them besides; the first try is
that of all others who were reached."""

REACHED_LATER: Final = "reached_at_later"


class Answer(NamedTuple):
    """When the caller spoke to somebody, at which line, and of which tier that is."""

    at: int
    line: str
    tier: int


class Callback(NamedTuple):
    """A callback that the caller accepted: when and where, until when it must be kept, and the
    counts that it adds one to if it is broken."""

    accepted: int
    until: int
    line: str
    tier: int
    bookings: tuple[tuple[str, int], ...]
    if_broken: tuple[str, ...] = ()


class Call(NamedTuple):
    """What a contact tells of its caller.

    ``bookings`` are the scopes and instants where the contact itself is booked: none of an outgoing
    one, which is no call of theirs. ``answers`` are in the order of time. A contact that the city's
    reachability leaves out for nothing but its callbacks is ``left_out``.
    """

    caller: str
    begun: int
    call_id: str
    answers: tuple[Answer, ...]
    bookings: tuple[tuple[str, int], ...]
    callbacks: tuple[Callback, ...]
    outgoing: bool = False
    left_out: bool = False

    @property
    def contact(self) -> str:
        """The contact's identity: an id may be used again, so its beginning is part of it."""
        return f"{self.call_id}@{self.begun}"


def call(call_id: str, outcome: Outcome) -> Call | None:
    """The contact as its caller's history knows it; None when its caller is not known, when it
    counts as nothing or is a nuisance, and of another channel than the telephone."""
    caller = outcome.caller
    if caller is None or outcome.channel or outcome.nuisance:
        return None
    if outcome.outcome in (ORPHAN, TOO_MANY_EVENTS):
        return None
    visited = outcome.visits
    begun = outcome.begun
    if outcome.outcome is OUTGOING:
        return Call(caller, begun, call_id, _answers(visited), (), (), True)
    if len(visited) == 1 and visited[0].disposition is not CALLBACK:
        visit = visited[0]
        line, vendor = scopes(visit)
        booked = (*_wide(outcome), (line, visit.begun), (vendor, visit.begun))
        return Call(caller, begun, call_id, _answers(visited), booked, ())
    bookings = dict(_wide(outcome))
    callbacks = []
    for visit in visited:
        places = scopes(visit)
        for scope in places:
            bookings[scope] = min(visit.begun, bookings.get(scope, visit.begun))
        if visit.disposition is CALLBACK:
            assert visit.ended is not None
            callbacks.append(
                Callback(
                    visit.ended,
                    visit.promised_until,
                    visit.line,
                    visit.terms.tier,
                    tuple((scope, visit.begun) for scope in (*places, *outcome.wide)),
                    tuple(_if_broken(visit)) if visit.in_hours else (),
                )
            )
    open_ones = any(visit.disposition is OPEN for visit in visited)
    return Call(
        caller,
        begun,
        call_id,
        _answers(visited),
        tuple(sorted(bookings.items())),
        tuple(sorted(callbacks)),
        left_out=outcome.in_hours and outcome.reached is None and not open_ones,
    )


def _wide(outcome: Outcome) -> tuple[tuple[str, int], ...]:
    return tuple([(scope, outcome.begun) for scope in outcome.wide])


def _if_broken(visit: Visit) -> Iterator[str]:
    """The counts of a callback in hours that it adds one to when it is broken: those that leave it
    out until then. It has left the queue within every threshold that it was not too late for."""
    if visit.reached is None:
        yield from ("callbacks_broken", "reach_judged")
    if visit.entered is None:
        return
    for within, level in zip((visit.within, *visit.further), ("", *FURTHER), strict=False):
        if within is None:
            ending = f"_{level}" if level else ""
            yield from (f"service_offered{ending}", f"left_within{ending}")


def _answers(visits: list[Visit]) -> tuple[Answer, ...]:
    found = [
        Answer(visit.answered, visit.line, visit.terms.tier)
        for visit in visits
        if visit.answered is not None and not visit.terms.is_station
    ]
    return tuple(found) if len(found) < 2 else tuple(sorted(found))


def matter(calls: Collection[Call]) -> bool:
    """Whether anything may follow from all calls of one caller for a line: nothing does from one
    alone, unless a callback was accepted in it. Of the person there is always something to say."""
    return len(calls) > 1 or any(each.callbacks for each in calls)


def utc_day(at: int) -> int:
    """The midnight before an instant where there is no plan that says which zone is meant."""
    return at - at % DAY


def entries(calls: Iterable[Call], now: int, day_of: Callable[[int], int] = utc_day) -> list[Entry]:
    """What all known calls of one caller add to the books as of an instant.

    Args:
        day_of: the local midnight at or before an instant (``Plan.day_of``).

    A *person* counts once a day in each scope, and once more where they were first reached that
    day, with the try at which that was; a contact before which the caller had not called for 24 h
    is a *first attempt*. So neither depends on what is still to come. A contact is a *repeat* when
    the same caller called in vain up to 24 h before it. A callback is *kept* when another contact
    of the same caller, incoming or outgoing, was answered after it, in time, on that line or tier,
    and *broken* when its time is over and it was not. *Attempts* are those in which the city
    dialled meanwhile and nobody was reached.
    """
    ordered = sorted(calls, key=lambda each: (each.begun, each.call_id))
    repeat = ONE["repeat_callers"]
    booked: list[Entry] = []
    in_vain: int | None = None  # beginning of the latest unanswered call before this one
    pending: int | None = None  # the same, of calls that began at this very instant
    previous: int | None = None
    histories: Answered | None = None
    people = _People(day_of)
    for each in ordered:
        if each.outgoing:
            continue
        if each.begun != previous:
            in_vain = pending if pending is not None else in_vain
            pending, previous = None, each.begun
        booked += people.entries(each)
        if in_vain is not None and each.begun - in_vain <= REPEAT_WITHIN:
            booked += [(scope, at, repeat, -1, -1, -1) for scope, at in each.bookings]
        if not each.answers:
            pending = each.begun
        if each.callbacks:
            histories = histories or Answered(ordered)
            booked += _of_callbacks(each, histories, now)
    return booked


class _People:
    """What the contacts of one caller count as those of a person, in the order of time."""

    def __init__(self, day_of: Callable[[int], int]) -> None:
        self._day_of = day_of
        self._last: int | None = None  # beginning of the latest contact before the one that comes
        self._this: int | None = None
        self._since: dict[tuple[str, int], int] = {}
        self._tries: dict[tuple[str, int], int] = {}
        self._reached: set[tuple[str, int]] = set()

    def entries(self, call: Call) -> Iterator[Entry]:
        """What the next one adds, in each scope that it is of as a whole."""
        begun = call.begun
        if begun != self._this:
            self._last, self._this = self._this, begun
        first = self._last is None or begun - self._last > REPEAT_WITHIN
        day = self._day_of(begun)
        for scope in of_whole(call.bookings):
            of_day = scope, day
            since = self._since.setdefault(of_day, begun)
            tries = self._tries[of_day] = self._tries.get(of_day, 0) + 1
            not_reached = of_day not in self._reached
            counted = person_counts(first, bool(call.answers), tries == 1, not_reached)
            if call.answers and not_reached:
                self._reached.add(of_day)
                if tries > 1:
                    counted += ONE[REACHED_AT.get(tries, REACHED_LATER)]
                counted += max(0, call.answers[0].at - since) * ONE["until_reached_sum"]
            yield scope, begun, counted, -1, -1, -1


def of_whole(bookings: Iterable[tuple[str, int]]) -> tuple[str, ...]:
    """The scopes that a contact with these bookings is of as a whole: its wide ones and the vendor
    of its first visit."""
    wide = []
    vendor: tuple[int, str] | None = None
    for scope, at in bookings:
        if scope.startswith(VENDOR):
            vendor = (at, scope) if vendor is None else min(vendor, (at, scope))
        elif not scope.startswith(LINE):
            wide.append(scope)
    return tuple(wide) if vendor is None else (*wide, vendor[1])


class Alone:
    """What callers of whom one call is known, without a callback, add to the books. Nearly all are
    such, and they count in a few dozen ways: so they are counted first, and booked together."""

    def __init__(self) -> None:
        self._counted: dict[tuple[tuple[str, ...], int, bool], list[int]] = {}

    def add(self, scopes: tuple[str, ...], begun: int, answered: int | None, at: int) -> None:
        """Counts a call.

        Args:
            scopes: that it is of as a whole (``of_whole``).
            begun: as of a ``Call``; ``answered`` is the instant of its first answer.
            at: where it is booked.
        """
        key = scopes, at, answered is not None
        counted = self._counted.get(key)
        if counted is None:
            counted = self._counted[key] = [0, 0]
        counted[0] += 1
        if answered is not None and answered > begun:
            counted[1] += answered - begun

    def entries(self) -> Iterator[Entry]:
        """What all of them add, once for each scope and instant."""
        summed: dict[tuple[str, int], list[int]] = {}
        for (wide, at, answered), (count, until) in self._counted.items():
            for scope in wide:
                known = summed.get((scope, at))
                if known is None:
                    known = summed[scope, at] = [0, 0, 0]
                known[answered] += count
                known[2] += until
        in_vain, reached = (person_counts(True, answered, True, True) for answered in (False, True))
        for (scope, at), (unanswered, answered_ones, until) in summed.items():
            packed = unanswered * in_vain + answered_ones * reached
            yield scope, at, packed + until * ONE["until_reached_sum"], -1, -1, -1


@cache
def person_counts(first: bool, answered: bool, new: bool, not_reached: bool) -> int:
    """What a contact counts, packed: of one whose caller had not called before, was answered, had
    not called that day, and had not been reached that day."""
    names = ["contacts_with_caller"]
    if first:
        names += ["first_attempts", "first_attempts_reached"] if answered else ["first_attempts"]
    if new:
        names.append("persons")
    if answered and not_reached:
        names.append("persons_reached")
    return sum(ONE[name] for name in names)


class Answered:
    """The answers of one caller by line and by tier, and when nobody was reached: a crowd of some
    hundred thousand calls under one pseudonym is looked through once, not once per callback."""

    def __init__(self, ordered: Iterable[Call]) -> None:
        self._answers: dict[str | int, list[tuple[int, str]]] = {}
        self._attempts: list[int] = []
        for each in ordered:
            for answer in each.answers:
                for where in (answer.line, answer.tier):
                    self._answers.setdefault(where, []).append((answer.at, each.contact))
            if each.outgoing and not each.answers:
                self._attempts.append(each.begun)
        for answers in self._answers.values():
            answers.sort()

    def first_after(self, at: int, where: str | int, contact: str) -> int:
        """When another contact was answered first on a line or tier after an instant."""
        answers = self._answers.get(where, [])
        for place in range(bisect_right(answers, (at, "\U0010ffff")), len(answers)):
            answered, of = answers[place]
            if of != contact:
                return answered
        return NEVER

    def first(self, of: Callback, contact: str) -> int:
        """When another contact was answered first that keeps a callback, in time or not."""
        return min(self.first_after(of.accepted, where, contact) for where in (of.line, of.tier))

    def attempts(self, after: int, until: int) -> int:
        """How often the city dialled and reached nobody."""
        return bisect_right(self._attempts, until) - bisect_right(self._attempts, after)


def _of_callbacks(of: Call, answered: Answered, now: int) -> Iterator[Entry]:
    """What becomes of a contact's callbacks."""
    left_out = set()
    for callback in of.callbacks:
        first = answered.first(callback, of.contact)
        kept = _is_kept(callback, first, now)
        attempts = answered.attempts(callback.accepted, min(callback.until, first))
        counted = attempts * ONE["callback_attempts"]
        if kept:
            counted += ONE["callbacks_kept"]
        elif kept is False:
            counted += sum(ONE[name] for name in callback.if_broken)
        if counted:
            for scope, at in callback.bookings:
                yield scope, at, counted, -1, -1, -1
        if "callbacks_broken" in callback.if_broken:
            left_out.add(kept)
    if of.left_out and left_out == {False}:
        for scope, at in of.bookings:
            if not scope.startswith((LINE, VENDOR)):
                yield scope, at, ONE["contacts_judged"], -1, -1, -1


def _is_kept(callback: Callback, first: int, now: int) -> bool | None:
    """Whether a callback was kept in time; None while it still can be."""
    if first <= callback.until:
        return True
    return False if now > callback.until else None


def callbacks(calls: Iterable[Call], now: int) -> Iterator[tuple[Call, Callback, bool | None]]:
    """Every callback of one caller, with the call in which it was accepted, and whether it was kept
    in time; None while it still can be."""
    for each, callback, first in firsts(calls):
        yield each, callback, _is_kept(callback, first, now)


def firsts(calls: Iterable[Call]) -> Iterator[tuple[Call, Callback, int]]:
    """Every callback of one caller, with its call, and when somebody spoke to the caller first."""
    ordered = list(calls)
    if not any(each.callbacks for each in ordered):
        return
    answered = Answered(ordered)
    for each in ordered:
        for callback in each.callbacks:
            yield each, callback, answered.first(callback, each.contact)
