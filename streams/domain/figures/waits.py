"""How long people waited: on average, at most, and most of them."""

from functools import partial
from typing import Final

from streams.domain.figures.figure import LAST, Counts, Figure, Variant, seconds
from streams.domain.figures.measure import (
    HIT,
    OUT_OF_HOURS,
    OUTSIDE,
    UNDECIDED,
    WAIT,
    Count,
    Counted,
    Judged,
    Judgement,
    Measured,
    Verdict,
)
from streams.domain.instants import SECOND


def average_speed_of_answer(tally: Counts) -> float | None:
    """Sum of the waits of answered visits / answered, in seconds.

    >>> average_speed_of_answer(Tally.of(wait_sum=1_500_000_000, answered=100))
    15.0
    """
    return seconds(tally["wait_sum"], tally["answered"])


def average_time_to_abandon(tally: Counts) -> float | None:
    """Sum of the waits of visits that hung up in the queue / such visits, in seconds. Of visits in
    hours; short abandons as the contract has them. Less is better: who gives up has lost less time.
    It is no patience, for those who were answered would have waited on.

    >>> average_time_to_abandon(Tally.of(abandon_wait_sum=900_000_000, service_abandoned=20))
    45.0
    """
    return seconds(tally["abandon_wait_sum"], tally["service_abandoned"])


def longest_wait(tally: Counts) -> float | None:
    """The longest wait of all ended queue-offered visits, in seconds.

    >>> tally = Tally()
    >>> tally.longest = 95_500_000
    >>> longest_wait(tally)
    95.5
    """
    return tally.longest / SECOND if tally.longest >= 0 else None


def wait_quantile(tally: Counts, share: float) -> int | None:
    """The wait, in whole seconds, within which this share of the answered were answered. It is
    the upper bound of the bucket that holds it (``entries.wait_bucket``).

    >>> tally = Tally()
    >>> tally.waits = {5: 6, 20: 3, 90: 1}
    >>> wait_quantile(tally, 0.5), wait_quantile(tally, 0.9), wait_quantile(tally, 0.95)
    (5, 20, 90)
    """
    return tally.histogram.quantile(share)


def _count(tally: Counted, how: Judgement) -> Count:
    total, answered = tally["wait_sum"], tally["answered"]
    if OUT_OF_HOURS in how.causes:
        return Count(total - tally["out_wait_sum"], answered - tally["out_answered"])
    return Count(total, answered)


def _abandon_count(tally: Counted, how: Judgement) -> Count:
    """No cause leaves any of them out: they are in hours, and all have the same disposition."""
    return Count(tally["abandon_wait_sum"], tally["service_abandoned"])


def _abandon_verdict(visit: Judged) -> Verdict:
    if not visit.in_hours:
        return OUTSIDE, OUT_OF_HOURS
    if not visit.queued:
        return OUTSIDE, "never_queued"
    if visit.disposition == "open":
        return UNDECIDED, visit.disposition
    gone = visit.disposition in ("abandoned", "short_abandoned") and visit.within is not None
    return (HIT if gone else OUTSIDE), visit.disposition


def _verdict(visit: Judged) -> Verdict:
    return (HIT if visit.disposition == "answered" else OUTSIDE), visit.disposition


AVERAGE_SPEED_OF_ANSWER: Final = Figure(
    name="average_speed_of_answer",
    title="average speed of answer",
    formula="sum of the waits of answered visits / answered visits",
    unit="seconds",
    better="lower",
    value=average_speed_of_answer,
    source="Contact Center Pipeline, September 2025: total wait of the answered / answered",
    metric="average_speed_of_answer_seconds",
    help="Sum of the waits of answered visits / answered",
    column="ASA",
    measure=Measured(_count, _verdict, WAIT),
    place=80,
)

AVERAGE_TIME_TO_ABANDON: Final = Figure(
    name="average_time_to_abandon",
    title="average time to abandon",
    formula="sum of the waits of visits that hung up in the queue, in opening hours / such visits",
    unit="seconds",
    better="lower",
    value=average_time_to_abandon,
    source="Zeltyn and Mandelbaum, Call centers with impatient customers, 2005: E[W | Ab]",
    metric="average_time_to_abandon_seconds",
    measure=Measured(_abandon_count, _abandon_verdict, WAIT),
)

LONGEST_WAIT: Final = Figure(
    name="longest_wait",
    title="longest wait",
    formula="the longest wait of all ended visits that queued",
    unit="seconds",
    better="lower",
    value=longest_wait,
    source="ours: what an average hides",
    metric="longest_wait_seconds",
    help="Longest wait of all ended visits",
    column="longest",
    place=90,
)

WAIT_QUANTILES: Final = Figure(
    name="wait_quantiles",
    title="waiting-time quantiles",
    formula="the wait within which so many of the answered were answered",
    unit="seconds",
    better="lower",
    value=wait_quantile,
    source="the nearest-rank method: Hyndman and Fan, Sample Quantiles, 1996, definition 1",
    variants=tuple(
        Variant(
            key,
            label,
            f"the wait within which {100 * share:.0f} % were answered",
            partial(wait_quantile, share=share),
        )
        for key, label, share in (
            ("p50", "0.5", 0.5),
            ("p80", None, 0.8),
            ("p90", "0.9", 0.9),
            ("p95", "0.95", 0.95),
        )
    ),
    label="quantile",
    metric="wait_seconds",
    help="Waits of answered visits, upper bound of the quantile's bucket",
    rank=LAST,
    place=210,
)
