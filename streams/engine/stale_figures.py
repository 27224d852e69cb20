"""Figures that a rebuild no longer has: a plan may judge that nothing was ever booked there.

Whoever adds figures up keeps what was published last. So where a vendor answered a line by the plan
before, and by the new one never did, that is published as nothing: absolute, as all figures are.
"""

from collections.abc import Iterable

from streams.domain.books import INTERVAL
from streams.domain.tally import Tally
from streams.engine.kafka import topics
from streams.engine.kafka.outputs import Outputs, Record
from streams.engine.roles.routes import Routes
from streams.engine.state.partials import Figures, figures_record, read_partial
from streams.sinks.records import interval_record

Quarter = tuple[str, int]


class StaleFigures:
    """What was published of quarter-hours, less what a rebuild books.

    Args:
        routes: how many partitions there are.
    """

    def __init__(self, routes: Routes) -> None:
        self._routes = routes
        self._published: dict[int, set[Quarter]] = {}
        self._booked: dict[int, set[Quarter]] = {}

    def published(self, figures: Figures) -> None:
        """Something was published by a source partition, or by one of callers."""
        if figures.width == INTERVAL and figures.source < self._routes.sources:
            quarter = figures.scope, figures.start
            self._published.setdefault(figures.source, set()).add(quarter)

    def booked(self, outputs: Outputs) -> None:
        """The rebuild publishes this."""
        for (topic, _), records in outputs.items():
            for key, value in records if topic == topics.PARTIALS else ():
                partial = None if value is None else read_partial(key, value)
                if isinstance(partial, Figures) and partial.width == INTERVAL:
                    quarter = partial.scope, partial.start
                    self._booked.setdefault(partial.source, set()).add(quarter)

    def of_source(self, source: int) -> Outputs:
        """Nothing, where a source partition has published something that is there no more."""
        outputs: Outputs = {}
        booked = self._booked.get(source, set())
        for scope, start in sorted(self._published.get(source, set()) - booked):
            record = figures_record(0, source, (scope, INTERVAL, start), Tally(), final=True)
            there = topics.PARTIALS, self._routes.of_scope(scope)
            outputs.setdefault(there, []).append(record)
        return outputs

    def of_intervals(self, keys: Iterable[bytes], since: int) -> list[Record]:
        """Nothing, for each of these final quarter-hours, by its key, that begins at an instant or
        later and has nothing booked. What follows from callers' calls is theirs."""
        booked: set[Quarter] = set().union(*self._booked.values())
        found: list[Record] = []
        for key in keys:
            if b"|callers|" in key:
                continue
            scope, start = key.decode().rsplit("|", 1)
            if int(start) >= since and (scope, int(start)) not in booked:
                found.append(interval_record(scope, int(start), Tally()))
        return found
