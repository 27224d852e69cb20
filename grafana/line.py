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
        Dashboard(say("Line", "Lijn"))
        .uid(say.uid("line"))
        .description(
            say(
                "One line through the day: figures against their targets and last week, waits, "
                "what became of the calls, and its alerts.",
                "Eén lijn doorheen de dag: cijfers tegenover hun doel en vorige week, wachttijden, "
                "wat er van de oproepen werd, en de alarmen.",
            )
        )
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
                say("Line", "Lijn"),
                "query_result(contact_line_info)",
                rf'/line="(?<value>[^"]+)".*name_{say.language}="(?<text>[^"]+)"/',
            )
        )
        .annotation(_alerts(say))
        .link(_link(say("Wallboard", "Wandbord"), f"/d/{say.uid('wallboard')}"))
        .link(_link(say("Vendors", "Leveranciers"), f"/d/{say.uid('vendor')}"))
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
        .name(say("Alerts", "Alarmen"))
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
        say("State over the last half hour", "Toestand over het laatste halfuur"),
        say(
            "The worse of the two figures against their targets. NO DATA when nothing was decided, "
            f"or figures are older than {FRESH} seconds.",
            "De slechtste van de twee cijfers tegenover hun doel. GEEN DATA als er niets beslist "
            f"is of de cijfers ouder zijn dan {FRESH} seconden.",
        ),
        [Query(f"{LINE.current('status')} or on () vector(4)", say("State", "Toestand"))],
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
        say("Now and today", "Nu en vandaag"),
        say(
            "Who waits now; of today: calls that chose the line, abandonment (short ones "
            "included), mean wait of the answered, talk time.",
            "Wie nu wacht; van vandaag: oproepen die de lijn kozen, opgehangen in de wachtrij "
            "(ook meteen), gemiddelde wachttijd van de beantwoorde, gespreksduur.",
        ),
        [
            Query(or_dash(LINE.current("waiting")), say("Waiting now", "Wacht nu")),
            Query(
                or_dash(LINE.current("oldest_wait_seconds")),
                say("Oldest wait", "Langst wachtend"),
                {"unit": "s", "mappings": [NOBODY]},
            ),
            Query(figure("offered", "today"), say("Calls today", "Oproepen vandaag")),
            Query(figure("reachability_ratio", "today"), say("Reached today", "Bereikt"), percent),
            Query(
                figure("contract_service_level_ratio", "today"),
                say("In time today", "Op tijd"),
                percent,
            ),
            Query(figure("abandonment_ratio", "today"), say("Hung up", "Opgehangen"), percent),
            Query(
                figure("average_speed_of_answer_seconds", "today"),
                say("Mean wait", "Gemiddelde wacht"),
                {"unit": "s"},
            ),
            Query(
                figure("talk_time_seconds", "today"),
                say("Talk time", "Gespreksduur"),
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
            say("same weekday before", "zelfde weekdag ervoor"),
            {"color": colour("#8A94A0"), "custom.fillOpacity": 0, "custom.lineWidth": 1},
        ),
        Query(
            current, say("today", "vandaag"), {"color": colour("#5BA3D9"), "custom.lineWidth": 3}
        ),
        Query(
            LINE.target(target), say("target", "doel"), {"color": colour(palette.AT_RISK), **DASHED}
        ),
    ]


def _reachability(say: Say) -> object:
    return curves(
        say("People reached, per half hour", "Bereikte mensen, per halfuur"),
        say(
            "Visits answered, of all that chose the line in its hours and ended or are overdue, "
            "over the half hour before each moment. A gap is a time without calls or figures.",
            "Beantwoorde bezoeken, van alle die de lijn kozen binnen de uren en voorbij of te laat "
            "zijn, over het halfuur voor elk ogenblik. Een gat is een tijd zonder oproepen of "
            "cijfers.",
        ),
        _against("reachability_ratio", "reachability_target_ratio", say),
        unit="percentunit",
        most=1,
    )


def _service_level(say: Say) -> object:
    return curves(
        say("Answered in time, per half hour", "Op tijd beantwoord, per halfuur"),
        say(
            "Service level by the contract's own formula and threshold, over the half hour before "
            "each moment.",
            "Serviceniveau volgens de formule en de drempel van het contract, over het halfuur "
            "voor elk ogenblik.",
        ),
        _against("contract_service_level_ratio", "service_level_target_ratio", say),
        unit="percentunit",
        most=1,
    )


def _waits(say: Say) -> object:
    return buckets(
        say("How long answered callers waited", "Hoe lang beantwoorde bellers wachtten"),
        say(
            "Answered visits per quarter of an hour, by how long they waited: the brighter, the "
            "more. A cloud that rises is a queue that grows.",
            "Beantwoorde bezoeken per kwartier, naar hoe lang ze wachtten: hoe lichter, hoe meer. "
            "Een wolk die stijgt is een wachtrij die groeit.",
        ),
        LINE.current("waits", "le", window=QUARTER),
        unit="s",
        interval=QUARTER,
    )


def _dispositions(say: Say) -> object:
    return curves(
        say("What became of the calls", "Wat er van de oproepen werd"),
        say(
            "Visits per quarter of an hour by how they ended; each is counted where it began.",
            "Bezoeken per kwartier naar hoe ze afliepen; elk geteld waar het begon.",
        ),
        [
            Query(
                LINE.current("visits", window=QUARTER, disposition=disposition),
                say(en, nl),
                {"color": colour(tint)},
            )
            for disposition, (tint, en, nl) in palette.DISPOSITIONS.items()
        ],
        unit="none",
        bars=True,
        stacked=True,
        interval=QUARTER,
    )


