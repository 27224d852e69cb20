"""Contacts that are judged alike: one of them is judged, the others are looked up.

Nearly all contacts are of a few shapes: somebody calls, chooses a line, waits, talks, and the call
is over. Two of one shape, at lines of one contract, come to the same but for how long it took, as
long as their instants answer alike whatever is asked of them. So the first of them is judged on
traced instants (``traced``), by ``judge`` as any other, and what it counts is remembered with the
questions that were asked.

Such contacts are over, came to one line, are telephone calls of somebody who dialled the city, and
heard no announcement to its end. All others are none of this
module's: it knows nothing of them. Judging and booking a contact took three times as long.

It is longer than a module should be, because what contacts must have in common is read beside how
that is found.
"""

from dataclasses import replace
from typing import Any, Final, Literal, cast

from streams.domain import caller_history as callers
from streams.domain import traced, wide
from streams.domain.caller_history import Answer, Call
from streams.domain.contact import Piece, properties_told
from streams.domain.disposition import CHOSE_AGAIN
from streams.domain.entries import contact_pattern, scopes_of, visit_pattern
from streams.domain.judge import is_open, judge
from streams.domain.outcome import OF_CITY, Outcome
from streams.domain.plan import Plan, Terms
from streams.domain.plan.model import PHONE
from streams.domain.rows import (
    CALL_START,
    DIRECTION_FIELD,
    INFORMED_FIELD,
    KIND_BITS,
    ROW_WIDTH,
    USUAL_FIELD,
)
from streams.domain.traced import Span, Trace, Tree, UnrememberableError
from streams.domain.walk import walk, walk_of_codes
from streams.domain.walked import NO_ROW
from streams.domain.whole import passed_counts

KEPT: Final = 20_000
"""Contacts that others are compared with: a city's year has some hundreds. A memory that has grown
to this is emptied: hostile input can't make it grow for ever."""

_LINE: Final = "line"
_CALLER: Final = "caller"
_CALLER_AT: Final = 4  # of the first row
_OF_CALLS: Final = (None, PHONE)


class Judged:
    """What contacts that are judged alike count.

    Attributes:
        begun: the row where the visit begins.
        choice, answered: the rows of its choice and its answer, or ``NO_ROW``.
        tier: of its line.
        is_nuisance: it is in no ratio.
        has_call: it is one of the calls of its caller, if that is told.
        visit, contact: the patterns of the visit and of the contact as a whole.
        durations: those of the visit's pattern, none of them below 0.
        wait: of the visit, where figures are of it.
        whole_wait: of the contact, where figures are of it.
        passed: what the contact counts of its way, packed.
    """

    __slots__ = (
        "answered",
        "begun",
        "choice",
        "contact",
        "durations",
        "has_call",
        "is_nuisance",
        "passed",
        "tier",
        "visit",
        "wait",
        "whole_wait",
    )

    def __init__(self, outcome: Outcome) -> None:
        (visit,) = outcome.visits
        if outcome.disordered or outcome.hung_up is None or visit.disposition is CHOSE_AGAIN:
            raise UnrememberableError("it is irregular, or not over")
        self.begun = _row(visit.begun)
        self.choice = NO_ROW if visit.chosen is None else _row(visit.chosen)
        self.answered = NO_ROW if visit.answered is None else _row(visit.answered)
        self.is_nuisance = outcome.nuisance
        self.tier = visit.terms.tier
        self.has_call = callers.call("", outcome) is not None
        self.visit = visit_pattern(visit)
        self.contact = contact_pattern(outcome)
        self.durations = tuple(traced.span(duration(visit)) for duration in self.visit.durations)
        self.wait = self._span(visit.wait if not self.visit.no_wait else None)
        self.whole_wait = self._span(outcome.whole_wait if self.contact.waited else None)
        self.passed = passed_counts(outcome)

    def _span(self, found: int | None) -> Span | None:
        return None if found is None else traced.span(found)


def _row(found: int) -> int:
    row, after = traced.instant(found)
    if after:
        raise UnrememberableError("it is no event")
    return row


Found = Judged | Literal[False]
"""What contacts that are judged alike count; or that this can't be remembered."""


