"""The stream itself: whether it keeps up, is sound, and comes back after a fall."""

from grafana_foundation_sdk.builders.dashboard import Dashboard, DashboardLink
from grafana_foundation_sdk.models import dashboard as models

from grafana import palette
from grafana.panels import (
    CHOSEN,
    Column,
    Query,
    Say,
    at,
    chosen_source,
    colour,
    curves,
    mapped,
    numbers,
    rows,
)
from grafana.promql import FRESH, or_dash
from streams.domain.plan import Plan

RATE = "[$__rate_interval]"


def pipeline(plan: Plan, now: int, say: Say) -> Dashboard:
    """The dashboard of the pipeline, in one language."""
    board = (
        Dashboard(say("Pipeline", "Pijplijn"))
        .uid(say.uid("pipeline"))
        .description(
            say(
                "The workers: lag, clocks, throughput, checkpoints, recovery, dead letters, memory "
                "and who owns what.",
                "De workers: achterstand, klokken, doorvoer, checkpoints, herstel, geweigerde "
                "gebeurtenissen, geheugen en wie wat bezit.",
            )
        )
        .tags(["reachline", say.language])
        .refresh("30s")
        .time("now-3h", "now")
        .timezone(plan.entries.city.time_zone)
        .tooltip(models.DashboardCursorSync.CROSSHAIR)
        .readonly()
        .with_variable(chosen_source(say))
        .link(
            DashboardLink(say("Wallboard", "Wandbord"))
            .type(models.DashboardLinkType.LINK)
            .url(f"/d/{say.uid('wallboard')}")
            .icon("dashboard")
        )
    )
    places = [
        (_health(say), 0, 0, 24, 4),
        (_throughput(say), 0, 4, 12, 8),
        (_lag(say), 12, 4, 12, 8),
        (_clocks(say), 0, 12, 12, 8),
        (_checkpoints(say), 12, 12, 12, 8),
        (_refused(say), 0, 20, 12, 8),
        (_late(say), 12, 20, 12, 8),
        (_memory(say), 0, 28, 8, 8),
        (_open(say), 8, 28, 8, 8),
        (_processor(say), 16, 28, 8, 8),
        (_recovery(say), 0, 36, 12, 7),
        (_owners(say), 12, 36, 12, 7),
    ]
    for index, (panel, *place) in enumerate(places):
        board.with_panel(at(panel, *place).id(index + 1))
    return board


def _health(say: Say) -> object:
    wrong = {"color": colour(palette.BREACH)}
    balanced = mapped({"0": (say("yes", "ja"), None), "-1": ("–", None)})
    unbalanced = "max(abs(contact_books_imbalance))"
    behind = "time() - min(contact_partition_current_timestamp_seconds)"
    return numbers(
        say("Is it sound?", "Is alles in orde?"),
        say(
            "Workers that are ready, of those that run; how far the slowest partition's clock is "
            "behind; since the last checkpoint of the slowest worker; whether the books balance: "
            "if they do not, the software is wrong. Red: look now.",
            "Workers die klaar zijn, van die er draaien; hoe ver de klok van de traagste partitie "
            "achterligt; sinds de laatste checkpoint van de traagste worker; of de boeken kloppen: "
            "zo niet is de software fout. Rood: kijk nu.",
        ),
        [
            Query(or_dash("count(contact_worker_info)"), say("Workers", "Workers")),
            Query("sum(contact_ready) == count(contact_ready)", say("Ready", "Klaar")),
            Query("sum(contact_ready) < count(contact_ready)", say("Ready", "Klaar"), wrong),
            Query(f"{behind} < {FRESH}", say("Behind by", "Achter met"), {"unit": "s"}),
            Query(f"{behind} >= {FRESH}", say("Behind by", "Achter met"), {"unit": "s", **wrong}),
            Query(
                or_dash("time() - min(contact_checkpoint_timestamp_seconds)"),
                say("Last checkpoint", "Laatste checkpoint"),
                {"unit": "s", "decimals": 1},
            ),
            Query(
                f"{unbalanced} == 0", say("Books balance", "Boeken kloppen"),
                {"mappings": [balanced]},
            ),
            Query(f"{unbalanced} > 0", say("Books are off by", "Boeken verschillen"), wrong),
        ],
        unit="none",
        none=say("NO WORKER", "GEEN WORKER"),
        source=CHOSEN,
        sizes=(14, 32),
        wide=False,
    )  # fmt: skip


def _throughput(say: Say) -> object:
    return curves(
        say("Events read", "Gelezen gebeurtenissen"),
        say("Events per second, by topic.", "Gebeurtenissen per seconde, per topic."),
        [Query(f"sum by (topic) (rate(contact_events_total{RATE}))", "{{topic}}")],
        unit="eps",
        stacked=True,
    )


def _lag(say: Say) -> object:
    return curves(
        say("Records not yet read", "Nog niet gelezen records"),
        say(
            "Per topic, over all partitions. A lag that grows is a worker that does not keep up.",
            "Per topic, over alle partities. Een groeiende achterstand: een worker volgt niet.",
        ),
        [Query("sum by (topic) (contact_lag_records)", "{{topic}}")],
        unit="none",
    )


