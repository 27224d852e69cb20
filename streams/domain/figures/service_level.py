"""Service level: how many of those who queued were answered in time."""

from collections.abc import Collection
from functools import partial
from typing import Final

from streams.domain.counts import COUNTED_CAUSES
from streams.domain.figures.figure import (
    FIRST,
    LEFT_OUT,
    Counts,
    Figure,
    Parts,
    Variant,
    Wall,
    ratio,
)
from streams.domain.figures.measure import (
    HIT,
    MISS,
    OUT_OF_HOURS,
    OUTSIDE,
    UNDECIDED,
    Count,
    Counted,
    Judged,
    Judgement,
    Measured,
    Verdict,
)

_FORMULAS: Final = {
    "abandons_negative": "A≤T / O",
    "abandons_ignored": "A≤T / (O − B≤T)",
    "abandons_positive": "(A≤T + B≤T) / O",
    "answered_only": "A≤T / A",
}

FORMULAS: Final = tuple(_FORMULAS)
"""The formulas that all bear the name, the default first."""


def service_level(tally: Counts, formula: str) -> float | None:
    """The share answered in time, by one of four formulas that all bear the name.

    With O decided queue-offered, A answered, B abandoned, T the threshold::

        abandons_negative   A<=T / O
        abandons_ignored    A<=T / (O - B<=T)
        abandons_positive   (A<=T + B<=T) / O
        answered_only       A<=T / A

    A callback that was accepted within T is in O once its time is over and it was not kept.

    >>> tally = Tally.of(
    ...     service_offered=100, service_answered=90, answered_within=70, abandoned_within=10
    ... )
    >>> [round(100 * service_level(tally, formula), 1) for formula in FORMULAS]
    [70.0, 77.8, 80.0, 77.8]
    """
    within = tally["answered_within"]
    offered = tally["service_offered"]
    if formula == "abandons_negative":
        return ratio(within, offered)
    if formula == "abandons_ignored":
        return ratio(within, offered - tally["abandoned_within"])
    if formula == "abandons_positive":
        return ratio(within + tally["abandoned_within"], offered)
    if formula == "answered_only":
        return ratio(within, tally["service_answered"])
    raise ValueError(f"no service-level formula is called {formula!r}")


def overflow_share(tally: Counts) -> float | None:
    """Overflows within the threshold that the contract leaves out of the service level / all that
    it could have been of.

    >>> overflow_share(Tally.of(overflow_left_out=15, service_offered=85))
    0.15
    """
    left_out = tally["overflow_left_out"]
    return ratio(left_out, tally["service_offered"] + left_out)


def short_share(tally: Counts) -> float | None:
    """Hang-ups within the short limit that the contract leaves out / all offered to the queue.

    >>> short_share(Tally.of(short_left_out=5, queue_offered=50))
    0.1
    """
    return ratio(tally["short_left_out"], tally["queue_offered"])


def service_left_out(tally: Counts) -> float | None:
    """Overflows and short hang-ups that the contract leaves out of the service level / these and
    all that it judges.

    >>> service_left_out(Tally.of(overflow_left_out=10, short_left_out=5, service_offered=85))
    0.15
    """
    left_out = tally["overflow_left_out"] + tally["short_left_out"]
    return ratio(left_out, tally["service_offered"] + left_out)


def waited_longer(tally: Counts) -> float | None:
    """Visits whose threshold passed before they were answered or ended / the same visits as of the
    service level. A measure may have a threshold of its own, and so may several.

    >>> tally = Tally.of(
    ...     service_offered=100, answered_within=70, abandoned_within=4, left_within=1
    ... )
    >>> waited_longer(tally)
    0.25
    """
    return ratio(_longer(tally, ""), tally["service_offered"])


def _longer(tally: Counted, level: str) -> int:
    ended = ("answered_within", "abandoned_within", "left_within")
    return tally[f"service_offered{level}"] - sum(tally[f"{name}{level}"] for name in ended)


def _count(tally: Counted, how: Judgement) -> Count:
    level, causes = how.level, how.causes
    offered = tally[f"service_offered{level}"]
    for cause in COUNTED_CAUSES:
        if cause in causes:
            offered -= tally[f"service_{cause}"]
    within = tally[f"answered_within{level}"]
    abandoned = tally[f"abandoned_within{level}"]
    if how.formula == "abandons_ignored":
        return Count(within, offered - abandoned)
    if how.formula == "abandons_positive":
        return Count(within + abandoned, offered)
    if how.formula == "answered_only":
        return Count(within, tally["service_answered"])
    return Count(within, offered)


