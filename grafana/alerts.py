"""How dashboards speak of alerts: by what they mean, not by the name of their rule.

The stream opens alerts of its own (``contact_alert_open``), Prometheus those of its rules
(``ALERTS``); who looks at a wall must not notice the difference.
"""

from collections.abc import Iterable
from typing import Final

from grafana import palette
from grafana.panels import Query
from grafana.promql import INFO_KEPT, NOW, matching
from grafana.say import Say, colour, mapped
from streams.sinks.alert_texts import ALERT_NAMES
from streams.sinks.links import Links

WATCHDOG: Final = "ContactWatchdog"
"""The rule that always fires, to show that alerts are judged at all."""

RULES: Final = (
    "ContactTelemetrySilent",
    "ContactCitySilent",
    "ContactPipelineStalled",
    "ContactWorkerAbsent",
    "ContactVendorBudgetBurning",
    "ContactVendorBudgetSpent",
)
"""Alerts of rules whose name alone says too little to a passer-by."""

SEVERITIES: Final = {"page": palette.BREACH, "ticket": palette.AT_RISK}

OPENED: Final = "contact_alert_since_timestamp_seconds"
"""Of the stream's open alerts: there is a series while one is open."""


def of_rules(**labels: str) -> str:
    """The firing alerts of Prometheus' rules, all that notify somebody if no label is given."""
    if labels:
        return "ALERTS" + matching(alertstate="firing", **labels)
    return f'ALERTS{{alertstate="firing", severity=~"{"|".join(SEVERITIES)}"}}'


def open_for(by: str, **labels: str) -> str:
    """Seconds for which the stream's alerts have been open, by these labels."""
    opened = OPENED + (matching(**labels) if labels else "")
    return f"{NOW} - on () group_right () min by ({by}) ({opened})"


def listed(say: Say, most: int) -> list[Query]:
    """Seconds for which alerts have been open, named by line and meaning, pages before tickets; how
    many there are in all; or that there are none.

    Without the watchdog no query may have a series: then nobody knows whether something is wrong.
    """
    opened = open_for("line, vendor, kind")
    pages = f"{_worded(opened, 'kind', ALERT_NAMES, say)} or {_age('page', say)}"
    tickets = _age("ticket", say)
    count = f"(count({_distinct()}) or vector(0)) + (count({of_rules()}) or vector(0))"
    paging = (
        f"(count({_distinct()}) or vector(0)) + (count({of_rules(severity='page')}) or vector(0))"
    )
    plain = colour(palette.NEUTRAL)
    return [
        Query(
            f"topk({most}, {_named(pages, say)})",
            "{{name}}: {{what}}",
            {"color": colour(palette.BREACH)},
        ),
        Query(
            f"topk(scalar(clamp_min({most} - ({paging}), 0)), {_named(tickets, say)})",
            "{{name}}: {{what}}",
            {"color": colour(palette.AT_RISK)},
        ),
        Query(
            f"{count} > {most}",
            say("alerts.all"),
            {"color": plain, "unit": "none", "decimals": 0},
        ),
        Query(
            f"({count} == 0) and on () {of_rules(alertname=WATCHDOG)}",
            say("alerts.title"),
            {"color": plain, "mappings": [mapped({"0": (say("alerts.none"), None)})]},
        ),
    ]


def _distinct() -> str:
    return f"max by (line, kind) ({OPENED})"


def _age(severity: str, say: Say) -> str:
    """Seconds for which rules of a severity have been firing."""
    age = (
        f"(time() - ALERTS_FOR_STATE{matching(severity=severity)}) "
        f"and ignoring (alertstate) {of_rules(severity=severity)}"
    )
    plain = f'label_replace({age}, "what", "$1", "alertname", "(?:Contact)?(.*)")'
    return _worded(plain, "alertname", RULES, say)


def _worded(alerts: str, label: str, values: Iterable[str], say: Say) -> str:
    for value in values:
        meaning = say(f"alerts.meaning.{value}")
        alerts = f'label_replace({alerts}, "what", "{meaning}", "{label}", "{value}")'
    return alerts


def _named(alerts: str, say: Say) -> str:
    """Adds whose alert it is: the line's name, else the vendor, else everybody's."""
    names = (
        f"max by (line, name) (label_replace(last_over_time(contact_line_info[{INFO_KEPT}]), "
        f'"name", "$1", "name_{say.language}", "(.*)"))'
    )
    everywhere = f'label_replace({alerts}, "name", "{say("alerts.city")}", "", "")'
    own = f'label_replace({everywhere}, "name", "$1", "vendor", "(.+)")'
    by = "line, vendor, kind, alertname"
    return f"({alerts}) * on (line) group_left (name) {names} or on ({by}) {own}"


RUNBOOKS: Final = Links().runbooks
"""Where Grafana itself serves ``deploy/runbooks``."""


def runbook(alert: str) -> str:
    """The page on what to do about an alert; a field of the row will do for its name."""
    return f"{RUNBOOKS}/{alert}.md"
