"""The lines of a simulated city: their hours, their staff, and who comes when.

Every quarter of an hour, and whenever hours or scenario change, a line turns: it is staffed for
the calls that a planner expects, and its next caller is drawn anew. Between two turns its rates are
constant, so that arrivals are an exact Poisson process.
"""

from typing import Final

from streams.domain.instants import HOUR, MINUTE, SECOND
from streams.domain.plan import Plan
from streams.simulation.agenda import Agenda
from streams.simulation.callers import People
from streams.simulation.demand import Demand, agents
from streams.simulation.emit import Telling
from streams.simulation.queueing import Caller, Desk
from streams.simulation.scenario import Scenario, menu

_TURN: Final = 15 * MINUTE
"""How often staff and arrivals are looked at anew: shifts begin on quarter hours."""

_TARGET: Final = 0.69
"""Share that staffing aims at, by a formula in which nobody loses patience; since people do, about
80 % are answered within the threshold."""

_LEAST_TRUNKS: Final = 30
"""Calls at once: one primary-rate line."""

_TRUNKS: Final = 0.25
"""Calls at once, per call an hour: three times what an ordinary hour needs."""

URGENT: Final = 0.3
"""Share of transfers that are urgent, where a second line only takes those."""

_TAKEN: Final = {"always": 1.0, "urgent_only": URGENT, "none": 0.0}
"""Share of transfers that a second line takes, by its permanence; where it takes none, the first
line sends a form."""

MESSAGE: Final = 7.0
"""Seconds in which one hears that a line is closed, or full."""


class Lines(Agenda):
    """The city's lines, and the telling of what happens at them."""

    def __init__(
        self,
        plan: Plan,
        seed: int,
        scenario: Scenario,
        start: int,
        until: int,
        people: People,
        scale: float,
    ) -> None:
        super().__init__()
        self._plan = plan
        self._people = people
        self._scale = scale
        self._start = start
        self._until = until
        self._telling = Telling(plan.zone)
        terms = plan.lines_at(start)
        first = menu(plan, start)
        second = [t for t in terms if t.tier == 2]
        talks = people.talks
        self._first = [Desk(t, talks[i % len(talks)], seed) for i, t in enumerate(first)]
        self._second = [Desk(t, talks[0], seed) for t in second]
        self._demand = Demand(plan, [desk.line for desk in self._first], people, start)
        chosen = [t.line for t in first]
        self._effects = {
            desk: [e for e in scenario.effects if e.touches(desk.line, chosen)]
            for desk in (*self._first, *self._second)
        }
        self._open = 0
        self._trunks = 0
        for desk in self._effects:
            self._turn(start, desk)

    def _call(self, at: int, desk: Desk) -> None:
        """Somebody calls who wants this line."""
        raise NotImplementedError

    def _answer(self, at: int, caller: Caller) -> None:
        """An agent takes the call."""
        raise NotImplementedError

    def _hear_closed(self, at: int, caller: Caller) -> None:
        """The caller has heard that the line is closed."""
        raise NotImplementedError

    def _turn(self, at: int, desk: Desk) -> None:
        """A line's hours, staff, arrivals or scenario may change."""
        desk.chapter += 1
        plan, line = self._plan, desk.line
        terms = plan.terms(line, at)
        desk.open = terms is not None and terms.open
        desk.terms = terms or desk.terms
        if desk.terms.tier == 1:
            desk.per_hour = self._demand.per_hour(line, at, desk.open) * self._scale
            planned = desk.per_hour
        else:
            wanted = sum(other.per_hour for other in self._first if other.open)
            planned = wanted * self._people.second_line / len(self._second)
            planned *= _TAKEN[desk.terms.permanence]
        crew, desk.surge, desk.silent = 1.0, 1.0, False
        edges = [at - at % _TURN + _TURN]
        for effect in self._effects[desk]:
            begins, ends = self._start + effect.after, self._start + effect.after + effect.lasts
            edges += [edge for edge in (begins, ends) if edge > at]
            if begins <= at < ends:
                crew *= effect.factor if effect.on == "agents" else 1
                desk.surge *= effect.factor if effect.on == "arrivals" else 1
                desk.silent |= effect.on == "telemetry"
        handling = desk.talk + self._people.ring + self._people.wrap_up
        needed = agents(planned, handling, desk.terms.contract.threshold, _TARGET)
        rounding = desk.random.random()
        # Whoever opens a line puts somebody there, however few call, unless calls never come.
        staffed = desk.open and desk.terms.permanence != "none"
        desk.staff(int(max(needed, 1) * crew + rounding) if staffed else 0)
        total = sum(other.per_hour for other in self._first)
        self._trunks = max(_LEAST_TRUNKS, int(total * _TRUNKS))
        if desk.open:
            self._ring(at, desk)
        else:
            self._send_away(at, desk)
        if desk.terms.tier == 1:
            self._expect(at, desk)
        if at < self._until or self._open:
            turns = plan.closes_at(line, at) if desk.open else plan.opens_at(line, at)
            next_ = min(edges if turns is None else [*edges, turns])
            self._at(next_, self._turn, desk)

    def _expect(self, at: int, desk: Desk) -> None:
        """The next call for a line: at the latest when the line turns, it is drawn anew."""
        per_hour = desk.per_hour * desk.surge
        if per_hour > 0:
            gap = desk.arrivals.expovariate(per_hour * SECOND / HOUR)
            if at + gap * SECOND < self._until:
                self._after(at, gap, self._call, desk)

    def _ring(self, at: int, desk: Desk) -> None:
        """Agents without a call take those who wait, first come first served."""
        while (caller := desk.next_caller()) is not None:
            caller.agent = desk.idle.popleft()
            self._stop_waiting(caller)
            seconds = desk.random.expovariate(1 / self._people.ring)
            self._after(at, seconds, self._answer, caller)

    def _send_away(self, at: int, desk: Desk) -> None:
        """The line closes, and those who wait hear that the desk has gone home."""
        for caller in desk.queue:
            if caller.waiting:
                self._stop_waiting(caller)
                self._telling.left(at, caller, "closed")
                caller.leave(at, "closed")
                self._after(at, MESSAGE, self._hear_closed, caller)
        desk.queue.clear()

    def _stop_waiting(self, caller: Caller) -> None:
        caller.waiting = False
        caller.chapter += 1
        caller.desk.waiting -= 1
