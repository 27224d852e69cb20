"""The shifts of a simulated city's lines: their hours, their staff, and who calls when.

Every quarter of an hour, and whenever hours or scenario change, a shift of a line begins: it is
staffed for the calls that a planner expects, and its next caller is drawn again. The rates are
constant within a shift, so that arrivals are an exact Poisson process.
"""

from typing import Final

from streams.domain.instants import HOUR, MINUTE, SECOND
from streams.simulation.agenda import Agenda
from streams.simulation.demand import Demand, agents
from streams.simulation.emit import Emitter
from streams.simulation.queueing import Caller, Line
from streams.simulation.scenario import Run, menu

_SHIFT: Final = 15 * MINUTE
"""How often staff and arrivals are planned again: agents begin on quarter hours."""

_TARGET: Final = 0.69
"""Share that staffing aims at, by a formula in which nobody loses patience. Since callers do, about
80 % are answered within the threshold."""

_LEAST_TRUNKS: Final = 30
"""Calls at once: one primary-rate line."""

_TRUNKS: Final = 0.25
"""Calls at once, per call an hour: three times what an ordinary hour needs."""

URGENT: Final = 0.3
"""Share of transfers that are urgent, where a second line accepts only those."""

_ACCEPTED: Final = {"always": 1.0, "urgent_only": URGENT, "none": 0.0}
"""Share of transfers that a second line accepts, by its permanence; where it accepts none, the
first line sends a form."""

MESSAGE: Final = 7.0
"""Seconds of the message that a line is closed, or full."""


class Shifts(Agenda):
    """The city's lines, and the events of what happens at them."""

    def __init__(self, run: Run) -> None:
        super().__init__()
        self._plan = plan = run.plan
        self._behaviour = behaviour = run.behaviour
        self._scale = run.scale
        self._start = start = run.start
        self._until = run.until
        self._emit = Emitter(plan.zone)
        terms = plan.lines_at(start)
        first = menu(plan, start)
        second = [t for t in terms if t.tier == 2]
        talks = behaviour.talks
        self._first = [Line(t, talks[i % len(talks)], run.seed) for i, t in enumerate(first)]
        self._second = [Line(t, talks[0], run.seed) for t in second]
        self._demand = Demand(plan, [line.id for line in self._first], behaviour, start)
        chosen = [t.line for t in first]
        self._effects = {
            line: [e for e in run.scenario.effects if e.touches(line.id, chosen)]
            for line in (*self._first, *self._second)
        }
        self._open = 0
        self._trunks = 0
        for line in self._effects:
            self._begin_shift(start, line)

    def _call(self, at: int, line: Line) -> None:
        """A caller who wants this line calls."""
        raise NotImplementedError

    def _answer(self, at: int, caller: Caller) -> None:
        """An agent answers the call."""
        raise NotImplementedError

    def _hear_closed(self, at: int, caller: Caller) -> None:
        """The caller has heard that the line is closed."""
        raise NotImplementedError

    def _begin_shift(self, at: int, line: Line) -> None:
        """A line's hours, staff, arrivals or scenario may change."""
        line.chapter += 1
        plan = self._plan
        terms = plan.terms(line.id, at)
        line.open = terms is not None and terms.open
        line.terms = terms or line.terms
        if line.terms.tier == 1:
            line.per_hour = self._demand.per_hour(line.id, at, line.open) * self._scale
            planned = line.per_hour
        else:
            wanted = sum(other.per_hour for other in self._first if other.open)
            planned = wanted * self._behaviour.second_line / len(self._second)
            planned *= _ACCEPTED[line.terms.permanence]
        crew, line.surge, line.silent = 1.0, 1.0, False
        edges = [at - at % _SHIFT + _SHIFT]
        for effect in self._effects[line]:
            begins, ends = self._start + effect.after, self._start + effect.after + effect.lasts
            edges += [edge for edge in (begins, ends) if edge > at]
            if begins <= at < ends:
                crew *= effect.factor if effect.on == "agents" else 1
                line.surge *= effect.factor if effect.on == "arrivals" else 1
                line.silent |= effect.on == "telemetry"
        handling = line.talk + self._behaviour.ring + self._behaviour.wrap_up
        needed = agents(planned, handling, line.terms.contract.threshold, _TARGET)
        rounding = line.random.random()
        # An open line has at least one agent, however few call, unless calls never come.
        staffed = line.open and line.terms.permanence != "none"
        line.staff(int(max(needed, 1) * crew + rounding) if staffed else 0)
        total = sum(other.per_hour for other in self._first)
        self._trunks = max(_LEAST_TRUNKS, int(total * _TRUNKS))
        if line.open:
            self._ring(at, line)
        else:
            self._send_away(at, line)
        if line.terms.tier == 1:
            self._expect(at, line)
        if at < self._until or self._open:
            change = plan.closes_at(line.id, at) if line.open else plan.opens_at(line.id, at)
            ends = min(edges if change is None else [*edges, change])
            self._at(ends, self._begin_shift, line)

    def _expect(self, at: int, line: Line) -> None:
        """Draws the next call for a line; the next shift draws it again."""
        per_hour = line.per_hour * line.surge
        if per_hour > 0:
            gap = line.arrivals.expovariate(per_hour * SECOND / HOUR)
            if at + gap * SECOND < self._until:
                self._after(at, gap, self._call, line)

    def _ring(self, at: int, line: Line) -> None:
        """Rings at agents without a call, for the callers who wait: first come, first served."""
        while (caller := line.next_caller()) is not None:
            caller.agent = line.idle.popleft()
            self._stop_waiting(caller)
            seconds = line.random.expovariate(1 / self._behaviour.ring)
            self._after(at, seconds, self._answer, caller)

    def _send_away(self, at: int, line: Line) -> None:
        """The line closes, and the callers who wait hear so."""
        for caller in line.queue:
            if caller.waiting:
                self._stop_waiting(caller)
                self._emit.left(at, caller, "closed")
                caller.leave(at, "closed")
                self._after(at, MESSAGE, self._hear_closed, caller)
        line.queue.clear()

    def _stop_waiting(self, caller: Caller) -> None:
        caller.waiting = False
        caller.chapter += 1
        caller.line.waiting -= 1
