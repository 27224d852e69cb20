"""Instants that know what was asked of them, so that the answer to it can be remembered.

Whatever is said of a contact hangs on its instants through comparisons: was the wait longer than
the threshold, did the call end before it was lost. A rule that was run once on *traced* instants
leaves behind each such question with its answer, and says how every number that it found follows
from the instants. For all contacts that answer these questions alike it finds the same, so it need
not be run again: the questions make a tree, and what was found is at its leaves.

Nothing of a rule is written twice for it, and none can be forgotten: a rule that does with a traced
instant what can't be remembered is stopped by ``UnrememberableError``.
"""

from collections.abc import Sequence
from typing import Any, Final, Generic, NamedTuple, TypeVar

from streams.domain.walked import NO_ROW

T = TypeVar("T")

_BEYOND: Final = 2**61
"""No instant is as far from 1970 as this: what is compared with it was ``NEVER``."""

_UNKNOWN: Final = -(2**62)


class UnrememberableError(Exception):
    """Something was asked that instants which differ may answer differently, in a way that is not
    remembered."""


class Instant(NamedTuple):
    """How an instant follows from a contact's: so much after that of a row."""

    row: int
    after: int = 0

    def of(self, ats: Sequence[int]) -> int:
        return ats[self.row] + self.after


class Span(NamedTuple):
    """How a duration follows from a contact's instants: from one row to another."""

    since: int
    until: int


class Question(NamedTuple):
    """Whether less than ``limit`` lies between two rows, the later one first."""

    later: int
    earlier: int
    limit: int


class Trace:
    """What was asked of the instants of one contact, which are all different and in order.

    Attributes:
        asked: every question that the ones before it leave open, with its answer.
        instants: the instants, traced.
        now: the instant as of which it is asked, traced; it is not before any of them. What hangs
            on how far it is from them can't be remembered.
    """

    def __init__(self, ats: Sequence[int], now: int) -> None:
        self.asked: list[tuple[Question, bool]] = []
        self.values = [*ats, now]
        self._now = len(ats)
        rows = range(len(self.values))
        # By the row that is later and the one that is earlier, what lies between them at least.
        self._least = [
            [later - earlier if later >= earlier else _UNKNOWN for earlier in rows]
            for later in rows
        ]
        for earlier in range(self._now):
            self._least[self._now][earlier] -= 1
        self.instants: list[Any] = [Traced(self, row) for row in range(self._now)]
        self.now: Any = Traced(self, self._now)

    def ask(self, later: int, earlier: int, limit: int) -> bool:
        """Whether less than ``limit`` lies between two rows."""
        if later < earlier:
            return not self.ask(earlier, later, 1 - limit)
        least = self._least
        if least[later][earlier] >= limit:
            return False
        if least[earlier][later] >= 1 - limit:
            return True
        if later == self._now:
            raise UnrememberableError("it hangs on the instant as of which it is asked")
        answer = self.values[later] - self.values[earlier] < limit
        self.asked.append((Question(later, earlier, limit), answer))
        if answer:
            self._learn(earlier, later, 1 - limit)
        else:
            self._learn(later, earlier, limit)
        return answer

    def _learn(self, later: int, earlier: int, least: int) -> None:
        """What lies between two rows at least, and so between others."""
        known = self._least
        for row, to in enumerate(known):
            up = to[later] + least
            for other, between in enumerate(known[earlier]):
                if to[later] > _UNKNOWN < between and up + between > known[row][other]:
                    known[row][other] = up + between