def _waiting(say: Say) -> object:
    return curves(
        say("Waiting, and the oldest wait", "Wachtenden, en wie het langst wacht"),
        say(
            "Callers in the queue, and how long the first of them has waited (right axis).",
            "Bellers in de wachtrij, en hoe lang de eerste al wacht (rechteras).",
        ),
        [
            Query(
                LINE.current("waiting"),
                say("waiting", "wachtenden"),
                {"color": colour("#5BA3D9")},
            ),
            Query(
                LINE.current("oldest_wait_seconds"),
                say("oldest wait", "langst wachtend"),
                {"unit": "s", "custom.axisPlacement": "right", "color": colour(palette.AT_RISK),
                 "custom.fillOpacity": 0},
            ),
        ],
        unit="none",
    )  # fmt: skip


def _menu(say: Say) -> object:
    return curves(
        say("Time in the menu", "Tijd in het menu"),
        say(
            "Mean time from the start of the call to the choice of this line, per hour: 80 s "
            "before Antwerp shortened its menu, 13 s since.",
            "Gemiddelde tijd van het begin van de oproep tot de keuze van deze lijn, per uur: 80 s "
            "voor Antwerpen het menu inkortte, 13 s sindsdien.",
        ),
        [Query(LINE.current("menu_time_seconds", window="60m"), say("menu time", "menutijd"),
               {"color": colour("#5BA3D9")})],
        unit="s",
    )  # fmt: skip


def _before_queue(say: Say) -> object:
    return curves(
        say("Hung up", "Opgehangen"),
        say(
            "Per hour: callers who hung up between choice and queue, and those who hung up "
            "waiting, short ones included.",
            "Per uur: bellers die ophingen tussen keuze en wachtrij, en wie al wachtend ophing, "
            "ook meteen.",
        ),
        [
            Query(
                LINE.current("abandonment_ratio", window="60m"),
                say("while waiting", "in de wachtrij"),
                {"color": colour(palette.AT_RISK)},
            ),
            Query(
                LINE.current("menu_abandonment_ratio", window="60m"),
                say("before the queue", "voor de wachtrij"),
                {"color": colour("#C98A3B")},
            ),
        ],
        unit="percentunit",
    )


def _resolution(say: Say) -> object:
    def figure(name: str) -> str:
        return LINE.current(name, window="60m")

    return curves(
        say("Answered here, or passed on", "Hier beantwoord, of doorverbonden"),
        say(
            "Per hour: answered contacts never transferred; answered visits transferred to another "
            "first line (a wrong choice in the menu); transfers to the second line answered within "
            "its threshold.",
            "Per uur: beantwoorde contacten die nooit doorverbonden werden; beantwoorde bezoeken "
            "doorverbonden naar een andere eerste lijn (een verkeerde keuze in het menu); "
            "doorverbindingen naar de tweede lijn die binnen haar drempel opgenomen werden.",
        ),
        [
            Query(
                figure("first_line_resolution_ratio"),
                say("resolved on the first line", "opgelost op de eerste lijn"),
                {"color": colour("#5BA3D9")},
            ),
            Query(
                f"1 - {figure('first_line_resolution_ratio')}",
                say("transferred", "doorverbonden"),
                {"color": colour("#B57FC4"), "custom.fillOpacity": 0},
            ),
            Query(
                figure("wrong_choice_ratio"),
                say("wrong choice", "verkeerde keuze"),
                {"color": colour("#C98A3B"), "custom.fillOpacity": 0},
            ),
            Query(
                figure("second_line_availability_ratio"),
                say("second line took it in time", "tweede lijn op tijd"),
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
                "title": say("What to do", "Wat te doen"),
                "url": runbook("${__data.fields.alertname}"),
                "targetBlank": True,
            }
        ]
    }
    return rows(
        say("Open alerts, and what to do", "Open alarmen, en wat te doen"),
        say(
            "Each alert leads to its runbook. The stream's own alerts and those of Prometheus' "
            "rules; seconds since the trouble began, or since the rule has been firing.",
            "Elk alarm leidt naar zijn draaiboek. De alarmen van de stroom zelf en die van de "
            "regels van Prometheus; seconden sinds de moeilijkheid begon of de regel actief is.",
        ),
        [_named_like_rules(open_for("line, kind", line="$line"))
         + ' or max by (alertname) ((time() - ALERTS_FOR_STATE{line="$line"}) '
         'and ignoring (alertstate) ALERTS{line="$line", alertstate="firing"})'],
        [
            Column("alertname", say("Alert", "Alarm"), link),
            Column("Value #A", say("For", "Sinds"), {"unit": "s", "custom.width": 160}),
        ],
        none=say("No open alert", "Geen open alarm"),
    )  # fmt: skip


def _named_like_rules(alerts: str) -> str:
    """The stream's alerts bear the names of their runbooks, as they do in Alertmanager."""
    for kind, name in ALERTS.items():
        alerts = f'label_replace({alerts}, "alertname", "{name}", "kind", "{kind}")'
    return f"max by (alertname) ({alerts})"
