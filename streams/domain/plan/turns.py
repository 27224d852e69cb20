"""When a line opens and closes next, and when anything that holds for it may change."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from streams.domain.instants import DAY
from streams.domain.plan.calendar import Openings
from streams.domain.plan.model import Contract, Line, LineException
from streams.domain.plan.validity import Version, valid

HORIZON: Final = 400 * DAY
"""How far ahead an opening or a closing is looked for: over a year, since some desks open for a few
days of it."""


class Turns:
    """The turns of a plan's lines: the instants at which they open or close.

    Args:
        lines: by id, each id's in the order of time; more may come while it is asked.
        contracts: the same.
        openings: the plan's opening hours.
        exceptions: when a line is open, or closed, whatever its hours say.
    """

    def __init__(
        self,
        lines: Mapping[str, Sequence[Version[Line]]],
        contracts: Mapping[str, Sequence[Version[Contract]]],
        openings: Openings,
        exceptions: Iterable[LineException] = (),
    ) -> None:
        self._lines = lines
        self._contracts = contracts
        self._openings = openings
        self._exceptions: dict[str, list[LineException]] = {}
        for each in exceptions:
            self._exceptions.setdefault(each.line, []).append(each)
        self._found: dict[str, tuple[int, int, int | None]] = {}

    def is_open(self, line: Line, at: int) -> bool:
        """Whether the line is open at the instant, by its exceptions and else by its hours."""
        for each in self._exceptions.get(line.id, ()):
            if each.since <= at < each.until:
                return each.open
        return line.hours is None or self._openings.is_open(line.hours, at)

    def next(self, line: str, at: int) -> int | None:
        """The next instant at which the line is open when it is closed now, or closed when open;
        None: there is none within the horizon.

        What was found holds for every instant up to it, and that there is none holds for a day.
        """
        since, until, turn = self._found.get(line, (0, 0, None))
        if since <= at < until:
            return turn
        turn = self._find(line, at)
        self._found[line] = at, at + DAY if turn is None else turn, turn
        return turn

    def next_edge(self, line: str, at: int) -> int | None:
        """The next instant at which anything that the line's terms hang on may change."""
        versions: list[Version[Any]] = list(self._lines.get(line, ()))
        entry = valid(versions, at)
        edges: list[int] = []
        if entry is not None:
            versions += self._contracts[entry.contract]
        if entry is not None and entry.hours is not None:
            edges.append(self._openings.next_edge(entry.hours, at))
        bounds = [bound for version in versions for bound in (version.since, version.until)]
        for each in self._exceptions.get(line, ()):
            bounds += [each.since, each.until]
        edges += [bound for bound in bounds if bound is not None and bound > at]
        return min(edges, default=None)

    def _find(self, line: str, at: int) -> int | None:
        now = self._open_at(line, at)
        edge: int | None = at
        while edge is not None and edge <= at + HORIZON:
            if self._open_at(line, edge) is not now:
                return edge
            edge = self.next_edge(line, edge)
        return None

    def _open_at(self, line: str, at: int) -> bool:
        entry = valid(self._lines.get(line, ()), at)
        return entry is not None and self.is_open(entry, at)
