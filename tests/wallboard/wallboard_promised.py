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
from streams.domain.statement.counting import lower_is_better
from streams.domain.statement.forecast import Outlook
from streams.domain.statement.judging import Result
from streams.domain.statement.periods import period
from streams.domain.statement.standing import standing
from streams.domain.statement.statement import statement
from streams.domain.tally import LINE

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


def lost_at(result: Result, outlook: Outlook, now: int) -> float | None:
    """When, at the pace so far, a measure has no misses left, in seconds."""
    count = result.count
    worse = lower_is_better(result.measure.figure)
    misses = float(count.part if worse else count.whole - count.part)
    if not outlook.misses_left or outlook.misses_left < 0 or not misses:
        return None
    return (now + (now - result.since) * outlook.misses_left / misses) / SECOND


class Periods:
    """The vendors' periods so far, from their statements: a quarter-hour's statement at a time.

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

    def collect(self, now: int) -> Iterator[Metric]:
        plan = self._plan
        intervals, provisional = standing(self._contacts.values(), plan, now)
        today = instants.to_datetime(now).astimezone(plan.zone).date()
        families: dict[str, list[tuple[dict[str, str], float]]] = defaultdict(list)
        for vendor in plan.vendors_at(now):
            found = statement(
                plan, vendor.id, period("monthly", today), intervals, now, provisional
            )
            for place, result in enumerate(found.results):
                labels = {
                    "vendor": vendor.id,
                    "contract": result.rule.contract,
                    "measure": result.rule.measure.id,
                    "line": result.line or "",
                }
                self._measure(families, labels, result, found.outlooks.get(place), now)
            for rank, worst in enumerate(found.worst, 1):
                labels = {
                    "vendor": vendor.id,
                    "line": worst.line,
                    "rank": f"{rank:02}",
                }
                families["worst_timestamp_seconds"].append((labels, worst.start / SECOND))
                families["worst_misses"].append((labels, float(worst.misses)))
                families["worst_calls"].append((labels, float(worst.count.whole)))
        for name, samples in families.items():
            yield gauge(f"contact_vendor_period_{name}", *samples)

    def _measure(
        self,
        families: dict[str, list[tuple[dict[str, str], float]]],
        labels: dict[str, str],
        result: Result,
        outlook: Outlook | None,
        now: int,
    ) -> None:
        def add(name: str, value: float | None, **more: str) -> None:
            if value is not None:
                families[name].append((labels | more, float(value)))

        add("start_timestamp_seconds", result.since / SECOND)
        add("end_timestamp_seconds", result.until / SECOND)
        add("target_ratio", float(result.rule.measure.target))
        add("ratio", None if result.value is None else float(result.value))
        add("calls", float(result.count.whole))
        if result.distance is not None:
            add("margin_ratio", -float(result.distance) / 100)
        if outlook is not None:
            add("misses_left", outlook.misses_left)
            add("lost_timestamp_seconds", lost_at(result, outlook, now))
            add("forecast_ratio", outlook.mid)
            add("forecast_low_ratio", outlook.low)
            add("forecast_high_ratio", outlook.high)
        add("malus", float(result.charge.amount) if result.charge is not None else 0.0)
        for effect in result.effects:
            exclusion = effect.exclusion.id
            add("excluded_quarter_hours", effect.quarter_hours, exclusion=exclusion)
            add("excluded_calls", float(effect.left_out.whole), exclusion=exclusion)
