"""What the stream's own alerts say when they reach somebody.

The person who is woken reads this first: which line, how bad, since when, how many people, and what
to do. It is made from the figures of the alert alone; there is nothing in it about
any one caller.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from streams.domain import instants
from streams.domain.detector import Alert, Kind
from streams.domain.instants import SECOND
from streams.domain.plan import Contract, Plan
from streams.domain.rounding import percent_beside
from streams.sinks.annotations import PAGE, annotations, spoken
from streams.sinks.links import Links
from streams.texts import DEFAULT, Texts, texts

ALERT_NAMES: Final[Mapping[Kind, str]] = {
    "reachability": "ContactReachabilityDrop",
    "service_level": "ContactServiceLevelDrop",
    "closed_on_waiting": "ContactClosedOnWaiting",
}
"""Names of the stream's alerts, by kind."""


def labels(alert: Alert, plan: Plan) -> dict[str, str]:
    """What an alert is known by: the same from its opening to its end, wherever it comes from."""
    return {
        "alertname": ALERT_NAMES[alert.kind],
        "line": alert.line,
        "vendor": plan.nearest_terms(alert.line, alert.opened_at).vendor,
        "kind": alert.kind,
        "severity": PAGE,
        "alert_id": alert.id,
    }


def wording(alert: Alert, plan: Plan, links: Links) -> dict[str, str]:
    """What an alert says now, in the city's languages, and where it leads."""
    languages = spoken(plan)
    found = annotations(lambda part, language: said(alert, plan, part, language), languages)
    if DEFAULT in languages:
        # The record's own sentence is published in English, for machines and tables.
        found["evidence"] = alert.evidence
    return found | {
        "runbook_url": links.runbook(ALERT_NAMES[alert.kind]),
        "dashboard_url": links.line(alert.line),
    }


def summaries(alert: Alert, plan: Plan) -> dict[str, str]:
    """What an alert says in one line, by language."""
    return {language: said(alert, plan, "summary", language) for language in spoken(plan)}


def said(alert: Alert, plan: Plan, part: str, language: str) -> str:
    """One part of what an alert says: its summary, its description, or what to do first."""
    text = texts(language)
    return text(f"alerts.{alert.kind}.{part}", **_fields(alert, plan, text))


def _fields(alert: Alert, plan: Plan, text: Texts) -> dict[str, object]:
    """An alert's figures as words of one language."""
    terms = plan.nearest_terms(alert.line, alert.opened_at)
    vendor = plan.vendor(terms.vendor, alert.opened_at) or plan.vendor(terms.vendor)
    since = instants.to_datetime(alert.since).astimezone(plan.zone)
    over, option = alert.resolved_at, terms.option
    return {
        "name": terms.names.get(text.language) or next(iter(terms.names.values()), alert.line),
        "vendor": vendor.name if vendor else terms.vendor,
        "owner": vendor.owner if vendor else terms.vendor,
        "dial": text("alerts.dial.by_menu", option=option)
        if option
        else text("alerts.dial.direct"),
        "who": text("terms.people", count=alert.people),
        "count": alert.people,
        "decided": alert.decided,
        "figure": None if alert.figure is None else _percent(alert.figure, alert.target, text),
        "target": None if alert.target is None else _percent(alert.target, alert.target, text),
        "threshold": _threshold(terms.contract),
        "clock": f"{since:%H:%M}",
        "since": _date(since, text),
        "over": "" if over is None else text("alerts.over", clock=_clock(over, plan)),
    }


def _percent(share: float, target: float | None, text: Texts) -> str:
    number = percent_beside(0 if target is None else target, share).removesuffix(".0")
    return f"{number.replace('.', text('terms.decimal'))} %"


def _threshold(contract: Contract) -> str:
    return f"{contract.threshold / SECOND:g} s"


def _clock(instant: int, plan: Plan) -> str:
    return f"{instants.to_datetime(instant).astimezone(plan.zone):%H:%M}"


def _date(moment: datetime, text: Texts) -> str:
    return text(
        "alerts.since",
        weekday=text.several("terms.days")[moment.weekday()],
        day=moment.day,
        month=text.several("terms.months")[moment.month - 1],
        clock=f"{moment:%H:%M}",
    )