def _verdict(visit: Judged) -> Verdict:
    """By the measure's threshold and formula."""
    within, disposition = visit.within, visit.disposition
    if not visit.in_hours:
        return OUTSIDE, OUT_OF_HOURS
    if not visit.queued:
        return OUTSIDE, "never_queued"
    if within is None and visit.kept is not False:
        return (UNDECIDED if disposition == "open" else OUTSIDE), disposition
    answered = disposition == "answered"
    abandoned = disposition in ("abandoned", "short_abandoned")
    if visit.formula == "answered_only" and not answered:
        return OUTSIDE, disposition
    if within is None:
        return MISS, "callback_not_kept"
    if answered:
        return (HIT, "in_time") if within else (MISS, "too_late")
    if abandoned and within and visit.formula == "abandons_ignored":
        return OUTSIDE, "hung_up_in_time"
    if abandoned and within and visit.formula == "abandons_positive":
        return HIT, "hung_up_in_time"
    return MISS, disposition if disposition != "open" else "still_waiting"


def _longer_count(tally: Counted, how: Judgement) -> Count:
    return Count(_longer(tally, how.level), tally[f"service_offered{how.level}"])


def _longer_verdict(visit: Judged) -> Verdict:
    if not visit.in_hours:
        return OUTSIDE, OUT_OF_HOURS
    if not visit.queued:
        return OUTSIDE, "never_queued"
    if visit.within is None and visit.kept is not False:
        undecided = visit.disposition == "open"
        return (UNDECIDED if undecided else OUTSIDE), visit.disposition
    in_time = visit.within is not False or visit.left_within
    return (HIT, visit.disposition) if in_time else (MISS, "waited_longer")


_THRESHOLD: Final[Collection[str]] = ("threshold", "boundary", "clock")
_SENTENCES: Final = (
    "boundary_{boundary}",
    "clock_{clock}",
    "short_{short_abandons}",
    "overflow_{overflow}",
    "in_hours",
)

SERVICE_LEVEL: Final = Figure(
    name="service_level",
    title="service level",
    formula="one of four formulas; a contract names its own",
    unit="ratio",
    better="higher",
    value=service_level,
    source="Cisco UCCX and Unified Intelligence Center: the four in which products report it",
    variants=tuple(
        Variant(name, name, formula, partial(service_level, formula=name))
        for name, formula in _FORMULAS.items()
    ),
    label="formula",
    metric="service_level_ratio",
    help="Service level by formula",
    parts=Parts(
        "service_level_counts",
        "What service level is made of",
        {
            "offered": "service_offered",
            "answered": "service_answered",
            "answered_within": "answered_within",
            "abandoned": "service_abandoned",
            "abandoned_within": "abandoned_within",
        },
        windows={"offered": ("30m",)},
    ),
    column="service level",
    rank=FIRST,
    measure=Measured(
        _count,
        _verdict,
        keys=("formula", "threshold"),
        rules=("formula", *_THRESHOLD),
        sentences=("{formula}", *_SENTENCES),
    ),
    wall=Wall(
        2,
        "service level",
        of="service_offered",
        left_out=service_left_out,
        scopes=("line",),
    ),
    place=10,
)

WAITED_LONGER: Final = Figure(
    name="waited_longer",
    title="waited longer than the threshold",
    formula="waited longer than T, however it ended / O",
    unit="ratio",
    better="lower",
    value=waited_longer,
    source="ours: the other side of a promise, whoever answered or gave up in the end",
    metric="waited_longer_ratio",
    help="Waited longer than the contract's threshold / decided by it",
    measure=Measured(
        _longer_count,
        _longer_verdict,
        causes=(OUT_OF_HOURS,),
        keys=("threshold",),
        rules=_THRESHOLD,
        definition="calls that waited longer than {threshold} s / calls offered to the queue",
        sentences=("waited_longer", *_SENTENCES),
        why={"waited_longer": "waited longer than the threshold"},
    ),
)

OVERFLOW_SHARE: Final = Figure(
    name="overflow_share",
    title="share of overflows left out",
    formula="overflows within the threshold that the contract leaves out / these and all judged",
    unit="ratio",
    better="neither",
    value=overflow_share,
    source="ours: what a figure leaves out is shown beside it",
    metric="overflow_left_out_ratio",
    help="Overflows left out of the service level, their share",
    rank=LEFT_OUT,
    place=12,
)

SHORT_SHARE: Final = Figure(
    name="short_abandon_share",
    title="share of short hang-ups left out",
    formula="hang-ups within the short limit that the contract leaves out / offered to the queue",
    unit="ratio",
    better="neither",
    value=short_share,
    source="ours: what a figure leaves out is shown beside it",
    metric="short_left_out_ratio",
    help="Short hang-ups left out of service level and abandonment, their share",
    rank=LEFT_OUT,
    place=14,
)