class Shape:
    """The kinds of a contact's events, in their order, that lead to one visit and are over.

    Attributes:
        codes: of the events.
        begun: the row where the visit begins.
        at_line: which of the events name its line, and ``lines`` how many.
    """

    __slots__ = ("at_line", "begun", "codes", "lines")

    def __init__(self, codes: tuple[int, ...], begun: int, words: list[str]) -> None:
        self.codes = codes
        self.begun = begun
        self.at_line = tuple(map(bool, words))
        self.lines = sum(self.at_line)


class Told:
    """What contacts tell that are alike.

    Attributes:
        wide: the scopes that have all of them.
        menu: the version of the menu.
    """

    __slots__ = ("menu", "wide")

    def __init__(self, wide: tuple[str, ...], menu: str | None) -> None:
        self.wide = wide
        self.menu = menu


class Here:
    """What holds for a contact at a line: what its visit is judged by, and it itself.

    Attributes:
        terms: of the line when the visit began.
        plan: that says no more than that.
        scopes: of the line and its vendor.
        judged: what contacts come to that are judged by the same, by their shape.
    """

    __slots__ = ("judged", "plan", "scopes", "terms")

    def __init__(self, terms: Terms, said: "_Said", judged: dict[Shape, Tree[Found]]) -> None:
        self.terms = terms
        self.plan = cast(Plan, said)
        self.scopes = scopes_of(terms.line, terms.vendor)
        self.judged = judged


Alike = tuple[Judged, Piece, Here, Told, str | None]
"""A contact that is judged like another one: what it counts, its events, what holds for it, what it
tells, and its caller. A plain tuple, for a name for each of them took a tenth of finding it."""


def call_of(call_id: str, alike: Alike) -> Call:
    """Such a contact as its caller's history knows it (``caller_history.call``)."""
    judged, piece, here, told, caller = alike
    assert caller is not None
    ats = piece.ats
    begun, at, (line, vendor) = ats[0], ats[judged.begun], here.scopes
    booked = (*[(scope, begun) for scope in told.wide], (line, at), (vendor, at))
    answers: tuple[Answer, ...] = ()
    if judged.answered != NO_ROW:
        answers = (Answer(ats[judged.answered], here.terms.line, judged.tier),)
    return Call(caller, begun, call_id, answers, booked, ())


