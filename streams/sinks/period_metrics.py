"""The running periods of vendors as Prometheus metrics: so far, target, misses left, forecast,
what it costs, what was left out, and which quarter-hours were the worst.

Labels are the vendor, the contract, the measure's id in the plan, its figure, and the line: empty
for a pool, which to Prometheus is no label. Ratios are fractions of one after the contract's
exclusions, with no sample where nothing is under the line; of the average speed of answer the same
in seconds. Where too little of the hours open so far was heard, there is no malus, as on the
statement. Judging costs some 25 ms of CPU per measure, line and month, so it is done once a
minute, beside the event loop, and not at each scrape.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from prometheus_client.core import GaugeMetricFamily, Metric

from streams.domain.figures import measures
from streams.domain.instants import SECOND
from streams.domain.statement import counting
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
    "offered": "Denominator of the measure so far",
    "misses": "Misses so far; of abandonment, abandons",
    "misses_left": "Misses that the target still allows at the volume expected; below 0: lost",
    "expected_offered": "Expected denominator of the measure at the period's end",
    "end_timestamp_seconds": "When the period ends",
    "lost_timestamp_seconds": "When the last miss allowed is expected, if before the period's end",
    "provisional_ratio": "Share of the denominator so far that may still change",
    "heard_ratio": "Share heard of the hours open so far; below 0.95 nothing is judged or due",
}
_MALUS: Final = "What the measure so far would cost; 0 while met, none if too little was heard"
_EXCLUDED: Final = {
    "excluded_quarter_hours": "Quarter-hours that an exclusion leaves something out of",
    "excluded_offered": "What an exclusion leaves out, if it alone existed",
}
_WORST: Final = {
    "worst_timestamp_seconds": "When one of the period's worst quarter-hours begins",
    "worst_misses": "Misses in it, before exclusions",
    "worst_offered": "Denominator in it, before exclusions",
}


def period_metrics(found: Iterable[Running]) -> Iterator[Metric]:
    """The families ``contact_vendor_period_...`` of these running periods."""
    families: dict[str, GaugeMetricFamily] = {}
    for names, own in (
        (_RATIOS | _SECONDS | _OTHERS, _LABELS),
        ({"malus": _MALUS}, (*_LABELS, "currency")),
        (_EXCLUDED, (*_LABELS, "exclusion")),
        (_WORST, ("vendor", "line", "rank")),
    ):
        for name, text in names.items():
            labels = (*own, "bound") if name.startswith("forecast") else own
            families[name] = GaugeMetricFamily(_PREFIX + name, text, labels=labels)
    longest: dict[str, Running] = {}
    for each in found:
        before = longest.setdefault(each.vendor, each)
        if each.result.period.first < before.result.period.first:
            longest[each.vendor] = each
        of = _labels(each)
        for name, value in _values(each):
            if value is not None:
                families[name].add_metric(of, value)
        for bound, value in _bounds(each):
            name = f"forecast_{measures()[each.result.measure.figure].unit}"
            if value is not None:
                families[name].add_metric([*of, bound], value)
        malus = _malus(each)
        if malus is not None:
            families["malus"].add_metric([*of, each.result.rule.currency], malus)
        for effect in each.result.effects:
            excluded = [*of, effect.exclusion.id]
            families["excluded_quarter_hours"].add_metric(excluded, effect.quarter_hours)
            families["excluded_offered"].add_metric(excluded, float(effect.left_out.whole))
    for each in longest.values():
        for rank, worst in enumerate(each.worst, 1):
            place = [each.vendor, worst.line, f"{rank:02}"]
            families["worst_timestamp_seconds"].add_metric(place, worst.start / SECOND)
            families["worst_misses"].add_metric(place, float(worst.misses))
            families["worst_offered"].add_metric(place, float(worst.count.whole))
    yield from families.values()


def _labels(of: Running) -> list[str]:
    measure = of.result.measure
    return [of.vendor, of.result.rule.contract, measure.id, measure.figure, of.result.line or ""]


def _values(of: Running) -> Iterator[tuple[str, float | None]]:
    result, ahead = of.result, of.outlook
    figure = result.measure.figure
    kind = measures()[figure].unit
    yield kind, None if result.value is None else float(result.value)
    yield f"target_{kind}", float(result.measure.target)
    yield "offered", float(result.count.whole)
    misses = counting.misses(result.count, figure)
    yield "misses", None if misses is None else float(misses)
    if result.count.whole:
        yield "provisional_ratio", float(result.open_count.whole / result.count.whole)
    if result.hours.open:
        yield "heard_ratio", result.hours.heard / result.hours.open
    yield "end_timestamp_seconds", of.end / SECOND
    if ahead is not None:
        yield "misses_left", ahead.misses_left
        expected = ahead.expected
        yield "expected_offered", None if expected is None else float(expected)
        yield "lost_timestamp_seconds", _lost_at(of)


def _malus(of: Running) -> float | None:
    """What the measure so far would cost; of one that has no malus in money, or of which too little
    was heard, nothing."""
    result = of.result
    malus = result.measure.malus
    if malus is None or malus.unit != "money" or not result.hours.enough:
        return None
    return 0.0 if result.charge is None or result.earned else float(result.charge.amount)


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
