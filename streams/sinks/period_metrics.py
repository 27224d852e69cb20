"""The running periods of vendors as Prometheus metrics: so far, target, misses left, forecast.

Labels are the vendor, the contract, the measure's id in the plan, its figure, and the line: empty
for a pool, which to Prometheus is no label. Ratios are fractions of one after the contract's
exclusions, with no sample where nothing is under the line; of the average speed of answer the same
in seconds. Judging costs some 25 ms of CPU per measure, line and month, so it is done anew when a
quarter-hour has become final, beside the event loop, and not at each scrape.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from prometheus_client.core import GaugeMetricFamily, Metric

from streams.domain.instants import SECOND
from streams.domain.statement import counting
from streams.domain.statement.holdings import ASA
from streams.domain.statement.running import Running

_PREFIX: Final = "contact_vendor_period_"
_LABELS: Final = ("vendor", "contract", "measure", "figure", "line")

_RATIOS: Final = {
    "ratio": "The measure so far this period, after exclusions",
    "target_ratio": "The measure's target",
    "forecast_ratio": "The measure at the period's end: nine in ten between low and high",
}
_SECONDS: Final = {
    "seconds": "The average speed of answer so far this period, after exclusions",
    "target_seconds": "Its target",
    "forecast_seconds": "It at the period's end: nine in ten between low and high",
}
_OTHERS: Final = {
    "offered": "What is under the measure's line so far",
    "misses": "Misses so far; of abandonment, abandons",
    "misses_left": "Misses that the target still bears at the calls expected; below 0: none",
    "expected_offered": "What will be under the line at the period's end, expected",
    "end_timestamp_seconds": "When the period ends",
    "lost_timestamp_seconds": "When the last miss will be spent, if that is before the end",
    "provisional_ratio": "Share of what is under the line so far that may still change",
}


def period_metrics(found: Iterable[Running]) -> Iterator[Metric]:
    """The families ``contact_vendor_period_...`` of these running periods."""
    families: dict[str, GaugeMetricFamily] = {}
    for name, text in (_RATIOS | _SECONDS | _OTHERS).items():
        labels = [*_LABELS, "bound"] if name.startswith("forecast") else list(_LABELS)
        families[name] = GaugeMetricFamily(_PREFIX + name, text, labels=labels)
    for each in found:
        of = _labels(each)
        for name, value in _values(each):
            if value is not None:
                families[name].add_metric(of, value)
        for bound, value in _bounds(each):
            name = "forecast_seconds" if each.result.measure.figure == ASA else "forecast_ratio"
            if value is not None:
                families[name].add_metric([*of, bound], value)
    yield from families.values()


def _labels(of: Running) -> list[str]:
    measure = of.result.measure
    return [of.vendor, of.result.rule.contract, measure.id, measure.figure, of.result.line or ""]


def _values(of: Running) -> Iterator[tuple[str, float | None]]:
    result, ahead = of.result, of.outlook
    figure = result.measure.figure
    kind = "seconds" if figure == ASA else "ratio"
    yield kind, None if result.value is None else float(result.value)
    yield f"target_{kind}", float(result.measure.target)
    yield "offered", float(result.count.whole)
    misses = counting.misses(result.count, figure)
    yield "misses", None if misses is None else float(misses)
    if result.count.whole:
        yield "provisional_ratio", float(result.open_count.whole / result.count.whole)
    yield "end_timestamp_seconds", of.end / SECOND
    if ahead is not None:
        yield "misses_left", ahead.misses_left
        expected = ahead.expected
        yield "expected_offered", None if expected is None else float(expected)
        yield "lost_timestamp_seconds", _lost_at(of)


def _lost_at(of: Running) -> float | None:
    """When the last miss that the target bears will be spent, at the pace of misses so far and
    the calls still expected; None when that is not before the period's end."""
    result, ahead = of.result, of.outlook
    misses = counting.misses(result.count, result.measure.figure)
    if ahead is None or ahead.misses_left is None or ahead.expected is None or not misses:
        return None
    if ahead.misses_left <= 0:
        return of.now / SECOND
    coming = float(misses * (ahead.expected / result.count.whole - 1))
    if coming <= ahead.misses_left:
        return None
    return (of.now + (of.end - of.now) * ahead.misses_left / coming) / SECOND


def _bounds(of: Running) -> Iterator[tuple[str, float | None]]:
    if of.outlook is not None:
        yield "low", of.outlook.low
        yield "mid", of.outlook.mid
        yield "high", of.outlook.high
