"""A contract, as a plan writes it: how visits are judged, what is paid by, what is left out."""

from decimal import Decimal

from streams.domain.counts import MOST_FURTHER_THRESHOLDS
from streams.domain.figures import measured
from streams.domain.figures import measures as measurable
from streams.domain.figures.service_level import FORMULAS
from streams.domain.instants import SECOND
from streams.domain.plan.fields import Table, duration_text
from streams.domain.plan.model import (
    CAUSES,
    CLOCKS,
    COUNTINGS,
    KINDS_OF_EXCLUSION,
    LONGEST_LOST_AFTER,
    OF_SWITCHES,
    PERIODS,
    SCOPES,
    UNITS,
    Adjustment,
    Contract,
    Exclusion,
    Measure,
    Step,
)

BOUNDARIES = {"<=": True, "<": False}
SHORT_ABANDONS = {"counted": True, "excluded": False}
OVERFLOW_RULES = {"miss": True, "left_out": False}
CALLBACKS = {"left_out": False, "not_reached": True}

MOST_MONEY = 1e12
"""Larger amounts than any city's budget are a slip of the keyboard."""

_DEFAULT = Contract()
_NOTHING = Decimal(0)


def contract(table: Table) -> Contract:
    """A ``[[contract]]`` entry; what it does not say is as in the default contract."""
    id_ = table.id()
    lost_after = table.duration("lost_after", _DEFAULT.lost_after, SECOND, LONGEST_LOST_AFTER)
    formula = table.choice("formula", FORMULAS, _DEFAULT.formula)
    threshold = table.duration("threshold", _DEFAULT.threshold, SECOND, LONGEST_LOST_AFTER)
    reach_limit = table.duration("reach_limit", _DEFAULT.reach_limit, SECOND, LONGEST_LOST_AFTER)
    period = table.choice("period", PERIODS, _DEFAULT.period)
    for key, limit in (("threshold", threshold), ("reach_limit", reach_limit)):
        if limit > lost_after:
            table.report(
                key,
                f"is {duration_text(limit)}, longer than `lost_after`, "
                f"{duration_text(lost_after)}: a visit is lost before; shorten it",
            )
    measures = tuple(_measure(t, formula, threshold, period) for t in table.tables("measure"))
    _check_twice(table, "measure", [m.id for m in measures])
    exclusions = tuple(_exclusion(t, measures) for t in table.tables("exclusion"))
    _check_twice(table, "exclusion", [e.id for e in exclusions])
    found = Contract(
        id=id_,
        threshold=threshold,
        inclusive=BOUNDARIES[table.choice("boundary", tuple(BOUNDARIES), "<=")],
        formula=formula,
        short_limit=table.duration(
            "short_abandon_limit", _DEFAULT.short_limit, 0, LONGEST_LOST_AFTER
        ),
        short_counts=SHORT_ABANDONS[
            table.choice("short_abandons", tuple(SHORT_ABANDONS), "counted")
        ],
        overflow_counts=OVERFLOW_RULES[table.choice("overflow", tuple(OVERFLOW_RULES), "miss")],
        clock=table.choice("clock", CLOCKS, _DEFAULT.clock),
        target=float(table.ratio("service_level_target", Decimal("0.80"))),
        reach_limit=reach_limit,
        reach_target=float(table.ratio("reachability_target", Decimal("0.60"))),
        callbacks_not_reached=CALLBACKS[table.choice("callbacks", tuple(CALLBACKS), "left_out")],
        lost_after=lost_after,
        period=period,
        false_pages=float(table.number("false_pages", Decimal(1), 0.01, 1000)),
        currency=table.text("currency", _DEFAULT.currency),
        measures=measures,
        exclusions=exclusions,
    )
    if len(found.further) > MOST_FURTHER_THRESHOLDS:
        table.report(
            "measure",
            f"have {len(found.further)} thresholds beside the contract's own, "
            f"at most {MOST_FURTHER_THRESHOLDS} are counted: leave some out",
        )
    return found


