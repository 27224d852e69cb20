"""Alerts as metrics: which are open, since when, and whether they reach anybody."""

from collections.abc import Callable, Collection, Iterable, Iterator
from itertools import product

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from streams.domain.board import Board
from streams.domain.detector.alert import ALERT_KINDS, Kind
from streams.domain.instants import SECOND
from streams.domain.plan import Plan
from streams.domain.tally import CITY, LINE
from streams.domain.watched import terms_of
from streams.sinks.alert_texts import SEVERITIES
from streams.sinks.alertmanager import Alertmanagers

Named = tuple[str, str | None, Kind]
"""By what an alert is known: a line, or no line (``""``) and the vendor that it is of, and the
kind."""


class AlertsCollector(Collector):
    """The alerts of the boards shown now.

    Args:
        plan: who answers the lines.
        boards: gives the boards owned now.
        alertmanagers: to whom the alerts go.
        zeros: whether every line has a series per kind, 0 where no alert is open: at the worker
            that watches the lines. No rule and no dashboard of ours tells 0 from nothing; which
            lines somebody owns, their other series say.
    """

    def __init__(
        self,
        plan: Plan,
        boards: Callable[[], Iterable[Board]],
        alertmanagers: Alertmanagers,
        zeros: bool = False,
    ) -> None:
        self._plan = plan
        self._boards = boards
        self._alertmanagers = alertmanagers
        self._zeros = zeros

    def describe(self) -> Iterable[Metric]:
        return ()

    def collect(self) -> Iterator[Metric]:
        labels = ["line", "vendor", "kind"]
        open_ = GaugeMetricFamily(
            "contact_alert_open", "1 while an alert is open", labels=[*labels, "severity"]
        )
        since = GaugeMetricFamily(
            "contact_alert_since_timestamp_seconds",
            "When the trouble of an open alert began",
            labels=labels,
        )
        people = GaugeMetricFamily(
            "contact_alert_people", "Visits that an open alert is about", labels=labels
        )
        passed_over = 0
        for board in self._boards():
            passed_over += board.alarms.passed_over()
            known = {
                (line, alert.subject.vendor if alert.line is None else None, alert.kind): alert
                for alert in board.alarms.open()
                for line in (alert.lines or ("",))
            }
            for line, vendor, kind in self._named(board, known):
                now = board.as_of or 0
                named = [line, vendor or terms_of(self._plan, line, now).vendor, kind]
                alert = known.get((line, vendor, kind))
                severity = SEVERITIES[kind][0] if alert is None else alert.severity
                open_.add_metric([*named, severity], alert is not None)
                if alert is not None:
                    since.add_metric(named, alert.since / SECOND)
                    people.add_metric(named, alert.people)
        yield from (open_, since, people)
        yield GaugeMetricFamily(
            "contact_decisions_passed_over",
            "Decisions that came too late to be fed to a detector",
            value=passed_over,
        )
        yield from self._delivery()

    def _named(self, board: Board, known: Collection[Named]) -> Iterable[Named]:
        """What has a series; nothing before the board stands as of an instant."""
        if board.as_of is None:
            return ()
        found = dict.fromkeys(sorted(known, key=str))
        if self._zeros and CITY in board.scopes:
            shown = {name.removeprefix(LINE) for name in board.shown() if name.startswith(LINE)}
            lines = sorted(shown | {terms.line for terms in self._plan.lines_at(board.as_of)})
            found |= {(line, None, kind): None for line, kind in product(lines, ALERT_KINDS)}
        return found

    def _delivery(self) -> Iterator[Metric]:
        yield GaugeMetricFamily(
            "contact_alert_delivery_failing",
            "1 while no Alertmanager accepts alerts from this worker",
            value=float(self._alertmanagers.failing),
        )
        up = GaugeMetricFamily(
            "contact_alertmanager_up",
            "1 if it accepted the alerts last posted",
            labels=["alertmanager"],
        )
        for peer in self._alertmanagers.peers:
            up.add_metric([peer.name], float(peer.up))
        yield up
