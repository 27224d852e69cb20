"""The city's page of today, for council and ombudsman: each number with what it means beside it.

A document without scripts, that loads nothing and is made anew once a minute by the browser. It
speaks the plan's languages.
"""

from datetime import datetime
from importlib.resources import files
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from streams.domain.became import CLOSED_MEANWHILE, OUTCOMES
from streams.domain.plan import Plan
from streams.sinks.statement.writing import NO_VALUE, Writing
from streams.texts import spoken, texts

_HOUR: Final = 3600

_TEMPLATES: Final = Environment(
    loader=PackageLoader("streams.sinks", "day_page"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,
)


class Row(NamedTuple):
    """A number of the day: what it is called, the number as people read it, and what it means."""

    name: str
    value: str
    meaning: str


def languages_of(plan: Plan) -> tuple[str, ...]:
    """The languages that the page can be had in: the first is shown if none is asked for."""
    return spoken(plan.entries.city.languages)


def day_page(plan: Plan, whole: dict[str, Any] | None, language: str) -> bytes:
    """The page.

    Args:
        plan: whose city it is.
        whole: the city's figures (``live_figures``); None: there are none. A worker of an earlier
            release tells nothing of the day.
        language: one of ``languages_of``.
    """
    said = texts(language)
    w = Writing(language, plan.zone.key)
    rows, outcomes, as_of = [], [], None
    if whole is not None and "day" in whole:
        rows = _rows(whole["day"], w, plan.zone)
        outcomes = _outcomes(whole["day"], w)
        as_of = _local(whole["as_of"], plan.zone)
    page = _TEMPLATES.get_template("page.html").render(
        t=lambda path, **fields: said(f"day.{path}", **fields),
        language=language,
        languages=[(each, texts(each)("page.name")) for each in languages_of(plan)],
        city=plan.city,
        as_of=as_of,
        rows=rows,
        outcomes=outcomes,
        style=Markup((files(__name__) / "page.css").read_text("utf-8")),
    )
    return page.encode()


def _rows(day: dict[str, Any], w: Writing, zone: ZoneInfo) -> list[Row]:
    said = texts(w.language)

    def row(name: str, value: str) -> Row:
        return Row(said(f"day.name.{name}"), value, said(f"day.means.{name}"))

    def of(share: str, part: str, whole: str) -> str:
        if day[share] is None:
            return NO_VALUE
        fields = {"part": w.number(day[part]), "whole": w.number(day[whole])}
        return said("day.share", share=w.share(day[share], 0), **fields)

    def minutes(name: str) -> str:
        value = day[name]
        return NO_VALUE if value is None else said("day.minutes", minutes=w.number(value / 60, 1))

    waited = day["time_waited"]
    worst = day["worst_hour"]
    return [
        row("calls", w.number(day["whole_contacts"])),
        row("persons", w.number(day["persons"])),
        row("persons_reached", of("persons_reached_share", "persons_reached", "persons")),
        row("reached_at_try", _tries(day["reached_at_try"], w)),
        row("first_attempt", of("first_attempt", "first_attempts_reached", "first_attempts")),
        row("time_until_reached", minutes("time_until_reached")),
        row("whole_wait", minutes("whole_wait")),
        row(
            "time_waited",
            NO_VALUE if waited is None else said("day.hours", hours=w.number(waited / _HOUR, 1)),
        ),
        row(
            "worst_hour",
            NO_VALUE
            if worst is None
            else said(
                "day.worst_hour",
                begin=f"{_local(worst['start'], zone):%H:%M}",
                share=w.share(worst["reached"] / worst["contacts"], 0),
                whole=w.number(worst["contacts"]),
            ),
        ),
        row("forms", w.number(day["outcomes"]["form"])),
        row(
            "caller_known",
            NO_VALUE
            if day["caller_known_share"] is None
            else w.share(day["caller_known_share"], 0),
        ),
    ]


def _tries(shares: dict[str, float | None], w: Writing) -> str:
    """At which try of the day people were reached; a try at which nobody was is left out."""
    said = texts(w.language)
    found = [
        said(f"day.tries.{name}", share=w.share(share, 0))
        for name, share in shares.items()
        if share
    ]
    return ", ".join(found) or NO_VALUE


def _outcomes(day: dict[str, Any], w: Writing) -> list[Row]:
    """What became of all calls; none of an outcome that nobody came to."""
    return [
        Row(w.outcome(each), w.number(day["outcomes"][each]), w.means(each))
        for each in (*OUTCOMES, CLOSED_MEANWHILE)
        if day["outcomes"][each]
    ]


def _local(seconds: float, zone: ZoneInfo) -> datetime:
    return datetime.fromtimestamp(seconds, zone)
