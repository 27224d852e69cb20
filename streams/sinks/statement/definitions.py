"""How each figure of a statement is defined, in words."""

from collections.abc import Iterable
from typing import NamedTuple

from streams.domain.figures.abandonment import ABANDONMENT
from streams.domain.figures.reachability import REACHABILITY
from streams.domain.figures.service_level import SERVICE_LEVEL
from streams.sinks.statement.result_objects import Result
from streams.sinks.statement.writing import Writing


class Definition(NamedTuple):
    """A measure of a contract, and the texts of its definition: one per version of its rule."""

    contract: str
    measure: str
    figure: str
    texts: list[str]


def definitions(results: Iterable[Result], w: Writing) -> list[Definition]:
    """The definitions of every measure that was judged, once each."""
    found: dict[tuple[str, str, str], Definition] = {}
    for each in results:
        key = each.contract, each.measure, each.figure
        known = found.setdefault(key, Definition(*key, []))
        text = " ".join(_sentences(each, w))
        if text not in known.texts:
            known.texts.append(text)
    return list(found.values())


def _sentences(of: Result, w: Writing) -> list[str]:
    short = w.number(of.short_abandon_limit)
    on_short = w.text(f"definition.short_{of.short_abandons}", short=short)
    if of.figure == SERVICE_LEVEL.name:
        threshold = w.number(of.threshold or 0)
        return [
            w.text(f"definition.{of.formula}", threshold=threshold) + ".",
            w.text(f"definition.boundary_{of.boundary}", threshold=threshold),
            w.text(f"definition.clock_{of.clock}"),
            on_short,
            *([w.text("definition.overflow_left_out")] if of.overflow == "left_out" else []),
            w.text("definition.in_hours"),
        ]
    if of.figure == REACHABILITY.name:
        return [
            w.text("definition.reachability", limit=w.number(of.reach_limit or 0)) + ".",
            w.text(f"definition.callbacks_{of.callbacks}"),
            w.text("definition.forms"),
        ]
    if of.figure == ABANDONMENT.name:
        return [w.text("definition.abandonment") + ".", on_short]
    return [w.text(f"definition.{of.figure}") + "."]
