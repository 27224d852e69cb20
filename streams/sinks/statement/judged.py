"""Results of the domain as objects: exact fractions become numbers that JSON can hold."""

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from msgspec import UNSET

from streams.domain.books import INTERVAL
from streams.domain.figures import measured
from streams.domain.figures.measure import Count as Counted
from streams.domain.figures.measure import Number as Exact
from streams.domain.instants import HOUR, SECOND, text
from streams.domain.statement import forecast as ahead
from streams.domain.statement import heard, judging, money
from streams.domain.statement.counting import in_seconds, value
from streams.sinks.statement.objects import Amounts
from streams.sinks.statement.result_objects import (
    Charge,
    Count,
    Effect,
    Hours,
    Number,
    Outlook,
    Part,
    Result,
    Verdict,
)

_UNDECIDED: Final = Verdict(met=None, points_missed=None, malus=None, bonus=None)


def result(of: judging.Result, outlook: ahead.Outlook | None) -> Result:
    """A result, with where its figure is likely to end while the period runs."""
    figure = of.measure.figure
    verdict = _verdict(of)
    counted = count(of.count, figure)
    judged = verdict if of.hours.enough else _UNDECIDED
    return Result(
        **_rule(of),
        line=of.line,
        lines=list(of.lines),
        period=of.period.name,
        since=text(of.since),
        until=text(of.until),
        share_of_period=number(of.share),
        due=of.due,
        final=of.final,
        part=counted.part,
        whole=counted.whole,
        value=counted.value,
        provisional_whole=number(of.open_count.whole),
        hours=hours(of.hours),
        complete=of.hours.enough,
        met=judged.met,
        points_missed=judged.points_missed,
        malus=judged.malus,
        bonus=judged.bonus,
        by_hours_heard=UNSET if of.hours.enough else verdict,
        before_exclusions=count(of.before, figure),
        exclusions=[_effect(effect, figure) for effect in of.effects],
        days={day.isoformat(): count(each, figure) for day, each in sorted(of.days.items())},
        by_line=UNSET
        if of.line is not None
        else {line: count(each, figure) for line, each in sorted(of.by_line.items())},
        outlook=UNSET if outlook is None else _outlook(outlook),
    )


def _rule(of: judging.Result) -> dict[str, Any]:
    """By what it is judged: of the contract's rules those that decide its figure."""
    rule, measure = of.rule, of.rule.measure
    shown: dict[str, Any] = {
        "contract": rule.contract,
        "measure": measure.id,
        "figure": measure.figure,
        "scope": measure.scope,
        "target": number(Fraction(measure.target)),
        "short_abandon_limit": seconds(rule.short_limit),
        "short_abandons": "counted" if rule.short_counts else "excluded",
    }
    rules = {
        "formula": measure.formula,
        "threshold": seconds(measure.threshold),
        "boundary": "<=" if rule.inclusive else "<",
        "clock": rule.clock,
        "reach_limit": seconds(rule.reach_limit),
        "callbacks": "not_reached" if rule.callbacks_not_reached else "left_out",
    }
    decides = measured(measure.figure).rules
    if "clock" in decides and not rule.overflow_counts:
        shown["overflow"] = "left_out"
    return shown | {name: rules[name] for name in decides}


def _verdict(of: judging.Result) -> Verdict:
    charge = None if of.charge is None else _charge(of.charge)
    return Verdict(
        met=of.met,
        points_missed=None if of.distance is None else number(of.distance),
        malus=None if of.earned else charge,
        bonus=charge if of.earned else None,
    )


def _charge(of: money.Charge) -> Charge:
    return Charge(
        points=number(of.distance),
        points_counted=None if of.counted is None else number(of.counted),
        of_a_whole_period=_four_decimals(of.whole),
        capped=of.capped,
        amount=str(of.amount),
        unit=of.unit,
        currency=of.currency,
    )


def _effect(of: judging.Effect, figure: str) -> Effect:
    left_out = count(of.left_out, figure)
    return Effect(
        id=of.exclusion.id,
        kind=of.exclusion.kind,
        reason=of.exclusion.reason,
        causes=list(of.exclusion.causes),
        above=None if of.exclusion.above is None else str(of.exclusion.above),
        quarter_hours=of.quarter_hours,
        left_out=Part(part=left_out.part, whole=left_out.whole),
        value_without_it=None if of.value is None else number(of.value),
    )


def _outlook(of: ahead.Outlook) -> Outlook:
    return Outlook(
        expected_whole=None if of.expected is None else number(of.expected),
        misses_left=of.misses_left,
        low=_rounded(of.low),
        mid=_rounded(of.mid),
        high=_rounded(of.high),
        confidence=ahead.CONFIDENCE,
    )


def amounts(results: Iterable[judging.Result]) -> list[Amounts]:
    """Sums of what is due, per unit and currency."""
    sums: dict[tuple[str, str], dict[str, Decimal]] = {}
    for each in results:
        for adjustment in (each.measure.malus, each.measure.bonus):
            if adjustment is not None:
                sums.setdefault((adjustment.unit, each.rule.currency), {})
        if each.charge is not None:
            key = each.charge.unit, each.charge.currency
            of_key = sums.setdefault(key, {})
            kind = "bonus" if each.earned else "malus"
            of_key[kind] = of_key.get(kind, Decimal(0)) + each.charge.amount
    none = Decimal("0.00")
    return [
        Amounts(
            unit=unit,
            currency=currency,
            malus=str(of_key.get("malus", none)),
            bonus=str(of_key.get("bonus", none)),
            balance=str(of_key.get("bonus", none) - of_key.get("malus", none)),
        )
        for (unit, currency), of_key in sorted(sums.items())
    ]


def count(of: Counted, figure: str) -> Count:
    """What stands above and below the line, and what it comes to."""
    part = Fraction(of.part) / SECOND if in_seconds(figure) else of.part
    found = value(of, figure)
    return Count(
        part=number(part),
        whole=number(of.whole),
        value=None if found is None else number(found),
    )


def hours(of: heard.Hours) -> Hours:
    """Hours of quarter-hours."""
    return Hours(open=in_hours(of.open), heard=in_hours(of.heard), with_visit=in_hours(of.visited))


def in_hours(quarter_hours: int) -> Number:
    """How many hours so many quarter-hours are."""
    return number(Fraction(quarter_hours * INTERVAL, HOUR))


def seconds(span: int) -> Number:
    """How many seconds a span of microseconds is."""
    return number(Fraction(span, SECOND))


def number(exact: Exact) -> Number:
    """A whole number, or the nearest with six decimals."""
    rounded = round(Fraction(exact), 6)
    return int(rounded) if rounded.denominator == 1 else float(rounded)


def _rounded(inexact: float | None) -> float | None:
    return None if inexact is None else round(inexact, 4)


def _four_decimals(exact: Fraction) -> str:
    return str(round(Decimal(exact.numerator) / Decimal(exact.denominator), 4))
