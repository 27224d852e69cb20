"""Scenarios: what goes wrong in the simulated city, and when.

A scenario is a list of effects on lines: fewer agents, more callers, telemetry that falls silent.
Each begins some time after the start and lasts a while, so that a run shows the city before,
during and after.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final, Literal

from streams.domain import instants
from streams.domain.instants import DAY, HOUR, MINUTE
from streams.domain.plan import Plan, Terms
from streams.simulation.callers import Behaviour

ALWAYS: Final = 2**62

_LOOKED_BACK: Final = 14
"""Days: no city closes its lines for longer."""


@dataclass(frozen=True, slots=True)
class Effect:
    """What happens to some lines for a while.

    Attributes:
        on: ``agents`` and ``arrivals`` are multiplied by ``factor``; ``telemetry`` falls silent:
            calls go on, but no event of choices and queues is emitted.
        factor: of agents or arrivals.
        lines: line ids, or how many of the first line's lines, or None for every line.
        after, lasts: from this long after the start, this long; microseconds.
    """

    on: Literal["agents", "arrivals", "telemetry"]
    factor: float = 0.0
    lines: tuple[str, ...] | int | None = 1
    after: int = 0
    lasts: int = ALWAYS

    def touches(self, line: str, first: Sequence[str]) -> bool:
        """Whether it happens to a line.

        Args:
            first: the lines that callers choose, in the order of the menu.
        """
        if self.lines is None:
            return True
        return line in (first[: self.lines] if isinstance(self.lines, int) else self.lines)


def menu(plan: Plan, at: int) -> list[Terms]:
    """The lines that callers choose, in the order in which the menu offers them."""
    first = [terms for terms in plan.lines_at(at) if terms.tier == 1]
    return sorted(first, key=lambda terms: (terms.option or "~", terms.line))


@dataclass(frozen=True, slots=True)
class Scenario:
    """A named day.

    Attributes:
        begins, ends: local clock times of the part that is worth watching; an end before the
            beginning is on the next day.
    """

    name: str
    description: str
    effects: tuple[Effect, ...] = ()
    begins: time = time(8)
    ends: time = time(18)

    def span(self, plan: Plan, at: int) -> tuple[int, int]:
        """The start and the end of the scenario on the local day of an instant."""
        day = instants.to_datetime(at).astimezone(plan.zone).date()
        last = day + timedelta(days=self.ends <= self.begins)
        return (
            instants.of(datetime.combine(day, self.begins, plan.zone)),
            instants.of(datetime.combine(last, self.ends, plan.zone)),
        )

    def latest(self, plan: Plan, now: int) -> tuple[int, int]:
        """The span of the latest day before now on which a line was open in the middle of it."""
        for back in range(1, _LOOKED_BACK + 1):
            begins, ends = self.span(plan, now - back * DAY)
            middle = (begins + ends) // 2
            if ends < now and any(terms.open for terms in plan.lines_at(middle)):
                return begins, ends
        return self.span(plan, now - DAY)


@dataclass(frozen=True, slots=True)
class Run:
    """A scenario that is to happen in a city.

    Attributes:
        seed: of everything that is random.
        start, until: callers begin their calls between these instants; microseconds since 1970.
        scale: times as many callers, with the agents for them.
    """

    plan: Plan
    seed: int
    scenario: Scenario
    start: int
    until: int
    behaviour: Behaviour
    scale: float


_NAMED = (
    Scenario("normal", "an ordinary day: about 80 % answered within the threshold"),
    Scenario(
        "outage",
        "nobody answers one line for an hour: the headsets are dead, the queue is not",
        (Effect("agents", 0, 1, after=2 * HOUR, lasts=HOUR),),
    ),
    Scenario(
        "trunk",
        "for an hour no event of one line arrives; its calls go on",
        (Effect("telemetry", 0, 1, after=2 * HOUR, lasts=HOUR),),
    ),
    Scenario(
        "storm",
        "five times the callers for an hour and a half after a press release, then twice as many",
        (
            Effect("arrivals", 5, None, after=2 * HOUR, lasts=90 * MINUTE),
            Effect("arrivals", 2, None, after=2 * HOUR + 90 * MINUTE, lasts=HOUR),
        ),
    ),
    Scenario(
        "night",
        "from evening to morning: the few who call hear that the city is closed",
        begins=time(19),
        ends=time(7),
    ),
    Scenario(
        "closing",
        "most agents have gone home early, and the last day to pay is today: the lines close with "
        "people waiting in them",
        (
            Effect("agents", 0.3, None, after=HOUR),
            Effect("arrivals", 2, None, after=2 * HOUR),
        ),
        begins=time(15),
        ends=time(20),
    ),
    Scenario(
        "breach",
        "three lines with too few agents, all day",
        (Effect("agents", 0.6, 3),),
    ),
)

SCENARIOS: Final = {scenario.name: scenario for scenario in _NAMED}
