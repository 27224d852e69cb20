"""What an alert says, whoever sends it: its words in the city's languages, and where it leads.

The stream posts alerts of its own and Prometheus fires those of the rules; a person who is woken
must not notice the difference. Both therefore carry the same annotations, per language what is
wrong (``summary_en``), how bad it is (``description_en``) and what to do first (``action_en``), and
``summary`` and ``description`` in the city's first language for tools that know only these.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple
from urllib.parse import quote

from streams.domain.plan import Plan

LANGUAGES: Final = ("en", "nl")
"""Languages in which alerts are written."""

PAGE: Final = "page"
"""Severity: wakes somebody."""
TICKET: Final = "ticket"
"""Severity: waits for working hours."""
NONE: Final = "none"
"""Severity: for machines only."""


class Text(NamedTuple):
    """An alert in one language: one line, the details, and what to do first."""

    summary: str
    description: str
    action: str


Words = Mapping[str, Text]
"""An alert by language."""


@dataclass(frozen=True, slots=True)
class Links:
    """Where runbooks and dashboards are found.

    Attributes:
        runbooks: address of the directory that holds ``deploy/runbooks``.
        grafana: Grafana's address.
    """

    runbooks: str = "http://localhost:3000/public/runbooks"
    grafana: str = "http://localhost:3000"

    def runbook(self, alert: str) -> str:
        """The page on what to do about an alert of this name."""
        return f"{self.runbooks.rstrip('/')}/{alert}.md"

    def line(self, line: str) -> str:
        """The dashboard of one line."""
        return self.line_of(quote(line, safe=""))

    def line_of(self, variable: str) -> str:
        """The dashboard of the line that a text, quoted for an address already, stands for."""
        return f"{self._dashboard('reachline-line')}?var-line={variable}"

    def vendor_of(self, variable: str) -> str:
        """The dashboard of the vendor that a text, quoted already, stands for."""
        return f"{self._dashboard('reachline-vendor')}?var-vendor={variable}"

    @property
    def wallboard(self) -> str:
        """The dashboard of all lines."""
        return self._dashboard("reachline-wallboard")

    @property
    def pipeline(self) -> str:
        """The dashboard of the stream itself."""
        return self._dashboard("reachline-pipeline")

    def _dashboard(self, uid: str) -> str:
        return f"{self.grafana.rstrip('/')}/d/{uid}"


def languages(plan: Plan) -> tuple[str, ...]:
    """The languages in which the city's alerts are written: those of the plan that we know, in its
    order, else English."""
    known = tuple(word for word in plan.entries.city.languages if word in LANGUAGES)
    return known or ("en",)


def annotations(words: Words, languages: tuple[str, ...]) -> dict[str, str]:
    """An alert's words as annotations."""
    first = words[languages[0]]
    found = {"summary": first.summary, "description": first.description}
    for language in languages:
        for part, text in words[language]._asdict().items():
            found[f"{part}_{language}"] = text
    return found
