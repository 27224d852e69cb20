"""Reachability: whether citizens who phone get through at all, however late."""

from typing import Final

from streams.domain.counts import COUNTED_CAUSES
from streams.domain.figures.figure import FIRST, LEFT_OUT, Counts, Figure, Parts, Wall, ratio
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

_HELP: Final = "Reached / visits ended or overdue, in hours"
_PARTS: Final = ("reachability_counts", "What reachability is made of")


def reachability(tally: Counts) -> float | None:
    """Answered / offered visits that ended or are overdue, in hours; forms, those who chose another
    line instead, and callbacks that were kept, or still can be, left out.

    >>> reachability(Tally.of(reach_reached=60, reach_judged=80))
    0.75
    """
    return ratio(tally["reach_reached"], tally["reach_judged"])


def city_reachability(tally: Counts) -> float | None:
    """Contacts with an answered visit / contacts, menu hang-ups and refusals included. It is of
    distinct contacts, never a sum over lines.

    >>> city_reachability(Tally.of(contacts_reached=45, contacts_judged=60))
    0.75
    """
    return ratio(tally["contacts_reached"], tally["contacts_judged"])


def callback_share(tally: Counts) -> float | None:
    """Callbacks left out of reachability / all that could have been judged.

    >>> callback_share(
    ...     Tally.of(reach_callbacks=6, callbacks_broken=1, reach_judged=90, reach_forms=5)
    ... )
    0.05
    """
    return ratio(_callbacks_left_out(tally), _judged_or_left_out(tally))


def form_share(tally: Counts) -> float | None:
    """Forms left out of reachability / all that could have been judged.

    >>> form_share(Tally.of(reach_callbacks=5, reach_judged=90, reach_forms=5))
    0.05
    """
    return ratio(tally["reach_forms"], _judged_or_left_out(tally))


def chose_again_share(tally: Counts) -> float | None:
    """Visits whose caller chose another line instead / all that could have been judged.

    >>> chose_again_share(Tally.of(reach_chose_again=5, reach_judged=90, reach_forms=5))
    0.05
    """
    return ratio(tally["reach_chose_again"], _judged_or_left_out(tally))


def _callbacks_left_out(tally: Counts) -> int:
    # What is booked of a contact and of its caller comes by two ways, one a moment after the other.
    return max(0, tally["reach_callbacks"] - tally["callbacks_broken"])


def _judged_or_left_out(tally: Counts) -> int:
    left_out = _callbacks_left_out(tally) + tally["reach_forms"] + tally["reach_chose_again"]
    return tally["reach_judged"] + left_out


def _count(tally: Counted, how: Judgement) -> Count:
    left_out = sum(tally[f"reach_{cause}"] for cause in COUNTED_CAUSES if cause in how.causes)
    return Count(tally["reach_reached"], tally["reach_judged"] - left_out)


def _verdict(visit: Judged) -> Verdict:
    if not visit.in_hours:
        return OUTSIDE, OUT_OF_HOURS
    if visit.reached is None:
        if visit.kept is False:
            return MISS, "callback_not_kept"
        return (UNDECIDED if visit.disposition == "open" else OUTSIDE), visit.disposition
    return (HIT if visit.reached else MISS), visit.disposition


REACHABILITY: Final = Figure(
    name="reachability",
    title="reachability of a line",
    formula="answered / visits that ended, or are unanswered after 3 minutes",
    unit="ratio",
    better="higher",
    value=reachability,
    source="ours: a line's share of those who got through, however late",
    scopes=("line", "vendor"),
    metric="reachability_ratio",
    help=_HELP,
    windows=("30m", "today"),
    parts=Parts(
        *_PARTS,
        {
            "reached": "reach_reached",
            "judged": "reach_judged",
            "callbacks": "reach_callbacks",
            "callbacks_broken": "callbacks_broken",
            "forms": "reach_forms",
            "chose_again": "reach_chose_again",
        },
        windows={"judged": ("30m",)},
    ),
    column="reachability",
    rank=FIRST,
    measure=Measured(
        _count,
        _verdict,
        of_queued=False,
        rules=("reach_limit", "callbacks"),
        sentences=("reachability", "callbacks_{callbacks}", "forms"),
    ),
    wall=Wall(1, "reached", of="reach_judged"),
    place=170,
)

CITY_REACHABILITY: Final = Figure(
    name="reachability",
    title="reachability of the city",
    formula="contacts that spoke to somebody / contacts",
    unit="ratio",
    better="higher",
    value=city_reachability,
    source="ours: what a citizen asks of the city, not of a line",
    scopes=("city",),
    metric="reachability_ratio",
    help=_HELP,
    parts=Parts(*_PARTS, {"reached": "contacts_reached", "judged": "contacts_judged"}),
    column="reachability",
    rank=FIRST,
    wall=Wall(1, "reached", of="contacts_judged"),
    place=180,
)

CALLBACK_SHARE: Final = Figure(
    name="callback_share",
    title="share of callbacks",
    formula="callbacks left out of reachability / visits judged or left out",
    unit="ratio",
    better="neither",
    value=callback_share,
    source="ours: what a figure leaves out is shown beside it",
    metric="callback_ratio",
    help="Callbacks left out of reachability, their share",
    rank=LEFT_OUT,
    place=20,
)

FORM_SHARE: Final = Figure(
    name="form_share",
    title="share of forms",
    formula="forms left out of reachability / visits judged or left out",
    unit="ratio",
    better="neither",
    value=form_share,
    source="ours: what a figure leaves out is shown beside it",
    metric="form_ratio",
    help="Forms left out of reachability, their share",
    rank=LEFT_OUT,
    place=30,
)

CHOSE_AGAIN_SHARE: Final = Figure(
    name="chose_again_share",
    title="share of those who chose again",
    formula="visits whose caller chose another line instead / visits judged or left out",
    unit="ratio",
    better="neither",
    value=chose_again_share,
    source="ours: what a figure leaves out is shown beside it",
    metric="chose_again_ratio",
    help="Visits whose caller chose another line instead, their share",
    rank=LEFT_OUT,
    place=40,
)
