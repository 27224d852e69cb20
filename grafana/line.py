"""One line through the day: against what was promised, and against the same weekday before."""

from typing import Any

from grafana_foundation_sdk.builders.dashboard import AnnotationQuery, Dashboard
from grafana_foundation_sdk.models import dashboard as models

from grafana import line_curves, palette
from grafana.alerts import open_for, runbook
from grafana.boards import begun, link
from grafana.figures import TODAY, asked, every_figure, height, unit
from grafana.panels import (
    CHOSEN,
    Column,
    Query,
    at,
    choice,
    numbers,
    rows,
)
from grafana.promql import CHOSEN_LINE, FRESH, or_dash
from grafana.say import NOBODY, Say, states
from streams.domain.detector.usual import ENOUGH_DAYS
from streams.domain.plan import Plan
from streams.sinks.alert_texts import ALERT_NAMES


def line(plan: Plan, now: int, say: Say) -> Dashboard:
    """The dashboard of one line, in one language."""
    board = (
        begun("line", plan, say, refresh="30s", since="now-9h")
        .tooltip(models.DashboardCursorSync.CROSSHAIR)
        .with_variable(
            choice(
                "line",
                say("line.line"),
                "query_result(contact_line_info)",
                rf'/line="(?<value>[^"]+)".*name_{say.language}="(?<text>[^"]+)"/',
            )
        )
        .annotation(_alerts(say))
        .link(link(say("links.vendors"), f"/d/{say.uid('vendor')}"))
    )
    panels = [
        (_status(say), 0, 0, 4, 4),
        (_now(say), 4, 0, 20, 4),
        (line_curves.reachability(say), 0, 4, 12, 9),
        (line_curves.service_level(say), 12, 4, 12, 9),
        (line_curves.waits(say), 0, 13, 12, 9),
        (line_curves.dispositions(say), 12, 13, 12, 9),
        (line_curves.waiting(say), 0, 22, 8, 8),
        (line_curves.menu(say), 8, 22, 8, 8),
        (line_curves.before_queue(say), 16, 22, 8, 8),
        (line_curves.resolution(say), 0, 30, 12, 8),
        (_open_alerts(say), 12, 30, 12, 8),
        (_usual(say), 0, 38, 24, 4),
        (every_figure(say), 0, 42, 24, height(say)),
    ]
    shown = [each for each in panels if each[0] is not None]
    for index, (panel, *position) in enumerate(shown):
        board.with_panel(at(panel, *position).id(index + 1))
    return board


def _alerts(say: Say) -> AnnotationQuery:
    return (
        AnnotationQuery()
        .name(say("alerts.title"))
        .datasource(CHOSEN)
        .enable(True)
        .icon_color(palette.BREACH)
        .expr('contact_alert_open{line="$line"} == 1 or ALERTS{line="$line", alertstate="firing"}')
        .title_format("{{kind}}{{alertname}}")
        .text_format("{{line}}")
        .step("60s")
    )


def _status(say: Say) -> object:
    return numbers(
        say("line.status.title"),
        say("line.status.description", fresh=FRESH),
        [Query(f"{CHOSEN_LINE.current('status')} or on () vector(4)", say("line.status.state"))],
        unit="none",
        mappings=[states(say)],
        base=palette.NO_DATA,
        source=CHOSEN,
        sizes=(14, 36),
        wide=False,
    )


def _now(say: Say) -> object:
    def figure(name: str, words: str, **more: Any) -> list[Query]:
        shown = unit(name, "line", **more)
        return asked(CHOSEN_LINE, name, say(words), shown, window=TODAY, form=or_dash("{}"))

    of_today = CHOSEN_LINE.current("contract_service_level_ratio", window=TODAY)
    return numbers(
        say("line.now.title"),
        say("line.now.description"),
        [
            Query(or_dash(CHOSEN_LINE.current("waiting")), say("line.now.waiting_now")),
            Query(
                or_dash(CHOSEN_LINE.current("oldest_wait_seconds")),
                say("line.now.oldest_wait"),
                {"unit": "s", "mappings": [NOBODY]},
            ),
            Query(
                or_dash(CHOSEN_LINE.current("offered", window=TODAY)), say("line.now.calls_today")
            ),
            *figure("reachability", "line.now.reached_today"),
            Query(
                or_dash(of_today),
                say("line.now.service_level_today"),
                unit("service_level", "line"),
            ),
            *figure("abandonment", "line.now.abandoned"),
            *figure("average_speed_of_answer", "line.now.mean_wait"),
            *figure("talk_time", "line.now.talk_time", decimals=1),
        ],
        unit="none",
        source=CHOSEN,
        sizes=(14, 30),
        wide=False,
    )


def _usual(say: Say) -> object:
    def of_line(metric: str) -> str:
        return or_dash(f'max(contact_line_usual_{metric}{{line="$line"}})')

    return numbers(
        say("line.usual.title"),
        say("line.usual.description", days=ENOUGH_DAYS),
        [
            Query(of_line("contacts_per_hour"), say("line.usual.contacts")),
            Query(
                of_line("no_entry_ratio"),
                say("line.usual.no_entry"),
                {"unit": "percentunit", "decimals": 1},
            ),
            Query(of_line("days"), say("line.usual.days")),
        ],
        unit="none",
        source=CHOSEN,
        sizes=(14, 30),
        wide=False,
    )


def _open_alerts(say: Say) -> object:
    link = {
        "links": [
            {
                "title": say("line.open_alerts.what_to_do"),
                "url": runbook("${__data.fields.alertname}"),
                "targetBlank": True,
            }
        ]
    }
    return rows(
        say("line.open_alerts.title"),
        say("line.open_alerts.description"),
        [
            _named_like_rules(open_for("line, kind", line="$line"))
            + ' or max by (alertname) ((time() - ALERTS_FOR_STATE{line="$line"}) '
            'and ignoring (alertstate) ALERTS{line="$line", alertstate="firing"})'
        ],
        [
            Column("alertname", say("line.open_alerts.alert"), link),
            Column("Value #A", say("line.open_alerts.for"), {"unit": "s", "custom.width": 160}),
        ],
        none=say("line.open_alerts.no_open_alert"),
    )


def _named_like_rules(alerts: str) -> str:
    """The stream's alerts bear the names of their runbooks, as they do in Alertmanager."""
    for kind, name in ALERT_NAMES.items():
        alerts = f'label_replace({alerts}, "alertname", "{name}", "kind", "{kind}")'
    return f"max by (alertname) ({alerts})"
