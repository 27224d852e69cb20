"""A vendor's period so far: what it will be paid by, while something can still be done about it."""

from collections.abc import Mapping
from typing import Any

from grafana_foundation_sdk.builders.dashboard import Dashboard

from grafana import palette
from grafana.boards import begun, filled
from grafana.figures import TODAY, asked, unit
from grafana.panels import CHOSEN, Column, Query, choice, curves, numbers, rows
from grafana.period import (
    CHOSEN_VENDOR,
    FORECAST,
    MEASURE,
    OUTLOOK,
    TARGET_IN_DANGER,
    TARGET_MISSED,
    bound,
    margin,
    period,
)
from grafana.promql import NOW, or_dash
from grafana.say import Say, colour, line_names, mapped
from streams.domain.plan import Plan


def vendor(plan: Plan, now: int, say: Say) -> Dashboard:
    """The dashboard of one vendor, in one language."""
    board = begun("vendor", plan, say, refresh="5m", since="now/M").with_variable(
        choice("vendor", say("vendor.vendor"), "label_values(contact_vendor_offered, vendor)", "")
    )
    names = {"mappings": [line_names(plan, now, say)], "custom.width": 290}
    money = {"unit": f"prefix:{_currency(plan)} ", "decimals": 0}
    panels = [
        (_summary(say, money), 0, 0, 24, 4),
        (_measures(say, names, money), 0, 4, 24, 8),
        (_budget(say), 0, 12, 12, 9),
        (_distance(say), 12, 12, 12, 9),
        (_worst(say, names), 0, 21, 12, 14),
        (_excluded(say, names), 12, 21, 12, 14),
    ]
    return filled(board, panels)


def _currency(plan: Plan) -> str:
    """What the contracts are paid in; nothing where they differ."""
    found = {version.entry.currency for version in plan.entries.contracts}
    return found.pop() if len(found) == 1 else ""


Options = Mapping[str, Any]


def _summary(say: Say, money: Options) -> object:
    lost = {"color": colour(palette.BREACH)}
    return numbers(
        say("vendor.summary.title"),
        say("vendor.summary.description"),
        [
            Query(or_dash(f"count({period('ratio')})"), say("vendor.summary.measures")),
            Query(f"count{TARGET_MISSED}", say("vendor.summary.lost"), lost),
            Query(
                f"vector(0) and on () {period('misses_left')} unless on () {TARGET_MISSED}",
                say("vendor.summary.lost"),
            ),
            Query(
                f"count({TARGET_IN_DANGER})",
                say("vendor.summary.in_danger"),
                {"color": colour(palette.AT_RISK)},
            ),
            Query(
                f"vector(0) and on () {period('misses_left')} unless on () {TARGET_IN_DANGER}",
                say("vendor.summary.in_danger"),
            ),
            Query(
                or_dash(f"sum({period('malus')})"),
                say("vendor.summary.malus_so_far"),
                money,
            ),
            *asked(
                CHOSEN_VENDOR,
                "reachability",
                say("vendor.summary.reached_today"),
                unit("reachability", "vendor"),
                window=TODAY,
                form=or_dash("{}"),
            ),
            Query(
                or_dash(f"(min({period('end_timestamp_seconds')}) - {NOW}) / 86400"),
                say("vendor.summary.days_left"),
                {"decimals": 1},
            ),
        ],
        unit="none",
        source=CHOSEN,
        sizes=(14, 30),
        wide=False,
    )


