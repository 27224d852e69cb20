"""What a series of the figures is: its scope, its family, and how its value is found.

The series of a kind of scopes are listed once (``prometheus``); the page is written from the list.
"""

from collections.abc import Callable
from typing import NamedTuple

from prometheus_client.core import GaugeMetricFamily, Metric

from streams.domain.board import Scope
from streams.domain.counts import COUNTS
from streams.domain.instants import SECOND
from streams.domain.plan import Terms
from streams.domain.tally import Tally
from streams.texts import languages


class Shown(NamedTuple):
    """A scope as it is shown: as of when by its own clock and by the machine's, and of a line what
    holds there then."""

    kind: "Kind"
    own: str
    scope: Scope
    as_of: int
    current: int
    terms: Terms | None


class Counted(Tally):
    """The tally of a scope's window, read by all series of it: its counts are unpacked once."""

    __slots__ = ("_named", "shown")

    def __init__(self, shown: Shown, window: str) -> None:
        tally = shown.scope.windows.tally(window)
        super().__init__(tally.packed)
        self.waits, self.longest = tally.waits, tally.longest
        self.shown = shown
        self._named = dict(zip(COUNTS, tally.counts, strict=True))

    def __getitem__(self, name: str) -> int:
        return self._named[name]


class Series(NamedTuple):
    """A series that every scope of a kind has: its family, its labels beside the scope's own, and
    what its value is made of: its window, or the last half hour."""

    name: str
    text: str
    labels: dict[str, str]
    value: Callable[[Counted], float | None]


class Kind(NamedTuple):
    """What the scopes of one kind show.

    Attributes:
        prefix: of their metrics.
        label: that distinguishes them; empty for the city.
        windows: per window the series made of its tally.
        present: the series of this moment.
    """

    prefix: str
    label: str
    windows: dict[str, tuple[Series, ...]]
    present: tuple[Series, ...]


def agreed(line: str, terms: Terms) -> list[Metric]:
    """The families of what is agreed of a line, each with its one series."""
    contract, names = terms.contract, terms.names
    labels = {"line": line, "vendor": terms.vendor}
    info = {
        "tier": str(terms.tier),
        "name": next(iter(names.values()), line),
        **{f"name_{language}": names.get(language, line) for language in languages()},
        "formula": contract.formula,
    }
    families: list[Metric] = []
    for name, text, own, value in (
        ("service_level_target_ratio", "Contract's target", labels, contract.target),
        ("reachability_target_ratio", "Target", labels, contract.reach_target),
        ("threshold_seconds", "Contract's threshold", labels, contract.threshold / SECOND),
        ("info", "Names of the line", labels | info, 1.0),
    ):
        family = GaugeMetricFamily("contact_line_" + name, text, labels=list(own))
        family.add_metric(list(own.values()), value)
        families.append(family)
    return families
