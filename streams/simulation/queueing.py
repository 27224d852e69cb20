"""Who is on the line: a caller with their call, and a line with its queue and agents."""

from collections import deque
from random import Random
from typing import Final, NamedTuple

from streams.domain.plan import Terms
from streams.simulation.truth import VisitTruth

OVER: Final = -1
"""The chapter of a call that has ended: nothing more can happen in it."""


class Caller:
    """A call that is going on.

    Attributes:
        chapter: changes with whatever the caller does next, so that actions planned in an earlier
            one are skipped.
        waiting: in a queue, and not yet ringing at an agent.
        line, visit: where the caller is, and the number of that visit; 0 in the menu.
        wanted: the line that can help, and ``to`` the one to which an agent will transfer.
        attempt: how often they called in vain about this.
        promised: this call is the callback that the caller was promised.
        events: how many events the call has made; ``silent`` when some were not emitted.
    """

    __slots__ = (
        "agent", "answered", "attempt", "begun", "call_id", "chapter", "entered", "events", "line",
        "promised", "pseudonym", "silent", "to", "visit", "visit_begun", "visits", "waiting",
        "wanted",
    )  # fmt: skip

    def __init__(self, call_id: str, pseudonym: str | None, wanted: "Line", begun: int) -> None:
        self.call_id = call_id
        self.pseudonym = pseudonym
        self.wanted = self.line = self.to = wanted
        self.begun = self.visit_begun = begun
        self.chapter = 0
        self.waiting = False
        self.attempt = 0
        self.promised = False
        self.events = 0
        self.silent = False
        self.visit = 0
        self.entered: int | None = None
        self.answered: int | None = None
        self.agent = 0
        self.visits: list[VisitTruth] = []

    def arrive(self, at: int, line: "Line") -> None:
        """A visit begins."""
        self.visit += 1
        self.line = line
        self.visit_begun = at
        self.entered = self.answered = None

    def leave(self, at: int, disposition: str) -> None:
        """The visit is over."""
        self.visits.append(
            VisitTruth(
                self.line.id,
                self.visit,
                self.visit_begun,
                self.entered,
                self.answered,
                at,
                disposition,
            )
        )


class Line:
    """A line's queue and its agents.

    Attributes:
        chapter: changes whenever the line's rates and staff do.
        talk: mean seconds of a talk.
        random: the line's own numbers, so that what happens at one line does not change another.
        arrivals: numbers for arrivals alone: scenarios differ in nothing but their effects.
        per_hour: callers who want it, as planned; ``surge`` times as many come.
        queue: callers who wait, the first one first; those who have left since are skipped.
        waiting: how many of them still wait.
        target: agents who should be at work, ``present`` those who are: an agent finishes the talk
            before going home.
        idle: numbers of agents without a call, the longest idle first.
        silent: its telemetry is silent: no event of it is emitted.
    """

    __slots__ = (
        "_away", "arrivals", "chapter", "id", "idle", "open", "per_hour", "present", "queue",
        "random", "silent", "surge", "talk", "target", "terms", "waiting",
    )  # fmt: skip

    def __init__(self, terms: Terms, talk: float, seed: int) -> None:
        self.id = terms.line
        self.terms = terms
        self.talk = talk
        self.random = Random(f"{seed} {self.id}")
        self.arrivals = Random(f"{seed} {self.id} arrivals")
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
        """Calls agents to work, or sends idle ones home."""
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
        """The first caller who still waits, if an agent is idle."""
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

    line: Line
    agent: int
    chapter: int = 0


class Return(NamedTuple):
    """A caller to come: a new one, one who calls again, or, as ``promised``, one called back."""

    line: Line
    pseudonym: str | None
    attempt: int
    promised: bool
    chapter: int = 0