class Traced:
    """A number that follows from traced instants: that of one row, or what lies between two, and so
    much more.

    Attributes:
        row, less: the row of the instant, and of the one that is subtracted; or ``NO_ROW``.
        more: what is added.
    """

    __slots__ = ("less", "more", "row", "trace")

    def __init__(self, trace: Trace, row: int, less: int = NO_ROW, more: int = 0) -> None:
        self.trace = trace
        self.row = row
        self.less = less
        self.more = more

    def __add__(self, other: Any) -> Any:
        return self._sum([self.row], [self.less], other, 1)

    __radd__ = __add__

    def __sub__(self, other: Any) -> Any:
        return self._sum([self.row], [self.less], other, -1)

    def __rsub__(self, other: int) -> Any:
        return Traced(self.trace, self.less, self.row, other - self.more)

    def _sum(self, rows: list[int], less: list[int], other: Any, sign: int) -> Any:
        more = self.more
        if isinstance(other, Traced):
            rows.append(other.row if sign > 0 else other.less)
            less.append(other.less if sign > 0 else other.row)
            more += sign * other.more
        else:
            more += sign * other
        for row in rows.copy():
            if row in less:
                rows.remove(row)
                less.remove(row)
        added, taken = ([row for row in each if row != NO_ROW] for each in (rows, less))
        if not added and not taken:
            return more
        if len(added) > 1 or len(taken) > 1:
            raise UnrememberableError("a sum of several durations")
        row, apart_from = (each[0] if each else NO_ROW for each in (added, taken))
        return Traced(self.trace, row, apart_from, more)

    def __lt__(self, other: Any) -> bool:
        apart = self - other
        if not isinstance(apart, Traced):
            return bool(apart < 0)
        if NO_ROW not in (apart.row, apart.less):
            return self.trace.ask(apart.row, apart.less, -apart.more)
        if abs(apart.more) < _BEYOND:
            raise UnrememberableError("it hangs on when in history that was")
        return bool(apart.more < 0)

    def __le__(self, other: Any) -> bool:
        return bool(self < other + 1)

    def __gt__(self, other: Any) -> bool:
        return not self <= other

    def __ge__(self, other: Any) -> bool:
        return not self < other

    def __eq__(self, other: object) -> bool:
        return isinstance(other, int | Traced) and self <= other and self >= other

    def __bool__(self) -> bool:
        return self != 0

    def __hash__(self) -> int:
        raise UnrememberableError("it is looked up")


def instant(found: Any) -> Instant:
    """How an instant that was found follows from those of the contact."""
    if isinstance(found, Traced) and found.less == NO_ROW:
        return Instant(found.row, found.more)
    raise UnrememberableError("it is no instant of the contact")


def span(found: Any) -> Span:
    """How a duration that was found follows from the instants of the contact."""
    if isinstance(found, Traced) and NO_ROW not in (found.row, found.less) and not found.more:
        return Span(found.less, found.row)
    raise UnrememberableError("it is no time between two events")


class Branch(Generic[T]):
    """A question of a tree, and where it goes on when the answer is yes and when it is no; None
    where nobody has come by yet."""

    __slots__ = ("earlier", "later", "limit", "no", "yes")

    def __init__(self, question: Question) -> None:
        self.later, self.earlier, self.limit = question
        self.yes: Branch[T] | T | None = None
        self.no: Branch[T] | T | None = None


class Tree(Generic[T]):
    """What is found of contacts of one shape, by what their instants answer.

    Attributes:
        root: the first question, or what is found whatever the instants are; None at first.
    """

    __slots__ = ("root",)

    def __init__(self) -> None:
        self.root: Branch[T] | T | None = None

    def find(self, ats: Sequence[int]) -> T | None:
        """What is found of a contact with these instants; None where that is not known."""
        at = self.root
        while type(at) is Branch:
            at = at.yes if ats[at.later] - ats[at.earlier] < at.limit else at.no
        return at  # type: ignore[return-value]

    def learn(self, asked: Sequence[tuple[Question, bool]], found: T) -> None:
        """Remembers what was found, of all that answer these questions alike."""
        branch: Branch[T] | None = None
        side = True
        for question, answer in asked:
            at = self.root if branch is None else branch.yes if side else branch.no
            if at is None:
                at = Branch(question)
                self._put(branch, side, at)
            assert isinstance(at, Branch)
            branch, side = at, answer
        self._put(branch, side, found)

    def _put(self, branch: Branch[T] | None, side: bool, at: Branch[T] | T) -> None:
        if branch is None:
            self.root = at
        elif side:
            branch.yes = at
        else:
            branch.no = at
