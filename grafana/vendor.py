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
from streams.domain.statement.hearing import ENOUGH

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
        Dashboard(say("Vendor", "Leverancier"))
        .uid(say.uid("vendor"))
        .description(
            say(
                "A vendor's period so far by its contract: figures, what they can still bear, "
                "where they will end, the worst quarter-hours, and what was left out.",
                "De periode van een leverancier tot nu, volgens het contract: cijfers, wat ze nog "
                "verdragen, waar ze zullen eindigen, de slechtste kwartieren, en wat niet meetelt.",
            )
        )
        .tags(["reachline", say.language])
        .refresh("5m")
        .time("now/M", "now")
        .timezone(plan.entries.city.time_zone)
        .readonly()
        .with_variable(chosen_source(say))
        .with_variable(
            choice(
                "vendor",
                say("Vendor", "Leverancier"),
                "label_values(contact_vendor_offered, vendor)",
                "",
            )
        )
        .link(
            DashboardLink(say("Wallboard", "Wandbord"))
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
        say("The period so far", "De periode tot nu"),
        say(
            "Measures of the contract that are out of reach, those that as things go will miss "
            "their target, what that costs so far, and when the period ends. Of what too little "
            "was heard, nothing is judged, and it costs nothing.",
            "Maatstaven van het contract die buiten bereik zijn, die zoals het gaat hun doel "
            "zullen missen, wat dat tot nu kost, en wanneer de periode eindigt. Waarvan te weinig "
            "gehoord is, wordt niet beoordeeld en kost niets.",
        ),
        [
            Query(or_dash(f"count({period('ratio')})"), say("Measures", "Maatstaven")),
            Query(f"count{LOST}", say("Lost", "Verloren"), lost),
            Query(
                f"vector(0) and on () {period('misses_left')} unless on () {LOST}",
                say("Lost", "Verloren"),
            ),
            Query(
                f"count({DANGER})",
                say("In danger", "In gevaar"),
                {"color": colour(palette.AT_RISK)},
            ),
            Query(
                f"vector(0) and on () {period('misses_left')} unless on () {DANGER}",
                say("In danger", "In gevaar"),
            ),
            Query(
                or_dash(f"sum({period('malus')})"),
                say("Malus so far", "Malus tot nu"),
                money,
            ),
            Query(
                or_dash(VENDOR.current("reachability_ratio", window="today")),
                say("Reached today", "Vandaag bereikt"),
                {"unit": "percentunit", "decimals": 1},
            ),
            Query(
                or_dash(f"(min({period('end_timestamp_seconds')}) - {NOW}) / 86400"),
                say("Days to the end", "Dagen tot het einde"),
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
                    "0": (say("on course", "op koers"), palette.QUIET),
                    "1": (say("IN DANGER", "IN GEVAAR"), palette.AT_RISK),
                    "2": (say("LOST", "VERLOREN"), palette.BREACH),
                    "3": (say("not judged", "niet beoordeeld"), palette.AT_RISK),
                }
            )
        ],
        "custom.cellOptions": {"type": "color-text"},
        **narrow,
    }
    return rows(
        say("Every measure of the contract", "Elke maatstaf van het contract"),
        say(
            "As the statement will judge it: after exclusions, by the measure's own figure. Misses "
            "left is how many more the target bears at the volume that is expected; below zero, "
            "in red, it is out of reach. The forecast is given with the range in which nine "
            "periods in ten end; in danger is what it puts on the wrong side of its target. Heard "
            "is the share of the hours open so far; below 95 % nothing is judged, and no malus is "
            "shown. A measure without a line is of all lines together.",
            "Zoals de afrekening het zal beoordelen: na uitsluitingen, met het eigen cijfer van de "
            "maatstaf. Missers over is hoeveel het doel er nog verdraagt bij het verwachte volume; "
            "onder nul, in rood, is het buiten bereik. Bij de prognose staat het bereik waarin "
            "negen periodes op tien eindigen; in gevaar is wat zij aan de verkeerde kant van het "
            "doel ziet. Gehoord is het deel van de uren die tot nu open waren; onder 95 % wordt "
            "niets beoordeeld en staat er geen malus. Een maatstaf zonder lijn geldt voor alle "
            "lijnen samen.",
        ),
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
            Column("contract", say("Contract", "Contract"), narrow),
            Column("measure", say("Measure", "Maatstaf"), narrow),
            Column("line", say("Line", "Lijn"), names),
            Column("Value #A", say("So far", "Tot nu"), percent),
            Column("Value #B", say("Target", "Doel"), percent),
            Column("Value #C", say("Calls", "Oproepen"), {"unit": "none", "decimals": 0, **narrow}),
            Column("Value #D", say("Misses left", "Missers over"), budget),
            Column("Value #E", say("Forecast", "Prognose"), percent),
            Column("Value #F", say("from", "van"), {**percent, **narrower}),
            Column("Value #G", say("to", "tot"), {**percent, **narrower}),
            Column("Value #H", say("Outlook", "Vooruitzicht"), outlook),
            Column("Value #I", say("Malus so far", "Malus tot nu"), {**money, **narrow}),
            Column("Value #J", say("Heard", "Gehoord"), {**percent, **narrower}),
        ],
        sort=(say("Misses left", "Missers over"), False),
    )


