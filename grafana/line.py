"""One line through the day: against what was promised, and against the same weekday before."""

from typing import Final

from grafana_foundation_sdk.builders.dashboard import AnnotationQuery, Dashboard, DashboardLink
from grafana_foundation_sdk.models import dashboard as models

from grafana import palette
from grafana.alerts import open_for, runbook
from grafana.panels import (
    CHOSEN,
    DASHED,
    NOBODY,
    Column,
    Query,
    Say,
    at,
    buckets,
    choice,
    chosen_source,
    colour,
    curves,
    numbers,
    rows,
    states,
)
from grafana.promql import FRESH, Scope, or_dash
from streams.domain.plan import Plan
from streams.sinks.alert_texts import ALERTS

LINE: Final = Scope("line", "$line")
WINDOW: Final = "30m"
QUARTER: Final = "15m"


def line(plan: Plan, now: int, say: Say) -> Dashboard:
    """The dashboard of one line, in one language."""
    city = plan.entries.city
    board = (
        Dashboard(say("line.title"))
        .uid(say.uid("line"))
        .description(say("line.description"))
        .tags(["reachline", say.language])
        .refresh("30s")
        .time("now-9h", "now")
        .timezone(city.time_zone)
        .tooltip(models.DashboardCursorSync.CROSSHAIR)
        .readonly()
        .with_variable(chosen_source(say))
        .with_variable(
            choice(
                "line",
                say("line.line"),
                "query_result(contact_line_info)",
                rf'/line="(?<value>[^"]+)".*name_{say.language}="(?<text>[^"]+)"/',
            )
        )
        .annotation(_alerts(say))
        .link(_link(say("links.wallboard"), f"/d/{say.uid('wallboard')}"))
        .link(_link(say("links.vendors"), f"/d/{say.uid('vendor')}"))
    )
    places = [
        (_status(say), 0, 0, 4, 4),
        (_now(say), 4, 0, 20, 4),
        (_reachability(say), 0, 4, 12, 9),
        (_service_level(say), 12, 4, 12, 9),
        (_waits(say), 0, 13, 12, 9),
        (_dispositions(say), 12, 13, 12, 9),
        (_waiting(say), 0, 22, 8, 8),
        (_menu(say), 8, 22, 8, 8),
        (_before_queue(say), 16, 22, 8, 8),
        (_resolution(say), 0, 30, 12, 8),
        (_open_alerts(say), 12, 30, 12, 8),
    ]
    for index, (panel, *place) in enumerate(places):
        board.with_panel(at(panel, *place).id(index + 1))
    return board


def _link(title: str, url: str) -> DashboardLink:
    return DashboardLink(title).type(models.DashboardLinkType.LINK).url(url).icon("dashboard")


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
        [Query(f"{LINE.current('status')} or on () vector(4)", say("line.status.state"))],
        unit="none",
        mappings=[states(say)],
        base=palette.NO_DATA,
        source=CHOSEN,
        sizes=(14, 36),
        wide=False,
    )


def _now(say: Say) -> object:
    def figure(name: str, window: str, **labels: str) -> str:
        return or_dash(LINE.current(name, window=window, **labels))

    percent = {"unit": "percentunit", "decimals": 1}
    return numbers(
        say("line.now.title"),
        say("line.now.description"),
        [
            Query(or_dash(LINE.current("waiting")), say("line.now.waiting_now")),
            Query(
                or_dash(LINE.current("oldest_wait_seconds")),
                say("line.now.oldest_wait"),
                {"unit": "s", "mappings": [NOBODY]},
            ),
            Query(figure("offered", "today"), say("line.now.calls_today")),
            Query(figure("reachability_ratio", "today"), say("line.now.reached_today"), percent),
            Query(
                figure("contract_service_level_ratio", "today"),
                say("line.now.service_level_today"),
                percent,
            ),
            Query(figure("abandonment_ratio", "today"), say("line.now.abandoned"), percent),
            Query(
                figure("average_speed_of_answer_seconds", "today"),
                say("line.now.mean_wait"),
                {"unit": "s"},
            ),
            Query(
                figure("talk_time_seconds", "today"),
                say("line.now.talk_time"),
                {"unit": "s", "decimals": 1},
            ),
        ],
        unit="none",
        source=CHOSEN,
        sizes=(14, 30),
        wide=False,
    )


