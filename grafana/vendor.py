"""A vendor's period so far: what it will be paid by, while something can still be done about it."""

from collections.abc import Mapping
from typing import Any, Final

from grafana_foundation_sdk.builders.dashboard import Dashboard, DashboardLink
from grafana_foundation_sdk.models import dashboard as models

from grafana import palette
from grafana.panels import (
    CHOSEN,
    Column,
    Query,
    Say,
    at,
    choice,
    chosen_source,
    colour,
    curves,
    line_names,
    mapped,
    numbers,
    rows,
)
from grafana.promql import NOW, Scope, or_dash
from streams.domain.plan import Plan
from streams.domain.statement.heard import ENOUGH

VENDOR: Final = Scope("vendor", "$vendor")
MEASURE: Final = "contract, measure, line"
"""What a measure of a vendor is known by: a pooled one has no line."""
KEPT: Final = "1h"
"""On curves over weeks a figure stands this long: it changes every quarter of an hour at most."""


FORECAST: Final = "forecast_ratio"


def period(name: str, by: str = MEASURE, kept: bool = False, labels: str = "") -> str:
    """A figure of the period so far, of whichever worker tells it.

    Args:
        name: what follows ``contact_vendor_period_``.
        by: labels to keep.
        kept: over weeks, where a figure stands for a while.
        labels: further matchers.
    """
    matchers = ", ".join(
        part
        for part in ('vendor="$vendor"', labels, 'bound="mid"' if name == FORECAST else "")
        if part
    )
    asked = f"contact_vendor_period_{name}{{{matchers}}}"
    return f"max by ({by}) ({f'last_over_time({asked}[{KEPT}])' if kept else asked})"


def bound(which: str) -> str:
    """An end of the range in which nine periods in ten end."""
    return (
        f"max by ({MEASURE}) "
        f'(contact_vendor_period_forecast_ratio{{vendor="$vendor", bound="{which}"}})'
    )


MORE_IS_BETTER: Final = 'figure=~"service_level|reachability"'
LESS_IS_BETTER: Final = 'figure="abandonment"'


def margin(name: str, kept: bool = False) -> str:
    """How much better than its target a ratio is; below 0, worse."""

    def figure(of: str, kind: str) -> str:
        return period(of, kept=kept, labels=kind)

    return (
        f"({figure(name, MORE_IS_BETTER)} - {figure('target_ratio', MORE_IS_BETTER)} or "
        f"{figure('target_ratio', LESS_IS_BETTER)} - {figure(name, LESS_IS_BETTER)})"
    )


TOO_FEW: Final = f"{period('heard_ratio')} < {float(ENOUGH)}"
"""Measures of which too little was heard to judge them; on the statement neither."""
JUDGED: Final = f"unless on ({MEASURE}) {TOO_FEW}"
LOST: Final = f"({period('misses_left')} < 0 {JUDGED})"
DANGER: Final = (
    f"({margin(FORECAST)} < 0 unless on ({MEASURE}) {period('misses_left')} < 0 {JUDGED})"
)
"""Measures that, as things go, will miss their target."""
OUTLOOK: Final = (
    f"(clamp_max(({margin(FORECAST)} < bool 0) "
    f"+ on ({MEASURE}) 2 * ({period('misses_left')} < bool 0), 2) {JUDGED}) "
    f"or 3 + 0 * ({TOO_FEW})"
)
"""0 on course, 1 in danger, 2 lost, 3 not judged."""


def vendor(plan: Plan, now: int, say: Say) -> Dashboard:
    """The dashboard of one vendor, in one language."""
    board = (
        Dashboard(say("vendor.title"))
        .uid(say.uid("vendor"))
        .description(say("vendor.description"))
        .tags(["reachline", say.language])
        .refresh("5m")
        .time("now/M", "now")
        .timezone(plan.entries.city.time_zone)
        .readonly()
        .with_variable(chosen_source(say))
        .with_variable(
            choice(
                "vendor",
                say("vendor.vendor"),
                "label_values(contact_vendor_offered, vendor)",
                "",
            )
        )
        .link(
            DashboardLink(say("links.wallboard"))
            .type(models.DashboardLinkType.LINK)
            .url(f"/d/{say.uid('wallboard')}")
            .icon("dashboard")
        )
    )
    names = {"mappings": [line_names(plan, now, say)], "custom.width": 290}
    money = {"unit": f"prefix:{_currency(plan)} ", "decimals": 0}
    places = [
        (_summary(say, money), 0, 0, 24, 4),
        (_measures(say, names, money), 0, 4, 24, 8),
        (_budget(say), 0, 12, 12, 9),
        (_distance(say), 12, 12, 12, 9),
        (_worst(say, names), 0, 21, 12, 14),
        (_excluded(say, names), 12, 21, 12, 14),
    ]
    for index, (panel, *place) in enumerate(places):
        board.with_panel(at(panel, *place).id(index + 1))
    return board


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
            Query(f"count{LOST}", say("vendor.summary.lost"), lost),
            Query(
                f"vector(0) and on () {period('misses_left')} unless on () {LOST}",
                say("vendor.summary.lost"),
            ),
            Query(
                f"count({DANGER})",
                say("vendor.summary.in_danger"),
                {"color": colour(palette.AT_RISK)},
            ),
            Query(
                f"vector(0) and on () {period('misses_left')} unless on () {DANGER}",
                say("vendor.summary.in_danger"),
            ),
            Query(
                or_dash(f"sum({period('malus')})"),
                say("vendor.summary.malus_so_far"),
                money,
            ),
            Query(
                or_dash(VENDOR.current("reachability_ratio", window="today")),
                say("vendor.summary.reached_today"),
                {"unit": "percentunit", "decimals": 1},
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