def _budget(say: Say) -> object:
    return curves(
        say("Misses left through the period", "Missers over doorheen de periode"),
        say(
            "How many more misses each target bears. A curve below zero is a target lost; one "
            "that falls faster than the period passes will be.",
            "Hoeveel missers elk doel nog verdraagt. Een lijn onder nul is een verloren doel; "
            "een die sneller daalt dan de periode verstrijkt, wordt het.",
        ),
        [Query(period("misses_left", kept=True), "{{measure}} {{line}}")],
        unit="none",
        least=None,
        interval="1h",
        fill=0,
    )


def _distance(say: Say) -> object:
    return curves(
        say("The figures against their targets", "De cijfers tegenover hun doel"),
        say(
            "How many points each measure of the period so far is better than its target; below "
            "zero, worse. Of abandonment, where less is better, too.",
            "Hoeveel punten elke maatstaf van de periode tot nu beter is dan haar doel; onder nul "
            "slechter. Ook bij opgehangen, waar minder beter is.",
        ),
        [Query(f"100 * {margin('ratio', kept=True)}", "{{measure}} {{line}}")],
        unit="percent",
        least=None,
        interval="1h",
        fill=0,
    )


def _worst(say: Say, names: Options) -> object:
    by = "line, rank"
    return rows(
        say("The worst quarter-hours", "De slechtste kwartieren"),
        say(
            "Quarter-hours with the most misses by the first measure of their contract, before "
            "exclusions: where to look first.",
            "Kwartieren met de meeste missers volgens de eerste maatstaf van hun contract, voor "
            "uitsluitingen: waar eerst te kijken.",
        ),
        [
            f"1000 * {period('worst_timestamp_seconds', by)}",
            period("worst_misses", by),
            period("worst_offered", by),
        ],
        [
            Column("rank", "#", {"custom.width": 50}),
            Column("line", say("Line", "Lijn"), names),
            Column("Value #A", say("Beginning", "Begin"), {"unit": "time:ddd D MMM HH:mm"}),
            Column("Value #B", say("Misses", "Missers"), {"unit": "none", "decimals": 0}),
            Column("Value #C", say("Calls", "Oproepen"), {"unit": "none", "decimals": 0}),
        ],
        sort=("#", False),
    )


def _excluded(say: Say, names: Options) -> object:
    by = f"{MEASURE}, exclusion"
    return rows(
        say("What was left out", "Wat niet meetelt"),
        say(
            "Quarter-hours and calls that each exclusion of the contract keeps from counting "
            "against the vendor, if it alone existed.",
            "Kwartieren en oproepen die elke uitsluiting van het contract niet laat meetellen "
            "tegen de leverancier, als zij alleen bestond.",
        ),
        [
            f"{period('excluded_quarter_hours', by)} > 0",
            f"{period('excluded_offered', by)} > 0",
        ],
        [
            Column("exclusion", say("Exclusion", "Uitsluiting")),
            Column("measure", say("Measure", "Maatstaf")),
            Column("line", say("Line", "Lijn"), names),
            Column("Value #A", say("Quarter-hours", "Kwartieren"), {"unit": "none", "decimals": 0}),
            Column("Value #B", say("Calls", "Oproepen"), {"unit": "none", "decimals": 0}),
        ],
        sort=(say("Calls", "Oproepen"), True),
    )
