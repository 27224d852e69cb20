"""Metrics that only a running worker has, or that are agreed but not exported yet.

The families are made here from the same ledger and detectors, under the names that the exporters
use. `tests/grafana` holds the names against the exporters' own.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from math import inf

from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)

from grafana.alerts import WATCHDOG
from streams.domain import instants
from streams.domain.board import Board
from streams.domain.detector import Detector
from streams.domain.detector.alert import KINDS
from streams.domain.events import Event
from streams.domain.instants import MINUTE, SECOND
from streams.domain.journey import Contact
from streams.domain.ledger import Ledger
from streams.domain.plan import Plan
from streams.domain.statement.periods import period
from streams.domain.statement.running import running
from streams.domain.statement.standing import standing
from streams.domain.statement.statement import statement
from streams.domain.tally import LINE
from streams.sinks.period_metrics import period_metrics

WAITS = (5, 10, 20, 30, 60, 120, 300, 600)
"""Bounds in seconds."""

TOPICS = ("contact.call-start", "contact.menu-choice", "contact.queue", "contact.hangup")
SHARES = (0.2, 0.19, 0.41, 0.2)
CHECKPOINT_BOUNDS = ("0.01", "0.025", "0.05", "0.1", "0.25", "0.5", "1", "2.5", "+Inf")


def gauge(name: str, *samples: tuple[dict[str, str], float]) -> Metric:
    labels = list(samples[0][0]) if samples else []
    family = GaugeMetricFamily(name, name, labels=labels)
    for values, value in samples:
        family.add_metric(list(values.values()), value)
    return family


SILENT_AFTER = 5 * MINUTE


def alerts(
    plan: Plan, detectors: Iterable[Detector], as_of: int, now: int, known: dict[str, int]
) -> Iterator[Metric]:
    """The detectors' alerts as the worker exports them, and as Prometheus has them firing.

    Args:
        as_of: how far the figures are.
        known: since when each alert has been firing; kept from one call to the next.
    """
    open_, since = [], []
    fires: list[dict[str, str]] = [{"alertname": WATCHDOG, "severity": "none"}]
    for detector in detectors:
        terms = plan.terms(detector.line, now)
        assert terms is not None
        found = {alert.kind: alert for alert in detector.alerts()}
        for kind in KINDS:
            labels = {"line": detector.line, "vendor": terms.vendor, "kind": str(kind)}
            open_.append((labels, float(kind in found)))
            if kind in found:
                since.append((labels, found[kind].since / SECOND))
    yield gauge("contact_alert_open", *open_)
    if since:
        yield gauge("contact_alert_since_timestamp_seconds", *since)
    if now - as_of > SILENT_AFTER:
        fires.append({"alertname": "ContactTelemetrySilent", "severity": "page"})
    for labels in fires:
        known.setdefault(repr(labels), now)
        began = known[repr(labels)] / SECOND
        yield gauge("ALERTS", (labels | {"alertstate": "firing"}, 1.0))
        yield gauge("ALERTS_FOR_STATE", (labels, began))
    for gone in known.keys() - {repr(labels) for labels in fires}:
        del known[gone]


class Pipeline:
    """What a worker tells of itself, for one worker with one source partition."""

    def __init__(self) -> None:
        self._began: int | None = None
        self._checkpoints = 0

    def collect(self, now: int, ledger: Ledger, seen: int) -> Iterator[Metric]:
        if self._began is None:
            self._began = now
        self._checkpoints += 1_000
        minutes = (now - self._began) / MINUTE
        events = CounterMetricFamily("contact_events", "", labels=["topic"])
        for topic, share in zip(TOPICS, SHARES, strict=True):
            events.add_metric([topic], int(seen * share))
        yield events
        refused = CounterMetricFamily("contact_refused", "", labels=["reason"])
        refused.add_metric(["unknown-line"], int(minutes / 9))
        refused.add_metric(["unreadable"], int(minutes / 31))
        yield refused
        yield CounterMetricFamily("contact_late", "", value=int(minutes / 17))
        lag = [
            ({"topic": topic, "partition": "0"}, float(int(seen * share) % 5 == 0))
            for topic, share in zip(TOPICS, SHARES, strict=True)
        ]
        yield gauge("contact_lag_records", *lag)
        partition = {"partition": "0"}
        yield gauge("contact_partition_clock_timestamp_seconds", (partition, ledger.clock / SECOND))
        yield gauge("contact_open_contacts", (partition, len(ledger.contacts)))
        yield gauge("contact_state_owner", (partition, 1))
        yield gauge("contact_books_imbalance", ({}, ledger.imbalance()))
        yield gauge("contact_recovery_seconds", (partition, 0.8))
        yield gauge("contact_recovery_records", (partition, 12_400))
        shares = (0, 0.2, 0.7, 0.93, 0.99, 1, 1, 1, 1)
        buckets = [
            (bound, int(self._checkpoints * share))
            for bound, share in zip(CHECKPOINT_BOUNDS, shares, strict=True)
        ]
        yield HistogramMetricFamily(
            "contact_checkpoint_seconds", "", buckets=buckets, sum_value=self._checkpoints * 0.05
        )
        yield gauge("contact_checkpoint_timestamp_seconds", ({}, now / SECOND - 0.4))
        yield gauge("contact_worker_info", ({"worker": "reachline-1", "version": "0.1.0"}, 1))
        yield gauge("contact_ready", ({}, 1))
        yield gauge("process_resident_memory_bytes", ({}, 96e6 + 900 * len(ledger.contacts)))
        yield CounterMetricFamily("process_cpu_seconds", "", value=minutes * 1.3)


def waits(boards: Iterable[Board], lines: Iterable[str]) -> Metric:
    """How long answered callers waited, cumulative, for the heat map."""
    samples = []
    for board in boards:
        for line in lines:
            found = board.scope(LINE + line).windows.tally("15m").waits
            for bound in (*WAITS, inf):
                within = sum(count for upper, count in found.items() if upper <= bound)
                le = "+Inf" if bound == inf else str(bound)
                samples.append(({"line": line, "window": "15m", "le": le}, float(within)))
    return gauge("contact_line_waits", *samples)


class Periods:
    """The vendors' periods so far.

    Args:
        plan: what was agreed.
        told: everything that the phone system has told since the beginning of the period.
    """

    def __init__(self, plan: Plan, told: Iterable[tuple[int, Event]]) -> None:
        self._plan = plan
        self._contacts: dict[str, Contact] = {}
        for at, event in told:
            contact = self._contacts.setdefault(event.call_id, Contact(event.call_id))
            contact.merge(event, at)

    def collect(self, now: int, vendor: str) -> Iterator[Metric]:
        """What is exported of the vendor's period, and what is awaited besides."""
        plan = self._plan
        intervals, provisional = standing(self._contacts.values(), plan, now)
        yield from period_metrics(running(plan, [vendor], now, intervals, provisional))
        today = instants.to_datetime(now).astimezone(plan.zone).date()
        found = statement(plan, vendor, period("monthly", today), intervals, now, provisional)
        families: dict[str, list[tuple[dict[str, str], float]]] = defaultdict(list)
        for result in found.results:
            labels = {
                "vendor": vendor,
                "contract": result.rule.contract,
                "measure": result.rule.measure.id,
                "figure": result.rule.measure.figure,
                "line": result.line or "",
            }
            charge = result.charge
            money = labels | {"currency": result.rule.currency}
            families["malus"].append((money, float(charge.amount) if charge else 0.0))
            for effect in result.effects:
                of = labels | {"exclusion": effect.exclusion.id}
                families["excluded_quarter_hours"].append((of, effect.quarter_hours))
                families["excluded_offered"].append((of, float(effect.left_out.whole)))
        for rank, worst in enumerate(found.worst, 1):
            of = {"vendor": vendor, "line": worst.line, "rank": f"{rank:02}"}
            families["worst_timestamp_seconds"].append((of, worst.start / SECOND))
            families["worst_misses"].append((of, float(worst.misses)))
            families["worst_offered"].append((of, float(worst.count.whole)))
        for name, samples in families.items():
            yield gauge(f"contact_vendor_period_{name}", *samples)
