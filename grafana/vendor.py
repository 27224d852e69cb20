"""A vendor's period so far: what it will be paid by, while something can still be done about it."""

from typing import Final

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
    numbers,
    rows,
)
from grafana.promql import Scope, or_dash
from streams.domain.plan import Plan

VENDOR: Final = Scope("vendor", "$vendor")
MEASURE: Final = "contract, measure, line"
"""What a measure of a vendor is known by: a pooled one has no line."""
KEPT: Final = "1h"
"""Periods are told once a quarter of an hour: an older one is not of now."""


def period(name: str, by: str = MEASURE) -> str:
    """A figure of the period so far, of whichever worker tells it."""
    asked = f'last_over_time(contact_vendor_period_{name}{{vendor="$vendor"}}[{KEPT}])'
    return f"max by ({by}) ({asked})"


def vendor(plan: Plan, now: int, say: Say) -> Dashboard:
    """The dashboard of one vendor, in one language."""
    board = (
        Dashboard(say("Vendor", "Leverancier"))
        .uid(say.uid("vendor"))
        .description(
            say(
                "A vendor's period so far by its contract: figures, what they can still bear, where "
                "they will end, the worst quarter-hours, and what was left out.",
                "De periode van een leverancier tot nu, volgens het contract: cijfers, wat ze nog "
                "verdragen, waar ze zullen eindigen, de slechtste kwartieren, en wat niet meetelt.",
            )
        )
        .tags(["reachline", say.language])
        .refresh("5m")
        .time("now-30d", "now")
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
    places = [
        (_summary(say), 0, 0, 24, 4),
        (_measures(say), 0, 4, 24, 9),
        (_budget(say), 0, 13, 12, 9),
        (_distance(say), 12, 13, 12, 9),
        (_worst(say), 0, 22, 12, 10),
        (_excluded(say), 12, 22, 12, 10),
    ]
    for index, (panel, *place) in enumerate(places):
        board.with_panel(at(panel, *place).id(index + 1))
    return board


def _summary(say: Say) -> object:
    lost = {"color": colour(palette.BREACH)}
    return numbers(
        say("The period so far", "De periode tot nu"),
        say(
            "Measures of the contract that are out of reach, those that as things go will miss "
            "their target, what that costs so far, and when the period ends.",
            "Maatstaven van het contract die buiten bereik zijn, die zoals het gaat hun doel zullen "
            "missen, wat dat tot nu kost, en wanneer de periode eindigt.",
        ),
        [
            Query(or_dash(f"count({period('ratio')})"), say("Measures", "Maatstaven")),
            Query(f"count({period('misses_left')} < 0)", say("Lost", "Verloren"), lost),
            Query(
                f"vector(0) and on () {period('misses_left')} "
                f"unless on () {period('misses_left')} < 0",
                say("Lost", "Verloren"),
            ),
            Query(
                or_dash(f"sum({period('malus')})"),
                say("Malus so far", "Malus tot nu"),
                {"unit": "currencyEUR"},
            ),
            Query(
                or_dash(VENDOR.current("reachability_ratio", window="today")),
                say("Reached today", "Vandaag bereikt"),
                {"unit": "percentunit", "decimals": 1},
            ),
            Query(
                or_dash(f"min({period('end_timestamp_seconds')}) - time()"),
                say("Until the end", "Tot het einde"),
                {"unit": "dtdurations"},
            ),
        ],
        unit="none",
        source=CHOSEN,
        sizes=(14, 30),
        wide=False,
    )


def _measures(say: Say) -> object:
    percent = {"unit": "percentunit", "decimals": 1}
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
        "unit": "none",
        "decimals": 0,
    }
    return rows(
        say("Every measure of the contract", "Elke maatstaf van het contract"),
        say(
            "As the statement will judge it: after exclusions, by the measure's own figure. Misses "
            "left is how many more the target bears at the volume that is expected; below zero, "
            "in red, it is out of reach. The forecast is given with the range in which nine "
            "periods in ten end. A measure without a line is of all lines together.",
            "Zoals de afrekening het zal beoordelen: na uitsluitingen, met het eigen cijfer van de "
            "maatstaf. Missers over is hoeveel het doel er nog verdraagt bij het verwachte volume; "
            "onder nul, in rood, is het buiten bereik. Bij de prognose staat het bereik waarin negen "
            "periodes op tien eindigen. Een maatstaf zonder lijn geldt voor alle lijnen samen.",
        ),
        [
            period("ratio"),
            period("target_ratio"),
            period("calls"),
            period("misses_left"),
            period("forecast_ratio"),
            period("forecast_low_ratio"),
            period("forecast_high_ratio"),
            period("malus"),
        ],
        [
            Column("contract", say("Contract", "Contract")),
            Column("measure", say("Measure", "Maatstaf")),
            Column("line", say("Line", "Lijn")),
            Column("Value #A", say("So far", "Tot nu"), percent),
            Column("Value #B", say("Target", "Doel"), percent),
            Column("Value #C", say("Calls", "Oproepen"), {"unit": "none", "decimals": 0}),
            Column("Value #D", say("Misses left", "Missers over"), budget),
            Column("Value #E", say("Forecast", "Prognose"), percent),
            Column("Value #F", say("from", "van"), percent),
            Column("Value #G", say("to", "tot"), percent),
            Column("Value #H", say("Malus so far", "Malus tot nu"), {"unit": "currencyEUR"}),
        ],
        none=say("No period is running", "Er loopt geen periode"),
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
        [Query(period("misses_left"), "{{measure}} {{line}}")],
        unit="none",
        least=None,
        interval="1h",
        fill=0,
    )


