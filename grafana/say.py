"""What dashboards say: texts in a language, and the words and colours that stand for values."""

from collections.abc import Mapping
from typing import Final

from grafana_foundation_sdk.models import dashboard as models

from grafana import palette
from streams.domain.plan import Plan, Terms
from streams.texts import DEFAULT, texts


class Say:
    """Says things in a dashboard's language.

    >>> Say("nl")("line.now.waiting_now")
    'Wacht nu'
    """

    def __init__(self, language: str) -> None:
        self.language = language
        self.texts = texts(language)

    def __call__(self, path: str, **fields: object) -> str:
        """The text under a path in ``dashboards.toml``; fields as in the catalogue."""
        return self.texts(f"dashboards.{path}", **fields)

    def uid(self, dashboard: str) -> str:
        """Where a dashboard is found: alerts lead to the English one."""
        suffix = "" if self.language == DEFAULT else f"-{self.language}"
        return f"reachline-{dashboard}{suffix}"


def colour(value: str) -> dict[str, str]:
    """A fixed colour as an override's value."""
    return {"mode": "fixed", "fixedColor": value}


def mapped(options: Mapping[str, tuple[str, str | None]]) -> models.ValueMap:
    """A value mapping: value -> text and colour."""
    return models.ValueMap(
        options={
            value: models.ValueMappingResult(text=text, color=tint, index=index)
            for index, (value, (text, tint)) in enumerate(options.items())
        }
    )


def states(say: Say) -> models.ValueMap:
    """The words and colours of ``contact_line_status``."""
    return mapped(
        {
            str(state.value): (say.texts(f"terms.status.{state.name}"), state.colour)
            for state in palette.STATES
        }
    )


def line_names(plan: Plan, now: int, say: Say) -> models.ValueMap:
    """The lines' names, for tables that have their ids."""
    return mapped(
        {terms.line: (line_name(terms, say), None) for terms in plan.lines_at(now)}
        | {"": (say("all_together"), None)}
    )


def line_name(terms: Terms, say: Say) -> str:
    """A line's name in the dashboard's language, else in the plan's first."""
    return terms.names.get(say.language, next(iter(terms.names.values()), terms.line))


DASH: Final = mapped({"-1": ("–", None)})
"""For what has no number: nothing was counted, or it is not known."""
NOBODY: Final = mapped({"-1": ("–", None), "0": ("–", None)})
"""For the wait of the first in a queue, who may not be there."""