def _against(figure: str, target: str, say: Say) -> list[Query]:
    current = LINE.current(figure, window=WINDOW)
    before = f"max by (line) ({LINE.raw(figure, window=WINDOW)} offset 1w)"
    return [
        Query(
            before,
            say("line.against.week_before"),
            {"color": colour("#8A94A0"), "custom.fillOpacity": 0, "custom.lineWidth": 1},
        ),
        Query(
            current, say("line.against.today"), {"color": colour("#5BA3D9"), "custom.lineWidth": 3}
        ),
        Query(
            LINE.target(target),
            say("line.against.target"),
            {"color": colour(palette.AT_RISK), **DASHED},
        ),
    ]


def _reachability(say: Say) -> object:
    return curves(
        say("line.reachability.title"),
        say("line.reachability.description"),
        _against("reachability_ratio", "reachability_target_ratio", say),
        unit="percentunit",
        most=1,
    )


def _service_level(say: Say) -> object:
    return curves(
        say("line.service_level.title"),
        say("line.service_level.description"),
        _against("contract_service_level_ratio", "service_level_target_ratio", say),
        unit="percentunit",
        most=1,
    )


def _waits(say: Say) -> object:
    return buckets(
        say("line.waits.title"),
        say("line.waits.description"),
        LINE.current("waits", "le", window=QUARTER),
        unit="s",
        interval=QUARTER,
    )


def _dispositions(say: Say) -> object:
    return curves(
        say("line.dispositions.title"),
        say("line.dispositions.description"),
        [
            Query(
                LINE.current("visits", window=QUARTER, disposition=disposition),
                say(f"dispositions.{disposition}"),
                {"color": colour(tint)},
            )
            for disposition, tint in palette.DISPOSITION_COLOURS.items()
        ],
        unit="none",
        bars=True,
        stacked=True,
        interval=QUARTER,
    )


def _waiting(say: Say) -> object:
    return curves(
        say("line.waiting.title"),
        say("line.waiting.description"),
        [
            Query(
                LINE.current("waiting"),
                say("line.waiting.waiting"),
                {"color": colour("#5BA3D9")},
            ),
            Query(
                LINE.current("oldest_wait_seconds"),
                say("line.waiting.oldest_wait"),
                {
                    "unit": "s",
                    "custom.axisPlacement": "right",
                    "color": colour(palette.AT_RISK),
                    "custom.fillOpacity": 0,
                },
            ),
        ],
        unit="none",
    )


def _menu(say: Say) -> object:
    return curves(
        say("line.menu.title"),
        say("line.menu.description"),
        [
            Query(
                LINE.current("menu_time_seconds", window="60m"),
                say("line.menu.menu_time"),
                {"color": colour("#5BA3D9")},
            )
        ],
        unit="s",
    )


def _before_queue(say: Say) -> object:
    return curves(
        say("line.before_queue.title"),
        say("line.before_queue.description"),
        [
            Query(
                LINE.current("abandonment_ratio", window="60m"),
                say("line.before_queue.while_waiting"),
                {"color": colour(palette.AT_RISK)},
            ),
            Query(
                LINE.current("menu_abandonment_ratio", window="60m"),
                say("line.before_queue.before_the_queue"),
                {"color": colour("#C98A3B")},
            ),
        ],
        unit="percentunit",
    )


def _resolution(say: Say) -> object:
    def figure(name: str) -> str:
        return LINE.current(name, window="60m")

    return curves(
        say("line.resolution.title"),
        say("line.resolution.description"),
        [
            Query(
                figure("first_line_resolution_ratio"),
                say("line.resolution.resolved"),
                {"color": colour("#5BA3D9")},
            ),
            Query(
                f"1 - {figure('first_line_resolution_ratio')}",
                say("line.resolution.transferred"),
                {"color": colour("#B57FC4"), "custom.fillOpacity": 0},
            ),
            Query(
                figure("wrong_choice_ratio"),
                say("line.resolution.wrong_choice"),
                {"color": colour("#C98A3B"), "custom.fillOpacity": 0},
            ),
            Query(
                figure("second_line_availability_ratio"),
                say("line.resolution.second_line"),
                {"color": colour("#7FC8E8"), "custom.fillOpacity": 0},
            ),
        ],
        unit="percentunit",
        most=1,
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
    for kind, name in ALERTS.items():
        alerts = f'label_replace({alerts}, "alertname", "{name}", "kind", "{kind}")'
    return f"max by (alertname) ({alerts})"
