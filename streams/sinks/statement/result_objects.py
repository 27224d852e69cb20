"""What a statement's results say: figures with their counts, verdicts and amounts.

Ratios are fractions of one, rounded to six decimals; verdicts and money were decided before
anything was rounded. Amounts of money are texts, so that no reader makes floats of them. A field
that a kind of result does not have is left out of the JSON.
"""

from typing import Literal

from msgspec import UNSET, Struct, UnsetType, field

Number = int | float
"""A whole number is written without a point."""


class Hours(Struct, frozen=True, kw_only=True):
    """Hours by the plan's opening hours, to the quarter-hour.

    Attributes:
        open: without what the contract leaves out.
        heard: of these, those in which somebody called the city.
        with_visit: of these, those with a visit to the line.
    """

    open: Number
    heard: Number
    with_visit: Number


class Count(Struct, frozen=True, kw_only=True):
    """A figure as a fraction.

    Attributes:
        part: above the line; of the average speed of answer, seconds.
        whole: below the line.
        value: of both; null where nothing is below the line.
    """

    part: Number
    whole: Number
    value: Number | None


class Part(Struct, frozen=True, kw_only=True):
    """What an exclusion leaves out, above and below the line."""

    part: Number
    whole: Number


class Effect(Struct, frozen=True, kw_only=True):
    """An exclusion, and what it does to a result.

    Attributes:
        id: of the plan.
        kind: hours, event, volume or cause.
        reason: the plan's.
        causes: of a cause, the dispositions that are left out.
        above: of a volume, the agreed multiple of the forecast.
        quarter_hours: that it touches.
        left_out: by it.
        value_without_it: what the figure would be if it alone did not exist.
    """

    id: str
    kind: str
    reason: str
    causes: list[str]
    above: str | None
    quarter_hours: int
    left_out: Part
    value_without_it: Number | None


class Charge(Struct, frozen=True, kw_only=True):
    """What follows from a distance to the target.

    Attributes:
        points: the distance, in percentage points or seconds.
        points_counted: what of it is charged; null where steps decide.
        of_a_whole_period: after the cap, before the share of the period.
        capped: whether the cap cut it.
        amount: what is due, to the cent.
        unit: money or percent_of_fee.
        currency: of money.
    """

    points: Number
    points_counted: Number | None
    of_a_whole_period: str
    capped: bool
    amount: str
    unit: str
    currency: str


class Verdict(Struct, frozen=True, kw_only=True):
    """Whether a target was met, and what follows from it.

    Attributes:
        met: null where there was no call.
        points_missed: the distance to the target.
        malus: what is to be deducted.
        bonus: what is to be added.
    """

    met: bool | None
    points_missed: Number | None
    malus: Charge | None
    bonus: Charge | None


class Outlook(Struct, frozen=True, kw_only=True):
    """Where a figure is likely to end.

    Attributes:
        expected_whole: calls by the end of the period; null without a forecast.
        misses_left: that the target still bears; negative when it is out of reach.
        low, mid, high: the figure at the end of the period.
        confidence: with which it ends between low and high.
    """

    expected_whole: Number | None
    misses_left: int | None
    low: Number | None
    mid: Number | None
    high: Number | None
    confidence: Number


class Result(Struct, frozen=True, kw_only=True):
    """A measure over a period, for one line or for all of them as one.

    Where too few of its open hours were heard, it has no verdict and no amount. What they would be
    by the hours heard stands apart, so that a program that knows nothing of this pays nothing.

    Attributes:
        contract, measure: ids of the plan.
        figure: what is measured, by the name that the plan has for it.
        scope: per_line or pooled.
        target: that the figure must reach, or must not exceed.
        short_abandon_limit: seconds within which a hang-up is short.
        short_abandons: whether those count.
        overflow: of a service level, whether overflows within the threshold are left out; absent:
            they count as misses.
        formula: of a service level.
        threshold: of a service level, seconds.
        boundary: of a service level, whether a wait of exactly the threshold is in time.
        clock: of a service level, where a wait begins.
        reach_limit: of reachability, seconds after which a visit without an answer is judged.
        callbacks: of reachability, how they count.
        line: null of a pool.
        lines: that are judged.
        period: by its name.
        from, until: the part of the period in which the rule was valid.
        share_of_period: of its time.
        due: whether its period ends within the statement's.
        final: whether it is due and nothing of it can change.
        part, whole, value: after exclusions.
        provisional_whole: what of the whole is not final.
        hours: in which its lines were open; null where release 0.1 did not count them.
        complete: whether enough of them were heard.
        met, points_missed, malus, bonus: the verdict; null where it is not complete.
        by_hours_heard: what the verdict would be, where it is not complete.
        before_exclusions: the count with nothing left out.
        exclusions: that apply to it.
        days: the count of each local day.
        by_line: the count of each line of a pool.
        outlook: of a running period.
    """

    contract: str
    measure: str
    figure: str
    scope: str
    target: Number
    short_abandon_limit: Number
    short_abandons: Literal["counted", "excluded"]
    overflow: Literal["left_out"] | UnsetType = UNSET
    formula: str | UnsetType = UNSET
    threshold: Number | UnsetType = UNSET
    boundary: Literal["<=", "<"] | UnsetType = UNSET
    clock: str | UnsetType = UNSET
    reach_limit: Number | UnsetType = UNSET
    callbacks: Literal["not_reached", "left_out"] | UnsetType = UNSET
    line: str | None
    lines: list[str]
    period: str
    since: str = field(name="from")
    until: str
    share_of_period: Number
    due: bool
    final: bool
    part: Number
    whole: Number
    value: Number | None
    provisional_whole: Number
    hours: Hours | None
    complete: bool
    met: bool | None
    points_missed: Number | None
    malus: Charge | None
    bonus: Charge | None
    by_hours_heard: Verdict | UnsetType = UNSET
    before_exclusions: Count
    exclusions: list[Effect]
    days: dict[str, Count]
    by_line: dict[str, Count] | UnsetType = UNSET
    outlook: Outlook | UnsetType = UNSET
