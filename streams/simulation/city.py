"""A city that phones: callers, menus, queues and agents, and the events that they make.

Callers arrive by a Poisson process whose rate changes with hour, weekday and scenario; each line
has as many agents as a planner would give it. They wait in order, lose patience, are answered,
sent to another line or to the second, hear that the desk has gone home, call again. Nothing is
scripted but the scenario: a queue is long because too few answer.

The same plan, seed, scenario and span give the same events, to the byte.
"""

from collections.abc import Callable, Iterator
from typing import Any, Final

from streams.domain.plan import Plan
from streams.simulation.callers import USUAL, People
from streams.simulation.calls import Calls
from streams.simulation.scenario import SCENARIOS, Scenario
from streams.simulation.truth import Told, Totals

Event = dict[str, Any]
"""An event in the fields of its topic."""


class City:
    """A simulated city.

    Args:
        plan: its lines, hours and contracts; needs lines of its own.
        seed: of everything that is random.
        start, until: callers begin their calls between these instants; every call that has begun
            is told to its end.
        people: how they behave.
        scale: times as many callers, with the agents for them.
    """

    def __init__(
        self,
        plan: Plan,
        seed: int,
        scenario: Scenario = SCENARIOS["normal"],
        *,
        start: int,
        until: int,
        people: People = USUAL,
        scale: float = 1.0,
    ) -> None:
        if not any(terms.tier == 1 for terms in plan.lines_at(start)):
            raise ValueError("the plan has no line of tier 1 at the start: nobody could call")
        self.plan: Final = plan
        start -= start % 1_000  # events tell milliseconds
        self._ways: Final = (plan, seed, scenario, start, until, people, scale)

    def events(
        self, witness: Callable[[Told], object] | None = None
    ) -> Iterator[tuple[int, Event]]:
        """The events in the order of time, each with its instant.

        Memory holds the calls that are going on, however long it runs.

        Args:
            witness: is told of each contact when it is over.
        """
        calls = Calls(*self._ways)
        told = calls.told
        for _ in calls.happen():
            yield from told
            told.clear()
            if witness is not None:
                for contact in calls.over:
                    witness(contact)
            calls.over.clear()

    def truth(self) -> Iterator[Told]:
        """What happens to each contact, in the order in which they end.

        Lives the same days again: ask ``events`` with a witness to have both at once.
        """
        calls = Calls(*self._ways)
        for _ in calls.happen():
            calls.told.clear()
            yield from calls.over
            calls.over.clear()

    def totals(self) -> Totals:
        """The truth added up."""
        return Totals.of(self.truth(), self.plan)
