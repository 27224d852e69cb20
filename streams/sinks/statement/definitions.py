"""How each figure of a statement is defined, in words."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from streams.domain.figures import measured
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


def _sentences(of: Result, w: Writing) -> Iterator[str]:
    rules = {
        "formula": of.formula,
        "boundary": of.boundary,
        "clock": of.clock,
        "callbacks": of.callbacks,
        "short_abandons": of.short_abandons,
        "overflow": of.overflow,
    }
    fields = {
        "threshold": w.number(of.threshold or 0),
        "limit": w.number(of.reach_limit or 0),
        "short": w.number(of.short_abandon_limit),
    }
    for sentence in measured(of.figure).sentences or (of.figure,):
        if "{overflow}" in sentence and not of.overflow:
            continue  # overflows count as anything else does
        text = w.text(f"definition.{sentence.format(**rules)}", **fields)
        yield text if text.endswith(".") else f"{text}."
