"""Contacts that are judged alike: one of them is judged, the others are looked up.

Nearly all contacts are of a few shapes: somebody calls, chooses a line, waits, talks, and the call
is over. Two of one shape, at lines of one contract, come to the same but for how long it took, as
long as their instants answer alike whatever is asked of them. So the first of them is judged on
traced instants (``traced``), by ``judge`` as any other, and what it counts is remembered with the
questions that were asked.

Such contacts are over, came to one line, are telephone calls of somebody who dialled the city, and
heard no announcement to its end. All others are none of this
module's: it knows nothing of them. Judging and booking a contact took three times as long.
"""

from typing import Any, Final

from streams.domain import decisions, wide
from streams.domain.caller_history import Answer, Call
from streams.domain.contact import Piece, Properties, properties_told
from streams.domain.entries import scopes_of
from streams.domain.judge import is_open
from streams.domain.judged import Found, Judged, Said, judged_traced
from streams.domain.outcome import OF_CITY
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
from streams.domain.traced import Tree
from streams.domain.walk import walk, walk_of_codes
from streams.domain.walked import NO_ROW

KEPT: Final = 5_000
"""Contacts that others are compared with: a city's week has some twenty. A memory that has grown to
this, to some 10 MB, is emptied: hostile input can't make it grow for ever."""

MOST_ALIKE: Final = 8
"""Of a contact that others are compared with: a usual one has five. To judge one on traced instants
takes ten times as long as otherwise, and with many events far longer."""

_OF_CALLS: Final = (None, PHONE)


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
        properties: of each.
        menu: the version of the menu.
    """

    __slots__ = ("menu", "properties", "wide")

    def __init__(self, wide: tuple[str, ...], properties: Properties) -> None:
        self.wide = wide
        self.properties = properties
        self.menu = properties.menu


class Here:
    """What holds for a contact at a line: what its visit is judged by, and it itself.

    Attributes:
        terms: of the line when the visit began.
        plan: that says no more than that.
        scopes: of the line and its vendor.
        judged: what contacts come to that are judged by the same, by their shape.
    """

    __slots__ = ("judged", "plan", "scopes", "terms")

    def __init__(self, terms: Terms, said: Said, judged: dict[Shape, Tree[Found]]) -> None:
        self.terms = terms
        self.plan = said
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


def told_of(call_id: str, alike: Alike) -> list[decisions.Told]:
    """What detectors are told of such a contact (``decisions.told``)."""
    judged, piece, here, _, caller = alike
    ats, line, key = piece.ats, here.terms.line, f"{call_id}/1"
    of = "" if caller is None else caller[: decisions.CALLER_KEPT]
    found: list[decisions.Told] = []
    assert judged.told is not None
    for what, (row, after), *later in judged.told:
        first = ats[row] + after
        second, third = [0 if at is None else ats[at.row] + at.after - first for at in later]
        found.append((line, first, what, key, of, second, third))
    return found


class Known:
    """What is known of contacts judged by a plan.

    Attributes:
        plan: by which.
        kept: how many are remembered.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self._clear()

    def _clear(self) -> None:
        self.kept = 0
        self._shapes: dict[tuple[int, ...], Shape | None] = {}
        self._once: set[tuple[int, ...]] = set()  # shapes that have come once
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
            if not self.plan.has_dated_entrance:
                if len(self._told) >= KEPT:
                    self._told.clear()
                self._told[tellers] = told
            return told

    def _learn_told(self, tellers: tuple[tuple[Any, ...], ...], begun: int) -> Told | None:
        plan = self.plan
        if any(len(each) > INFORMED_FIELD - DIRECTION_FIELD for each in tellers):
            return None
        found = properties_told(tellers)
        if found.conflicting or found.outgoing or found.channel not in _OF_CALLS:
            return None
        scopes = OF_CITY
        if tellers or plan.entries.entrances:
            scopes = wide.of_call(found.entry, found.language, begun, plan)
        return Told(scopes, found)

    def _learn_shape(self, piece: Piece, codes: tuple[int, ...]) -> Shape | None:
        words = piece.rows[3::ROW_WIDTH]
        lines = [word for word in words if word]
        if len(set(lines)) != 1:
            return None  # another of the same kinds may have come to one line only
        if len(self._shapes) + len(self._once) >= KEPT:
            self._clear()
        if codes not in self._once:
            # Whoever numbers visits as nobody else has a shape for each contact, and none of them
            # comes again: they need not be judged on traced instants.
            self._once.add(codes)
            return None
        walked = walk(piece)
        shape: Shape | None = None
        if (
            len(codes) <= MOST_ALIKE
            and codes[0] & KIND_BITS == CALL_START
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
        plan = self.plan
        terms = plan.terms(line, at)
        if terms is None or terms.is_station:
            return None
        in_hours = terms.open or is_open(plan, line, begun)
        nuisance = plan.nuisance and plan.nuisance_at(begun)
        within = plan.whole_within(begun)
        key = id(terms), in_hours, nuisance, within
        here = self._here.get(key)
        if here is None or here.terms is not terms:
            said = Said(terms, in_hours, nuisance, within)
            here = self._here[key] = Here(terms, said, self._judged.setdefault(said.key, {}))
        return here

    def _learn(self, tree: Tree[Found], shape: Shape, here: Here, piece: Piece, now: int) -> Found:
        """Judges a contact, and remembers what that comes to, or that it can't be remembered."""
        if self.kept >= KEPT:
            self._clear()
        self.kept += 1
        asked, found = judged_traced(shape.codes, shape.at_line, here.plan, piece.ats, now)
        tree.learn(asked, found)
        return found
