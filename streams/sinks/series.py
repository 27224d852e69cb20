"""What a series of the figures is: its scope, its family, and how its value is found.

The series of a kind of scopes are listed once (``prometheus``); the page is written from the list.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, Generic, NamedTuple, TypeVar

from prometheus_client.core import GaugeMetricFamily, Metric

from streams.domain.board import Scope
from streams.domain.counts import INDEX
from streams.domain.histogram import Histogram
from streams.domain.instants import SECOND
from streams.domain.plan import Terms
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


class Counted:
    """The tally of a scope's window, read by all series of it: its counts are laid open once, its
    waits are counted up once.

    Attributes:
        shown: whose.
        longest: the longest ended wait in us; -1 if there is none.
    """

    __slots__ = ("_counts", "_histogram", "_tally", "_whole_histogram", "longest", "shown")

    def __init__(self, shown: Shown, window: str) -> None:
        self._tally = tally = shown.scope.windows.tally(window)
        self._counts = tally.numbers()
        self._histogram: Histogram | None = None
        self._whole_histogram: Histogram | None = None
        self.longest = tally.longest
        self.shown = shown

    @property
    def histogram(self) -> Histogram:
        """The waits of answered visits, counted up."""
        if self._histogram is None:
            self._histogram = self._tally.histogram
        return self._histogram

    @property
    def whole_histogram(self) -> Histogram:
        """The whole waits of contacts, counted up."""
        if self._whole_histogram is None:
            self._whole_histogram = self._tally.whole_histogram
        return self._whole_histogram

    def __getitem__(self, name: str) -> int:
        return self._counts[INDEX[name]]


Of = TypeVar("Of")
"""What a series is made of: the tally of a window, or the moment."""


@dataclass(frozen=True, slots=True)
class Series(Generic[Of]):
    """A series that every scope of a kind has.

    Attributes:
        name: of its family, without the prefix of its kind.
        text: the family's help.
        labels: beside the scope's own.
        value: None where there is no sample.
        read: whether a dashboard, a rule or a page of ours reads it of a line.
        sparse: whether 0 is left out.
    """

    name: str
    text: str
    labels: dict[str, str]
    value: Callable[[Of], float | None]
    read: bool = True
    sparse: bool = False


class Kind(NamedTuple):
    """What the scopes of one kind show.

    Attributes:
        prefix: of their metrics.
        label: that distinguishes them; empty for the city.
        windows: per window the series made of its tally.
        present: the series of this moment.
        agreed: the families of what is agreed, of a line.
    """

    prefix: str
    label: str
    windows: dict[str, tuple[Series[Counted], ...]]
    present: tuple[Series[Shown], ...]
    agreed: tuple[str, ...] = ()

    def as_read(self) -> "Kind":
        """What is read of them."""
        windows = {
            window: tuple(replace(each, sparse=each.name in SPARSE) for each in series if each.read)
            for window, series in self.windows.items()
        }
        return self._replace(
            windows={window: series for window, series in windows.items() if series},
            present=tuple(each for each in self.present if each.read),
            agreed=tuple(name for name in self.agreed if AGREED[name]),
        )


SPARSE: Final = ("visits",)
"""Families of which no dashboard, rule or page of ours tells 0 from nothing. Most lines have hardly
any visits that were lost, blocked or closed: half of these samples were 0."""

AGREED: Final = {
    "service_level_target_ratio": True,
    "reachability_target_ratio": True,
    "threshold_seconds": False,
    "info": True,
}
"""The families of what is agreed of a line, and whether anything of ours reads them."""


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