def _distance(say: Say) -> object:
    return curves(
        say("The figures against their targets", "De cijfers tegenover hun doel"),
        say(
            "Each measure of the period so far in points above its target (below, for abandonment, "
            "where less is better: read it in the table).",
            "Elke maatstaf van de periode tot nu in punten boven het doel (bij opgehangen is minder "
            "beter: lees het in de tabel).",
        ),
        [
            Query(
                f"100 * ({period('ratio')} - on ({MEASURE}) {period('target_ratio')})",
                "{{measure}} {{line}}",
            )
        ],
        unit="percent",
        least=None,
        interval="1h",
        fill=0,
    )


def _worst(say: Say) -> object:
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
            period("worst_calls", by),
        ],
        [
            Column("rank", "#", {"custom.width": 50}),
            Column("line", say("Line", "Lijn")),
            Column("Value #A", say("Beginning", "Begin"), {"unit": "dateTimeAsLocal"}),
            Column("Value #B", say("Misses", "Missers"), {"unit": "none", "decimals": 0}),
            Column("Value #C", say("Calls", "Oproepen"), {"unit": "none", "decimals": 0}),
        ],
        none=say("None so far", "Nog geen"),
        sort=("#", False),
    )


def _excluded(say: Say) -> object:
    by = f"{MEASURE}, exclusion"
    return rows(
        say("What was left out", "Wat niet meetelt"),
        say(
            "Quarter-hours and calls that each exclusion of the contract keeps from counting "
            "against the vendor, if it alone existed.",
            "Kwartieren en oproepen die elke uitsluiting van het contract niet laat meetellen tegen "
            "de leverancier, als zij alleen bestond.",
        ),
        [period("excluded_quarter_hours", by), period("excluded_calls", by)],
        [
            Column("exclusion", say("Exclusion", "Uitsluiting")),
            Column("measure", say("Measure", "Maatstaf")),
            Column("line", say("Line", "Lijn")),
            Column("Value #A", say("Quarter-hours", "Kwartieren"), {"unit": "none", "decimals": 0}),
            Column("Value #B", say("Calls", "Oproepen"), {"unit": "none", "decimals": 0}),
        ],
        none=say("Nothing was left out", "Alles telt mee"),
        sort=(say("Calls", "Oproepen"), True),
    )
