"""What a scenario changes in a city, in words and with the time: for those who watch it."""

from collections.abc import Iterator
from dataclasses import dataclass

from streams.domain.plan import Plan
from streams.simulation.scenario import ALWAYS, Effect, Scenario, menu


@dataclass(frozen=True, slots=True)
class Incident:
    """Something that changes in the city.

    Attributes:
        at: when; microseconds since 1970.
        what: the scenario begins, goes on in another way, or ends.
        how: what is different from then on, with the names of the lines.
    """

    at: int
    what: str
    how: str


def incidents(scenario: Scenario, plan: Plan, start: int) -> list[Incident]:
    """What changes on a day of the scenario that begins at ``start``, in the order of time."""
    return sorted(_incidents(scenario, plan, start), key=lambda incident: incident.at)


def _incidents(scenario: Scenario, plan: Plan, start: int) -> Iterator[Incident]:
    begins = {effect.after for effect in scenario.effects}
    for effect in scenario.effects:
        lines = _lines(effect, plan, start)
        what = "begins" if effect.after == min(begins) else "goes on"
        yield Incident(start + effect.after, f"{scenario.name} {what}", _worse(effect, lines))
        over = effect.after + effect.lasts
        if effect.lasts != ALWAYS and over not in begins:
            yield Incident(start + over, f"{scenario.name} ends", _well(effect, lines))


def _lines(effect: Effect, plan: Plan, at: int) -> str:
    if effect.lines is None:
        return "all lines"
    first = menu(plan, at)
    chosen = [terms.line for terms in first]
    names = [
        terms.names.get("en") or next(iter(terms.names.values()), terms.line)
        for terms in first
        if effect.touches(terms.line, chosen)
    ]
    return " and ".join([", ".join(names[:-1]), names[-1]] if names[1:] else names)


def _worse(effect: Effect, lines: str) -> str:
    if effect.on == "telemetry":
        return f"no events arrive of {lines}, whose calls go on"
    if effect.on == "arrivals":
        return f"{effect.factor:g} times the callers on {lines}"
    if not effect.factor:
        return f"nobody answers {lines}"
    return f"{effect.factor:.0%} of the agents are there for {lines}"


def _well(effect: Effect, lines: str) -> str:
    if effect.on == "telemetry":
        return f"events arrive again of {lines}"
    if effect.on == "arrivals":
        return f"as many callers as usual on {lines}"
    return f"agents are back on {lines}"
