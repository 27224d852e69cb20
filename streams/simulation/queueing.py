"""Who is on the line: a caller with their call, and a line with its queue and agents."""

from collections import deque
from random import Random
from typing import Final, NamedTuple

from streams.domain.plan import Terms
from streams.simulation.truth import VisitTold

OVER: Final = -1
"""The chapter of a call that has ended: nothing more can happen in it."""


class Caller:
    """A call that is going on.

    Attributes:
        chapter: changes with whatever the caller does next, so that what was to happen in an
            earlier one no longer does.
        waiting: in a queue, and not yet ringing at an agent.
        desk, number: where the caller is, and the number of that visit; 0 in the menu.
        wanted: the line that can help, and ``to`` the one to which an agent will transfer.
        attempt: how often they called in vain about this.
        promised: this call is the callback that the caller was promised.
        told: how many events have been told of it; ``silent`` when some were not.
    """

    __slots__ = (
        "agent", "answered", "attempt", "begun", "call_id", "caller", "chapter", "desk", "entered",
        "number", "promised", "silent", "to", "told", "visit_begun", "visits", "waiting", "wanted",
    )  # fmt: skip

    def __init__(self, call_id: str, caller: str | None, wanted: "Desk", begun: int) -> None:
        self.call_id = call_id
        self.caller = caller
        self.wanted = self.desk = self.to = wanted
        self.begun = self.visit_begun = begun
        self.chapter = 0
        self.waiting = False
        self.attempt = 0
        self.promised = False
        self.told = 0
        self.silent = False
        self.number = 0
        self.entered: int | None = None
        self.answered: int | None = None
        self.agent = 0
        self.visits: list[VisitTold] = []

    def arrive(self, at: int, desk: "Desk") -> None:
        """A visit begins."""
        self.number += 1
        self.desk = desk
        self.visit_begun = at
        self.entered = self.answered = None

    def leave(self, at: int, disposition: str) -> None:
        """The visit is over."""
        self.visits.append(
            VisitTold(
                self.desk.line,
                self.number,
                self.visit_begun,
                self.entered,
                self.answered,
                at,
                disposition,
            )
        )


class Desk:
    """A line's queue and its agents.

    Attributes:
        chapter: changes whenever the line's rates and staff do.
        talk: mean seconds of a talk.
        random: the line's own numbers, so that what happens at one line does not move another's.
        arrivals: numbers for arrivals alone: scenarios differ in nothing but their effects.
        per_hour: callers who want it, as planned; ``surge`` times as many come.
        queue: who waits, the first first; those who have gone since are passed over.
        waiting: how many of them still wait.
        target: agents who should be at work, ``present`` those who are: who talks finishes first.
        idle: numbers of agents without a call, the longest idle first.
        silent: nothing is told of it.
    """

    __slots__ = (
        "_away", "arrivals", "chapter", "idle", "line", "open", "per_hour", "present", "queue",
        "random", "silent", "surge", "talk", "target", "terms", "waiting",
    )  # fmt: skip

    def __init__(self, terms: Terms, talk: float, seed: int) -> None:
        self.line = terms.line
        self.terms = terms
        self.talk = talk
        self.random = Random(f"{seed} {self.line}")
        self.arrivals = Random(f"{seed} {self.line} arrivals")
        self.chapter = 0
        self.open = False
        self.per_hour = 0.0
        self.surge = 1.0
        self.queue: deque[Caller] = deque()
        self.waiting = 0
        self.target = self.present = 0
        self.idle: deque[int] = deque()
        self._away: list[int] = []
        self.silent = False

    def staff(self, target: int) -> None:
        """Calls agents to work, or sends home those who are idle."""
        self.target = target
        while self.present < target:
            self.present += 1
            self.idle.append(self._away.pop() if self._away else self.present)
        while self.present > target and self.idle:
            self._go_home(self.idle.pop())

    def free(self, agent: int) -> None:
        """An agent has finished with a call."""
        if self.present > self.target:
            self._go_home(agent)
        else:
            self.idle.append(agent)

    def next_caller(self) -> Caller | None:
        """The first who still waits, if there is an agent for them."""
        while self.idle and self.queue:
            caller = self.queue.popleft()
            if caller.waiting:
                return caller
        return None

    def _go_home(self, agent: int) -> None:
        self.present -= 1
        self._away.append(agent)


class WrapUp(NamedTuple):
    """An agent's work after a call."""

    desk: Desk
    agent: int
    chapter: int = 0


class Return(NamedTuple):
    """Somebody who will call again, or be called back as ``promised``."""

    desk: Desk
    caller: str | None
    attempt: int
    promised: bool
    chapter: int = 0