def _measures(say: Say, names: Options, money: Options) -> object:
    narrow, narrower = {"custom.width": 140}, {"custom.width": 90}
    percent = {"unit": "percentunit", "decimals": 1, **narrow}
    budget = {
        "thresholds": {
            "mode": "absolute",
            "steps": [
                {"color": palette.BREACH, "value": None},
                {"color": palette.TEXT, "value": 0},
            ],
        },
        "color": {"mode": "thresholds"},
        "custom.cellOptions": {"type": "color-text"},
        **narrow,
        "unit": "none",
        "decimals": 0,
    }
    outlook = {
        "unit": "none",
        "mappings": [
            mapped(
                {
                    "0": (say("vendor.measures.on_course"), palette.QUIET),
                    "1": (say("vendor.measures.in_danger"), palette.AT_RISK),
                    "2": (say("vendor.measures.lost"), palette.BREACH),
                    "3": (say("vendor.measures.not_judged"), palette.AT_RISK),
                }
            )
        ],
        "custom.cellOptions": {"type": "color-text"},
        **narrow,
    }
    return rows(
        say("vendor.measures.title"),
        say("vendor.measures.description"),
        [
            period("ratio"),
            period("target_ratio"),
            period("offered"),
            period("misses_left"),
            period(FORECAST),
            bound("low"),
            bound("high"),
            OUTLOOK,
            period("malus"),
            period("heard_ratio"),
        ],
        [
            Column("contract", say("vendor.measures.contract"), narrow),
            Column("measure", say("vendor.measures.measure"), narrow),
            Column("line", say("vendor.measures.line"), names),
            Column("Value #A", say("vendor.measures.so_far"), percent),
            Column("Value #B", say("vendor.measures.target"), percent),
            Column(
                "Value #C", say("vendor.measures.calls"), {"unit": "none", "decimals": 0, **narrow}
            ),
            Column("Value #D", say("vendor.measures.misses_left"), budget),
            Column("Value #E", say("vendor.measures.forecast"), percent),
            Column("Value #F", say("vendor.measures.from"), {**percent, **narrower}),
            Column("Value #G", say("vendor.measures.to"), {**percent, **narrower}),
            Column("Value #H", say("vendor.measures.outlook"), outlook),
            Column("Value #I", say("vendor.measures.malus_so_far"), {**money, **narrow}),
            Column("Value #J", say("vendor.measures.heard"), {**percent, **narrower}),
        ],
        sort=(say("vendor.measures.misses_left"), False),
    )


def _budget(say: Say) -> object:
    return curves(
        say("vendor.budget.title"),
        say("vendor.budget.description"),
        [Query(period("misses_left", kept=True), "{{measure}} {{line}}")],
        unit="none",
        least=None,
        interval="1h",
        fill=0,
    )


def _distance(say: Say) -> object:
    return curves(
        say("vendor.distance.title"),
        say("vendor.distance.description"),
        [Query(f"100 * {margin('ratio', kept=True)}", "{{measure}} {{line}}")],
        unit="percent",
        least=None,
        interval="1h",
        fill=0,
    )


def _worst(say: Say, names: Options) -> object:
    by = "line, rank"
    return rows(
        say("vendor.worst.title"),
        say("vendor.worst.description"),
        [
            f"1000 * {period('worst_timestamp_seconds', by)}",
            period("worst_misses", by),
            period("worst_offered", by),
        ],
        [
            Column("rank", "#", {"custom.width": 50}),
            Column("line", say("vendor.worst.line"), names),
            Column("Value #A", say("vendor.worst.beginning"), {"unit": "time:ddd D MMM HH:mm"}),
            Column("Value #B", say("vendor.worst.misses"), {"unit": "none", "decimals": 0}),
            Column("Value #C", say("vendor.worst.calls"), {"unit": "none", "decimals": 0}),
        ],
        sort=("#", False),
    )


def _excluded(say: Say, names: Options) -> object:
    by = f"{MEASURE}, exclusion"
    return rows(
        say("vendor.excluded.title"),
        say("vendor.excluded.description"),
        [
            f"{period('excluded_quarter_hours', by)} > 0",
            f"{period('excluded_offered', by)} > 0",
        ],
        [
            Column("exclusion", say("vendor.excluded.exclusion")),
            Column("measure", say("vendor.excluded.measure")),
            Column("line", say("vendor.excluded.line"), names),
            Column(
                "Value #A", say("vendor.excluded.quarter_hours"), {"unit": "none", "decimals": 0}
            ),
            Column("Value #B", say("vendor.excluded.calls"), {"unit": "none", "decimals": 0}),
        ],
        sort=(say("vendor.excluded.calls"), True),
    )
