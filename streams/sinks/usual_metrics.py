"""What is usual of a line at this hour of the week, as metrics: what its pages are measured by."""

from collections.abc import Callable, Iterable, Iterator

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from streams.domain.board import Board


class UsualCollector(Collector):
    """Of every line that has called, as of the board that watches the lines.

    Args:
        boards: gives the boards owned now.
    """

    def __init__(self, boards: Callable[[], Iterable[Board]]) -> None:
        self._boards = boards

    def describe(self) -> Iterable[Metric]:
        return ()

    def collect(self) -> Iterator[Metric]:
        days = GaugeMetricFamily(
            "contact_line_usual_days", "Days from which what is usual is learnt", labels=["line"]
        )
        rate = GaugeMetricFamily(
            "contact_line_usual_contacts_per_hour",
            "Contacts that are usual at this hour of the week",
            labels=["line"],
        )
        share = GaugeMetricFamily(
            "contact_line_usual_no_entry_ratio",
            "Share of contacts that usually come into no queue at this hour of the week",
            labels=["line"],
        )
        for board in self._boards():
            as_of = board.as_of
            if as_of is None:
                continue
            for line, usual in board.alarms.usual():
                days.add_metric([line], usual.days)
                share.add_metric([line], usual.share(as_of))
                contacts = usual.rate(as_of)
                if contacts is not None:
                    rate.add_metric([line], contacts)
        yield from (days, rate, share)
