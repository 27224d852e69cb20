"""What became of the people: whole contacts of the city today, and of each vendor."""

from collections.abc import Mapping
from typing import Any, Final

from grafana_foundation_sdk.builders.dashboard import Dashboard

from grafana.boards import begun, filled
from grafana.figures import TODAY, asked, declared, unit
from grafana.panels import CHOSEN, Column, Query, curves, numbers, rows
from grafana.promql import Scope, or_dash
from grafana.say import Say
from streams.domain.became import CLOSED_MEANWHILE, OUTCOMES
from streams.domain.figures.whole import OUTCOME_COUNTS
from streams.domain.plan import Plan

CITY: Final = Scope("city")
VENDORS: Final = Scope("vendor")
FAMILY: Final = "whole_contacts"
OF_VENDORS: Final = ("served_at_once", "dead_end", "refused", "given_up")
"""The outcomes in the table of vendors: as many columns as can be read beside each other."""

MEANS: Final = ("whole_wait",)
"""The figures that it has beside them."""

PARTS: Final = ("entrance", "language", "channel")
"""Of what there is a city of its own."""

OF_PARTS: Final = ("reachability", "whole_wait")
"""The figures that their tables have beside the number of contacts."""

Options = Mapping[str, Any]


def contacts(plan: Plan, now: int, say: Say) -> Dashboard:
    """The dashboard of whole contacts, in one language."""
    board = begun("contacts", plan, say, refresh="1m", since="now-12h")
    panels = [
        (_became(say), 0, 0, 24, 5),
        (_waited(say), 0, 5, 24, 4),
        (_outcomes(say), 0, 9, 24, 11),
        (_vendors(say), 0, 20, 24, 9),
        *((_part(kind, say), 8 * place, 29, 8, 9) for place, kind in enumerate(PARTS)),
    ]
    return filled(board, panels)


def outcome_name(outcome: str, say: Say) -> str:
    """What people call an outcome."""
    return say.texts(f"terms.outcome.{outcome}")


def _became(say: Say) -> object:
    return numbers(
        say("contacts.became.title"),
        say("contacts.became.description"),
        [
            Query(or_dash(CITY.current("contacts", window=TODAY)), say("contacts.became.contacts")),
            *(
                Query(
                    or_dash(CITY.current(FAMILY, window=TODAY, part=outcome)),
                    outcome_name(outcome, say),
                )
                for outcome in OUTCOME_COUNTS
            ),
        ],
        unit="none",
        source=CHOSEN,
        sizes=(12, 26),
        wide=False,
    )


def _waited(say: Say) -> object:
    return numbers(
        say("contacts.waited.title"),
        say("contacts.waited.description"),
        [
            *asked(
                CITY,
                "whole_wait_within",
                say("contacts.waited.within"),
                unit("whole_wait_within", "city"),
                window=TODAY,
                form=or_dash("{}"),
            ),
            *asked(
                CITY,
                "whole_wait",
                say("contacts.waited.mean"),
                {"unit": "s"},
                window=TODAY,
                form=or_dash("{}"),
            ),
            *_quantiles(say),
            *asked(
                CITY,
                "time_waited",
                say("contacts.waited.hours"),
                {"unit": "h", "decimals": 1},
                window=TODAY,
                form=or_dash("{} / 3600"),
            ),
            *(
                query
                for name in ("first_attempt", "persons_reached_share", "time_until_reached")
                for query in asked(
                    CITY,
                    name,
                    say.texts(f"statement.figure.{name}"),
                    unit(name, "city"),
                    window=TODAY,
                    form=or_dash("{}"),
                )
            ),
        ],
        unit="none",
        source=CHOSEN,
        sizes=(14, 30),
        wide=False,
    )


def _quantiles(say: Say) -> list[Query]:
    figure = declared("whole_wait_quantiles", "city")
    if figure is None:
        return []
    return [
        Query(
            or_dash(CITY.current(figure.metric, window=TODAY, **{figure.label: each.label})),
            say("contacts.waited.quantile", percent=round(100 * float(each.label))),
            {"unit": "s"},
        )
        for each in figure.variants
        if each.label is not None
    ]


def _outcomes(say: Say) -> object:
    return curves(
        say("contacts.outcomes.title"),
        say("contacts.outcomes.description"),
        [
            Query(CITY.current(FAMILY, window="60m", part=outcome), outcome_name(outcome, say))
            for outcome in OUTCOMES
        ],
        unit="none",
        stacked=True,
        interval="5m",
    )


def _vendors(say: Say) -> object:
    counts = {"unit": "none", "decimals": 0}
    queries = [VENDORS.current(FAMILY, window=TODAY, part=outcome) for outcome in OF_VENDORS]
    columns = [
        Column(f"Value #{_letter(place)}", outcome_name(outcome, say), counts)
        for place, outcome in enumerate(OF_VENDORS)
    ]
    for name in MEANS:
        figure = declared(name, "vendor")
        if figure is not None:
            columns.append(
                Column(
                    f"Value #{_letter(len(queries))}",
                    say.texts(f"statement.figure.{name}"),
                    unit(name, "vendor"),
                )
            )
            queries.append(VENDORS.current(figure.metric, window=TODAY))
    return rows(
        say("contacts.vendors.title"),
        say("contacts.vendors.description"),
        queries,
        [Column("vendor", say("contacts.vendors.vendor")), *columns],
    )


_INSIDE: Final = f'label_replace(vector(0), "part", "{CLOSED_MEANWHILE}", "", "")'
"""What is a part of another outcome, and not to be added up."""


def _part(kind: str, say: Say) -> object:
    """Entrances, languages or channels beside each other."""
    scope = Scope(kind)
    each = scope.current(FAMILY, "part", window=TODAY)
    queries = [f"sum by ({kind}) ({each} unless on (part) {_INSIDE})"]
    columns = [
        Column(kind, say(f"contacts.{kind}.name")),
        Column("Value #A", say("contacts.became.contacts"), {"unit": "none", "decimals": 0}),
    ]
    for name in OF_PARTS:
        figure = declared(name, "city")
        if figure is not None:
            words = say.texts(f"statement.figure.{name}").replace("\N{SOFT HYPHEN}", "")
            column = f"Value #{_letter(len(queries))}"
            columns.append(Column(column, words, unit(name, "city")))
            queries.append(scope.current(figure.metric, window=TODAY))
    return rows(
        say(f"contacts.{kind}.title"), say(f"contacts.{kind}.description"), queries, columns
    )


def _letter(place: int) -> str:
    return chr(ord("A") + place)
