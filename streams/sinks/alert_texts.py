"""What the stream's own alerts say when they reach somebody.

The person who is woken reads this first: which line, how bad, since when, how many people, and what
to do. It is made from the figures of the alert alone; there is nothing in it about
any one caller.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from urllib.parse import quote

from streams.domain import instants
from streams.domain.detector import Alert, Kind, Severity
from streams.domain.instants import SECOND
from streams.domain.plan import Contract, Plan, Vendor
from streams.domain.rounding import percent_beside
from streams.domain.tally import CITY
from streams.sinks import on_call
from streams.sinks.annotations import NOTICE, PAGE, TICKET, annotations, spoken
from streams.sinks.links import Links
from streams.texts import DEFAULT, Texts, texts

ALERT_NAMES: Final[Mapping[Kind, str]] = {
    "no_entry": "ContactNoEntry",
    "no_answers": "ContactNoAnswers",
    "silence": "ContactSilence",
    "forgotten": "ContactCallerForgotten",
    "closing": "ContactClosing",
    "overload": "ContactOverload",
}
"""Names of the stream's alerts, by kind."""

SEVERITIES: Final[Mapping[Kind, tuple[Severity, ...]]] = {
    "no_entry": (PAGE, TICKET),
    "no_answers": (PAGE,),
    "silence": (PAGE, TICKET),
    "forgotten": (PAGE, NOTICE),
    "closing": (NOTICE,),
    "overload": (NOTICE,),
}
"""How each of them reaches people."""


def labels(alert: Alert, plan: Plan) -> dict[str, str]:
    """What an alert is known by: the same from its opening to its end, wherever it comes from. One
    that is to wake somebody after all is another to Alertmanager, which has told of it otherwise.
    Of a vendor or the city there is no label ``line``."""
    found = {
        "alertname": ALERT_NAMES[alert.kind],
        "scope": alert.subject.scope,
        "vendor": alert.subject.vendor,
        "kind": alert.kind,
        "severity": alert.severity,
        "alert_id": alert.id,
    }
    return found if alert.line is None else found | {"line": alert.line}


def wording(alert: Alert, plan: Plan, links: Links) -> dict[str, str]:
    """What an alert says now, in the city's languages, and where it leads."""
    languages = spoken(plan)
    found = annotations(lambda part, language: said(alert, plan, part, language), languages)
    if DEFAULT in languages:
        # The record's own sentence is published in English, for machines and tables.
        found["evidence"] = alert.evidence
    leads = {
        "runbook_url": links.runbook(ALERT_NAMES[alert.kind]),
        "dashboard_url": dashboard(alert, links),
    }
    if call := on_call.to_call(alert, plan, alert.opened_at):
        found["call"] = call
    own = on_call.own(alert, plan, lambda part, of: said(alert, plan, part, of), leads)
    return found | leads | own


def dashboard(alert: Alert, links: Links) -> str:
    """Where what an alert is about is looked at."""
    if alert.line is not None:
        return links.line(alert.line)
    if alert.subject.scope == CITY:
        return links.wallboard
    return links.vendor_of(quote(alert.subject.vendor, safe=""))


def scope_name(alert: Alert, plan: Plan, language: str) -> str:
    """What an alert is of, as people call it; of several lines, the newest leads."""
    text = texts(language)
    if alert.line is None:
        city = alert.subject.scope == CITY
        name = plan.city if city else vendor_of(alert, plan).name
        return text("alerts.scope.city", name=name)
    newest = alert.lines[0] if alert.lines else alert.line
    terms = plan.nearest_terms(newest, alert.opened_at)
    name = terms.names.get(language) or next(iter(terms.names.values()), newest)
    more = len(alert.lines) - 1
    return text("alerts.scope.several", name=name, count=more) if more > 0 else name


def vendor_of(alert: Alert, plan: Plan) -> Vendor:
    """Who answers what an alert is of; by its id alone where the plan has no such vendor."""
    id_ = alert.subject.vendor
    found = plan.vendor(id_, alert.opened_at) or plan.vendor(id_)
    return found or Vendor(id_, id_, id_, id_)


def summaries(alert: Alert, plan: Plan) -> dict[str, str]:
    """What an alert says in one line, by language."""
    return {language: said(alert, plan, "summary", language) for language in spoken(plan)}


def said(alert: Alert, plan: Plan, part: str, language: str) -> str:
    """One part of what an alert says: its summary, its description, or what to do first: ``action``
    to everybody else, ``own`` to whoever answers the line."""
    text = texts(language)
    return text(f"alerts.{alert.kind}.{part}", **_fields(alert, plan, text))


def told_again(alert: Alert, plan: Plan) -> dict[int, dict[str, str]]:
    """The annotations that a page which stays open is told again with, by how long after its
    opening."""
    own, first = on_call.language(alert, plan), spoken(plan)[0]
    found = {}
    for after, summaries_ in on_call.reminders(
        alert, plan, lambda of: said(alert, plan, "summary", of)
    ):
        found[after] = {f"summary_{of}": summaries_[of] for of in spoken(plan)}
        found[after] |= {"summary": summaries_[first], "own_summary": summaries_[own]}
    return found


def _fields(alert: Alert, plan: Plan, text: Texts) -> dict[str, object]:
    """An alert's figures as words of one language."""
    line = alert.line or next(iter(alert.lines), "")
    terms = plan.nearest_terms(line, alert.opened_at)
    vendor = vendor_of(alert, plan)
    since = instants.to_datetime(alert.since).astimezone(plan.zone)
    over, option = alert.resolved_at, terms.option if alert.line is not None else None
    return {
        "name": scope_name(alert, plan, text.language),
        "vendor": vendor.name,
        "owner": on_call.to_call(alert, plan, alert.opened_at) or vendor.owner,
        "dial": text("alerts.dial.by_menu", option=option)
        if option
        else text("alerts.dial.direct"),
        "who": text("terms.people", count=alert.people),
        "count": alert.people,
        "decided": alert.decided,
        "figure": None if alert.figure is None else _percent(alert.figure, alert.target, text),
        "target": None if alert.target is None else _percent(alert.target, alert.target, text),
        "usual": None if alert.usual is None else _percent(alert.usual, alert.usual, text),
        "threshold": _threshold(terms.contract),
        "clock": f"{since:%H:%M}",
        "since": _date(since, text),
        "cause": text(f"alerts.causes.{alert.cause}") if alert.cause else "",
        "call": alert.call_id,
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