def _measure(table: Table, formula: str, threshold: int, period: str) -> Measure:
    table.require("figure", "target")
    figure = table.choice("figure", tuple(measurable()), "service_level")
    if measurable()[figure].unit == "seconds":
        longest = LONGEST_LOST_AFTER
        target = Decimal(table.duration("target", SECOND, SECOND, longest)) / SECOND
    else:
        target = table.ratio("target")
    for key in ("formula", "threshold"):
        if table.has(key) and key not in measured(figure).keys:
            those = " and ".join(name for name in measurable() if key in measured(name).keys)
            table.report(key, f"means something for {those} only: leave it out")
    found = Measure(
        id=table.id("id", figure),
        figure=figure,
        target=target,
        formula=table.choice("formula", FORMULAS, formula),
        threshold=table.duration("threshold", threshold, SECOND, LONGEST_LOST_AFTER),
        period=table.choice("period", PERIODS, period),
        scope=table.choice("scope", SCOPES, "per_line"),
        lines=table.texts("lines"),
        malus=_adjustment(table.table("malus")),
        bonus=_adjustment(table.table("bonus")),
    )
    table.close()
    return found


def _adjustment(table: Table | None) -> Adjustment | None:
    if table is None:
        return None
    steps = tuple(_step(t) for t in table.tables("steps"))
    if table.has("per_point") == table.has("steps"):
        table.report(None, "write either `per_point` or `steps`")
    if steps and table.has("counting"):
        table.report("counting", "belongs to `per_point`: leave it out beside `steps`")
    if list(steps) != sorted(steps, key=lambda s: s.points):
        table.report("steps", "are not in order: write the smallest `points` first")
    cap = table.number("cap", _NOTHING, 0, MOST_MONEY) if table.has("cap") else None
    found = Adjustment(
        per_point=table.number("per_point", _NOTHING, 0, MOST_MONEY),
        counting=table.choice("counting", COUNTINGS, "started"),
        steps=steps,
        cap=cap,
        unit=table.choice("unit", UNITS, "money"),
    )
    table.close()
    return found


def _step(table: Table) -> Step:
    table.require("points", "amount")
    longest = LONGEST_LOST_AFTER / SECOND
    step = Step(
        points=table.number("points", _NOTHING, 0, longest),
        amount=table.number("amount", _NOTHING, 0, MOST_MONEY),
    )
    table.close()
    return step


_KEYS_OF_KIND = {
    "hours": ("hours",),
    "event": ("from", "until"),
    "volume": ("above",),
    "cause": ("causes",),
}


def _exclusion(table: Table, measures: tuple[Measure, ...]) -> Exclusion:
    table.require("kind", "reason")
    kind = table.choice("kind", KINDS_OF_EXCLUSION, "event")
    for other, keys in _KEYS_OF_KIND.items():
        for key in keys:
            if other != kind and table.has(key):
                table.report(key, f'belongs to kind = "{other}": leave it out, or change the kind')
    if table.raw("kind") in KINDS_OF_EXCLUSION:
        table.require(*_KEYS_OF_KIND[kind])
    since, until = table.instant("from"), table.instant("until")
    if since is not None and until is not None and since >= until:
        table.report("until", "is not after `from`")
    above = table.number("above", Decimal(1), 1, 100, ": write 1.1 for 10 % above the expected")
    found = Exclusion(
        id=table.id("id", kind),
        kind=kind,
        reason=table.text("reason"),
        lines=table.texts("lines"),
        measures=table.texts("measures", sorted({m.id for m in measures})),
        hours=table.id("hours") if table.has("hours") else None,
        since=since,
        until=until,
        above=above if kind == "volume" else None,
        causes=_causes(table),
    )
    for measure in measures:
        allowed = measured(measure.figure).causes
        if allowed is None or (found.measures and measure.id not in found.measures):
            continue
        refused = [cause for cause in found.causes if cause not in allowed]
        if refused:
            table.report(
                "causes",
                f'"{refused[0]}" cannot be left out of "{measure.id}", a {measure.figure}: '
                "say in `measures` which others it is left out of",
            )
    table.close()
    return found


def _causes(table: Table) -> tuple[str, ...]:
    causes = table.texts("causes", (*CAUSES, *OF_SWITCHES))
    for cause in causes:
        if cause in OF_SWITCHES:
            table.report("causes", f'"{cause}" acts on the statement alone: {OF_SWITCHES[cause]}')
    return causes


def _check_twice(table: Table, key: str, ids: list[str]) -> None:
    for i, id_ in enumerate(ids):
        if id_ in ids[:i]:
            table.report(key, f'two have the id "{id_}": give each its own `id`')
