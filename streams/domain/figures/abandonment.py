"""Abandonment: how many gave up, in the queue, before it, in the menu."""

from typing import Final

from streams.domain.counts import COUNTED_CAUSES
from streams.domain.figures.figure import FIRST, Counts, Figure, Wall, ratio
from streams.domain.figures.measure import (
    HIT,
    MISS,
    OUT_OF_HOURS,
    OUTSIDE,
    Count,
    Counted,
    Judged,
    Judgement,
    Measured,
    Verdict,
)

_SOURCE: Final = "Amazon Connect, metrics definitions: contacts abandoned / contacts queued"


def abandonment(tally: Counts) -> float | None:
    """(abandoned + short abandoned) / queue-offered; short abandons that the contract leaves out,
    and nuisance calls, are in neither.

    >>> abandonment(Tally.of(abandoned=15, short_abandoned=5, queue_offered=200))
    0.1
    """
    left_out = tally["short_left_out"]
    gone = _gone(tally, "abandoned") + _gone(tally, "short_abandoned") - left_out
    return ratio(gone, tally["queue_offered"] - left_out)


def abandonment_without_short(tally: Counts) -> float | None:
    """Abandoned / queue-offered, short abandons in neither.

    >>> abandonment_without_short(Tally.of(abandoned=18, short_abandoned=20, queue_offered=200))
    0.1
    """
    return ratio(
        _gone(tally, "abandoned"), tally["queue_offered"] - _gone(tally, "short_abandoned")
    )


def abandonment_with_left_before_queue(tally: Counts) -> float | None:
    """(abandoned + short + left before the queue) / (queue-offered + left before the queue).

    >>> abandonment_with_left_before_queue(
    ...     Tally.of(abandoned=10, short_abandoned=4, left_before_queue=6, queue_offered=94)
    ... )
    0.2
    """
    early = _gone(tally, "left_before_queue")
    gone = _gone(tally, "abandoned") + _gone(tally, "short_abandoned") + early
    return ratio(gone, tally["queue_offered"] + early)


def menu_abandonment(tally: Counts) -> float | None:
    """Of a line: the share that hung up between its choice and its queue.

    >>> menu_abandonment(Tally.of(left_before_queue=5, line_offered=100))
    0.05
    """
    return ratio(_gone(tally, "left_before_queue"), tally["line_offered"] - tally["nuisance"])


def city_menu_abandonment(tally: Counts) -> float | None:
    """Of the city: the share of contacts that hung up in the menu.

    >>> city_menu_abandonment(Tally.of(abandoned_in_menu=5, contacts=100))
    0.05
    """
    gone = tally["abandoned_in_menu"] - tally["nuisance_in_menu"]
    return ratio(gone, tally["contacts"] - tally["whole_nuisance"])


def _gone(tally: Counted, how: str) -> int:
    """Those who left in this way, nuisance calls left out."""
    return tally[how] - tally[f"nuisance_{how}"]


def _count(tally: Counted, how: Judgement) -> Count:
    """Abandoned / queue-offered; short abandons in both, or in neither by the contract."""
    causes = how.causes
    part, whole = _gone(tally, "abandoned"), tally["queue_offered"]
    for cause in COUNTED_CAUSES:
        if cause in causes:
            whole -= tally[f"queue_{cause}"]
    short = _gone(tally, "short_abandoned")
    if OUT_OF_HOURS in causes:
        part -= tally["out_abandoned"]
        short -= tally["out_short_abandoned"]
        whole -= tally["out_queue_offered"]
        # Of a cause out of hours, taken away twice. In hours all of the queue-offered are in the
        # service level's count of the cause.
        for cause in COUNTED_CAUSES:
            if cause in causes:
                whole += tally[f"queue_{cause}"] - tally[f"service_{cause}"]
    return Count(part + short, whole) if how.short_counts else Count(part, whole - short)


def _verdict(visit: Judged) -> Verdict:
    if not visit.queued:
        return OUTSIDE, "never_queued"
    if visit.disposition == "short_abandoned" and not visit.short_counts:
        return OUTSIDE, visit.disposition
    gone = visit.disposition in ("abandoned", "short_abandoned")
    return (MISS if gone else HIT), visit.disposition


ABANDONMENT: Final = Figure(
    name="abandonment",
    title="abandonment",
    formula="hung up while waiting / offered to the queue",
    unit="ratio",
    better="lower",
    value=abandonment,
    source=_SOURCE,
    metric="abandonment_ratio",
    help="Abandoned, short ones included / queue-offered",
    windows=("60m", "today"),
    column="abandonment",
    measure=Measured(_count, _verdict, sentences=("abandonment", "short_{short_abandons}")),
    wall=Wall(3, "hung up"),
    place=50,
)

WITHOUT_SHORT: Final = Figure(
    name="abandonment_without_short",
    title="abandonment without short ones",
    formula="hung up after the short limit / offered to the queue, short ones in neither",
    unit="ratio",
    better="lower",
    value=abandonment_without_short,
    source="Google CCAI Platform, data dictionary: short abandons are left out",
    place=60,
)

WITH_LEFT_BEFORE_QUEUE: Final = Figure(
    name="abandonment_with_left_before_queue",
    title="abandonment with who left before the queue",
    formula="hung up before or in the queue / offered to the queue, or hung up before it",
    unit="ratio",
    better="lower",
    value=abandonment_with_left_before_queue,
    source="ours: who hangs up in an announcement before the queue gave up too",
    place=70,
)

_MENU_METRIC: Final = "menu_abandonment_ratio"
_MENU_HELP: Final = "Hung up before the queue / offered"

MENU_ABANDONMENT: Final = Figure(
    name="menu_abandonment",
    title="menu abandonment of a line",
    formula="hung up between choice and queue / visits to the line",
    unit="ratio",
    better="lower",
    value=menu_abandonment,
    source="ours: what a menu loses",
    scopes=("line", "vendor"),
    metric=_MENU_METRIC,
    help=_MENU_HELP,
    windows=("60m", "today"),
    rank=FIRST,
    place=190,
)

CITY_ABANDONMENT: Final = Figure(
    name="menu_abandonment",
    title="menu abandonment of the city",
    formula="contacts that hung up in the menu / contacts",
    unit="ratio",
    better="lower",
    value=city_menu_abandonment,
    source="ours: what a menu loses",
    scopes=("city",),
    metric=_MENU_METRIC,
    help=_MENU_HELP,
    rank=FIRST,
    place=200,
)
