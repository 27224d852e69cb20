"""Who answers which lines at an instant, found once for as long as no line begins or ends.

Every detector of a vendor or of the city asks it again and again: with a thousand lines, looking
through all of them each time was nine tenths of what the detectors cost.
"""

from bisect import bisect_right
from collections.abc import Iterable

from streams.domain.plan.model import Line
from streams.domain.plan.validity import Version


class Era:
    """Who answers which lines for as long as no line begins or ends.

    Attributes:
        vendors: the ids of those who answer any.
        lines: the ids of a vendor's lines, in the plan's order.
        first_lines: the ids of all first lines, sorted.
    """

    def __init__(self, lines: Iterable[Line]) -> None:
        self.lines: dict[str, list[str]] = {}
        first = []
        for line in lines:
            self.lines.setdefault(line.vendor, []).append(line.id)
            if line.tier == 1:
                first.append(line.id)
        self.vendors = frozenset(self.lines)
        self.first_lines = sorted(first)


class Answering:
    """Who answers which lines.

    Args:
        versions: the plan's lines.
    """

    def __init__(self, versions: Iterable[Version[Line]]) -> None:
        self._versions = tuple(versions)
        bounds = {bound for each in self._versions for bound in (each.since, each.until)}
        self._edges = sorted(bound for bound in bounds if bound is not None)
        self._eras: dict[int, Era] = {}

    def at(self, at: int) -> Era:
        """Who answers which lines at an instant."""
        number = bisect_right(self._edges, at)
        era = self._eras.get(number)
        if era is None:
            era = Era(version.entry for version in self._versions if version.valid(at))
            self._eras[number] = era
        return era