class Known:
    """What is known of contacts judged by a plan."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._clear()

    def _clear(self) -> None:
        self.kept = 0
        self._shapes: dict[tuple[int, ...], Shape | None] = {}
        self._told: dict[tuple[tuple[Any, ...], ...], Told | None] = {}
        self._here: dict[tuple[int, bool, int, int], Here] = {}
        self._judged: dict[tuple[Any, ...], dict[Shape, Tree[Found]]] = {}

    def find(self, piece: Piece, now: int) -> Alike | None:
        """What a contact counts as of an instant, if it is one that others are like."""
        rows, ats = piece.rows, piece.ats
        if not piece.in_order or ats[-1] > now or piece.conflicting or piece.too_many:
            return None
        codes = tuple(rows[1::ROW_WIDTH])
        try:
            shape = self._shapes[codes]
        except KeyError:
            shape = self._learn_shape(piece, codes)
        if shape is None:
            return None
        words = rows[3::ROW_WIDTH]
        line: str = words[shape.begun]
        if words.count(line) != shape.lines:
            return None
        mores = rows[4::ROW_WIDTH]
        told = self._tells(mores, ats[0])
        if told is None:
            return None
        caller = mores[0]
        if type(caller) is list:
            caller = caller[USUAL_FIELD]
        here = self._holds(line, ats[shape.begun], ats[0])
        if here is None:
            return None
        tree = here.judged.get(shape)
        if tree is None:
            tree = here.judged[shape] = Tree()
        judged = tree.find(ats)
        if judged is None:
            judged = self._learn(tree, shape, here, piece, now)
        return (judged, piece, here, told, caller) if judged else None

    def _tells(self, mores: list[Any], begun: int) -> Told | None:
        """What a contact tells beside its events; None of one that is not like others."""
        tellers = tuple([tuple(more[DIRECTION_FIELD:]) for more in mores if type(more) is list])
        try:
            return self._told[tellers]
        except KeyError:
            told = self._learn_told(tellers, begun)
            if not self._plan.has_dated_entrance:
                if len(self._told) >= KEPT:
                    self._told.clear()
                self._told[tellers] = told
            return told

    def _learn_told(self, tellers: tuple[tuple[Any, ...], ...], begun: int) -> Told | None:
        plan = self._plan
        if any(len(each) > INFORMED_FIELD - DIRECTION_FIELD for each in tellers):
            return None
        found = properties_told(tellers)
        if found.conflicting or found.outgoing or found.channel not in _OF_CALLS:
            return None
        scopes = OF_CITY
        if tellers or plan.entries.entrances:
            scopes = wide.of_call(found.entry, found.language, begun, plan)
        return Told(scopes, found.menu)

    def _learn_shape(self, piece: Piece, codes: tuple[int, ...]) -> Shape | None:
        words = piece.rows[3::ROW_WIDTH]
        lines = [word for word in words if word]
        if len(set(lines)) != 1:
            return None  # another of the same kinds may have come to one line only
        if len(self._shapes) >= KEPT:
            self._clear()
        walked = walk(piece)
        shape: Shape | None = None
        if (
            codes[0] & KIND_BITS == CALL_START
            and walked is walk_of_codes(codes)
            and walked.hangup != NO_ROW
            and not walked.after_hangup
            and len(walked.visits) == 1
        ):
            shape = Shape(codes, walked.visits[0].begun, words)
        self._shapes[codes] = shape
        return shape

    def _holds(self, line: str, at: int, begun: int) -> Here | None:
        """What holds for a contact that began at one instant, and its visit at another."""
        plan = self._plan
        terms = plan.terms(line, at)
        if terms is None or terms.is_station:
            return None
        in_hours = terms.open or is_open(plan, line, begun)
        nuisance = plan.nuisance and plan.nuisance_at(begun)
        within = plan.whole_within(begun)
        key = id(terms), in_hours, nuisance, within
        here = self._here.get(key)
        if here is None or here.terms is not terms:
            said = _Said(terms, in_hours, nuisance, within)
            here = self._here[key] = Here(terms, said, self._judged.setdefault(said.key, {}))
        return here

    def _learn(self, tree: Tree[Found], shape: Shape, here: Here, piece: Piece, now: int) -> Found:
        """Judges a contact, and remembers what that comes to, or that it can't be remembered."""
        if self.kept >= KEPT:
            self._clear()
        self.kept += 1
        trace = Trace(piece.ats, now)
        rows: list[Any] = []
        for at, code, is_at_line in zip(trace.instants, shape.codes, shape.at_line, strict=True):
            rows += (at, code, "", _LINE if is_at_line else "", None)
        rows[_CALLER_AT] = _CALLER
        found: Found = False
        try:
            outcome = judge(Piece(rows, rows, trace.instants, True), here.plan, trace.now)
            assert outcome is not None
            found = Judged(outcome)
        except UnrememberableError:
            pass
        tree.learn(trace.asked, found)
        return found


class _Said:
    """A plan that says no more than what contacts have in common that are judged alike: whatever
    else it is asked can't be remembered."""

    has_announcements = False

    def __init__(self, terms: Terms, in_hours: bool, nuisance: int, within: int) -> None:
        self._terms = replace(
            terms, line=_LINE, names={}, vendor="", option=None, callback_within=0, open=in_hours
        )
        self.entries = _Entrances()
        self.nuisance = nuisance
        self._within = within

    @property
    def key(self) -> tuple[Terms, int, int]:
        """The same for all that are judged by the same."""
        return self._terms, self.nuisance, self._within

    def terms(self, line: str, at: int) -> Terms:
        return self._terms

    last_terms = terms

    def nuisance_at(self, at: int) -> int:
        return self.nuisance

    def whole_within(self, at: int) -> int:
        return self._within

    def __getattr__(self, name: str) -> Any:
        raise UnrememberableError(f"the plan is asked for {name}")


class _Entrances:
    """What a plan says of entrances to whom they make no difference."""

    entrances = ()
