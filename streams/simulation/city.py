"""A city that phones: callers, menus, queues and agents, and the events that they make.

Callers arrive by a Poisson process whose rate changes with hour, weekday and scenario; each line
has as many agents as a planner would give it. Callers wait in order, lose patience, are answered,
are transferred to another line or to the second, hear that the line is closed, call again. Only
the scenario is scripted: a queue is long because too few agents answer.

The same plan, seed, scenario and span give the same events, to the byte.
"""

from collections.abc import Callable, Iterator
from typing import Final

from streams.domain.plan import Plan
from streams.simulation.callers import USUAL, Behaviour
from streams.simulation.calls import Calls
from streams.simulation.emit import Emitted
from streams.simulation.scenario import SCENARIOS, Run, Scenario
from streams.simulation.truth import ContactTruth


class City:
    """A simulated city.

    Args:
        plan: its lines, hours and contracts; needs lines of its own.
        seed: of everything that is random.
        start, until: callers begin their calls between these instants; every call that has begun
            runs to its end.
        behaviour: of callers and agents.
        scale: times as many callers, with the agents for them.

    Raises:
        ValueError: the plan has no line that callers could choose.
    """

    def __init__(
        self,
        plan: Plan,
        seed: int,
        scenario: Scenario = SCENARIOS["normal"],
        *,
        start: int,
        until: int,
        behaviour: Behaviour = USUAL,
        scale: float = 1.0,
    ) -> None:
        if not any(terms.tier == 1 for terms in plan.lines_at(start)):
            raise ValueError("the plan has no line of tier 1 at the start: nobody could call")
        start -= start % 1_000  # events have milliseconds
        self._run: Final = Run(plan, seed, scenario, start, until, behaviour, scale)

    def events(self, witness: Callable[[ContactTruth], object] | None = None) -> Iterator[Emitted]:
        """The events in the order of time, each with its instant.

        Memory holds only the calls that are going on, however long the city runs.

        Args:
            witness: called with what happened to each contact, once the contact is over.
        """
        calls = Calls(self._run)
        emitted = calls.emitted
        for _ in calls.run():
            yield from emitted
            emitted.clear()
            if witness is not None:
                for contact in calls.over:
                    witness(contact)
            calls.over.clear()
