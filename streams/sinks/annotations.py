"""The annotations of an alert, from the stream or from Prometheus.

The stream posts alerts of its own and Prometheus fires those of the rules; a person who is woken
must not notice the difference. Both therefore carry the same annotations, per language what is
wrong (``summary_en``), how bad it is (``description_en``) and what to do first (``action_en``), and
``summary`` and ``description`` in the city's first language for tools that know only these.
"""

from collections.abc import Callable
from typing import Final

from streams.domain.plan import Plan
from streams.texts import spoken as known

PAGE: Final = "page"
"""Severity: wakes somebody."""
NOTICE: Final = "notice"
"""Severity: tells somebody, and wakes nobody."""
TICKET: Final = "ticket"
"""Severity: waits for working hours."""
NONE: Final = "none"
"""Severity: for machines only."""

PARTS: Final = ("summary", "description", "action")
"""What an alert says: one line, the details, and what to do first."""


def spoken(plan: Plan) -> tuple[str, ...]:
    """The languages in which the city's alerts are written: those of the plan that there are texts
    of, in its order, else English."""
    return known(plan.entries.city.languages)


def annotations(said: Callable[[str, str], str], languages: tuple[str, ...]) -> dict[str, str]:
    """An alert's texts as annotations.

    Args:
        said: gives a part of the alert in a language.
        languages: the first one is that of the annotations without a language in their name.
    """
    found = {part: said(part, languages[0]) for part in ("summary", "description")}
    for language in languages:
        for part in PARTS:
            found[f"{part}_{language}"] = said(part, language)
    return found