def _clocks(say: Say) -> object:
    return curves(
        say("How far the clocks are behind", "Hoe ver de klokken achterliggen"),
        say(
            "Time since the newest moment up to which everything is known, per source partition. "
            "All figures are of the slowest.",
            "Tijd sinds het jongste ogenblik tot waar alles bekend is, per bronpartitie. Alle "
            "cijfers zijn van de traagste.",
        ),
        [
            Query(
                "time() - max by (partition) (contact_partition_current_timestamp_seconds)",
                say("partition {{partition}}", "partitie {{partition}}"),
            )
        ],
        unit="s",
    )


def _checkpoints(say: Say) -> object:
    def quantile(share: str) -> str:
        return (
            f"histogram_quantile({share}, "
            f"sum by (le) (rate(contact_checkpoint_seconds_bucket{RATE})))"
        )

    return curves(
        say("Time that checkpoints take", "Duur van checkpoints"),
        say(
            "Nothing that was read is told before its checkpoint is acknowledged.",
            "Niets wat gelezen is wordt verteld voor de checkpoint bevestigd is.",
        ),
        [
            Query(quantile("0.5"), say("half of them", "de helft")),
            Query(quantile("0.99"), say("99 of 100", "99 op 100")),
        ],
        unit="s",
    )


def _refused(say: Say) -> object:
    return curves(
        say("Dead letters", "Geweigerde gebeurtenissen"),
        say(
            "Events refused, by reason, per quarter of an hour. They are kept, with the reason.",
            "Geweigerde gebeurtenissen, per reden, per kwartier. Ze worden bewaard, met de reden.",
        ),
        [
            Query(
                f'sum(increase(contact_refused_total{{reason="{reason}"}}[15m])) > 0',
                say(en, nl),
                {"color": colour(tint)},
            )
            for reason, (tint, en, nl) in palette.REASONS.items()
        ],
        unit="none",
        bars=True,
        stacked=True,
        interval="15m",
    ).no_value(say("none", "geen"))


def _late(say: Say) -> object:
    return curves(
        say("Late events", "Late gebeurtenissen"),
        say(
            "Events that came after their interval was final, per quarter of an hour. They are "
            "kept on a topic of their own; `reachline restate` counts them.",
            "Gebeurtenissen die kwamen nadat hun interval definitief was, per kwartier. Ze worden "
            "apart bewaard; `reachline restate` telt ze mee.",
        ),
        [
            Query(
                "sum(increase(contact_late_total[15m]))",
                say("late", "laat"),
                {"color": colour(palette.AT_RISK)},
            )
        ],
        unit="none",
        bars=True,
        interval="15m",
    )


def _memory(say: Say) -> object:
    return curves(
        say("Memory", "Geheugen"),
        say(
            "Of each worker's process: bounded by open and recent contacts, never by history.",
            "Van elk workerproces: begrensd door open en recente contacten, nooit door de "
            "geschiedenis.",
        ),
        [
            Query(
                'max by (instance) (process_resident_memory_bytes{job="reachline"})', "{{instance}}"
            )
        ],
        unit="bytes",
    )


def _open(say: Say) -> object:
    return curves(
        say("Contacts in state", "Contacten in geheugen"),
        say("Open and recent contacts, of all partitions.", "Open en recente contacten."),
        [Query("sum(contact_open_contacts)", say("contacts", "contacten"))],
        unit="none",
    )


def _processor(say: Say) -> object:
    return curves(
        say("Processor", "Processor"),
        say("Seconds of processor per second, per worker.", "Processorseconden per seconde."),
        [
            Query(
                f'max by (instance) (rate(process_cpu_seconds_total{{job="reachline"}}{RATE}))',
                "{{instance}}",
            )
        ],
        unit="percentunit",
    )


def _recovery(say: Say) -> object:
    return rows(
        say("The last recovery of each partition", "Het laatste herstel van elke partitie"),
        say(
            "How long it took until the partition went on, and how many records were read for it.",
            "Hoe lang het duurde tot de partitie verderging, en hoeveel records ze daarvoor las.",
        ),
        [
            "max by (partition) (contact_recovery_seconds)",
            "max by (partition) (contact_recovery_records)",
        ],
        [
            Column("partition", say("Partition", "Partitie")),
            Column("Value #A", say("Took", "Duur"), {"unit": "s", "decimals": 1}),
            Column("Value #B", say("Records", "Records"), {"unit": "none"}),
        ],
        sort=(say("Partition", "Partitie"), False),
    )


def _owners(say: Say) -> object:
    return rows(
        say("Who owns which partition", "Wie welke partitie bezit"),
        say(
            "Each partition has one owner; two are a fault beyond a hand-over.",
            "Elke partitie heeft één eigenaar; twee is een fout, tenzij tijdens een overdracht.",
        ),
        [
            "max by (partition, instance) (contact_state_owner)",
            "max by (partition, instance) (contact_open_contacts)",
        ],
        [
            Column("partition", say("Partition", "Partitie")),
            Column("instance", say("Owner", "Eigenaar")),
            Column("Value #B", say("Contacts", "Contacten"), {"unit": "none"}),
        ],
        sort=(say("Partition", "Partitie"), False),
    )
