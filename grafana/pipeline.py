"""The stream itself: whether it keeps up, is sound, and comes back after a fall."""

from grafana_foundation_sdk.builders.dashboard import Dashboard
from grafana_foundation_sdk.models import dashboard as models

from grafana import palette
from grafana.boards import begun, filled
from grafana.panels import CHOSEN, Column, Query, curves, numbers, rows
from grafana.promql import FRESH, or_dash
from grafana.say import Say, colour, mapped
from streams.domain.plan import Plan

RATE = "[$__rate_interval]"


def pipeline(plan: Plan, now: int, say: Say) -> Dashboard:
    """The dashboard of the pipeline, in one language."""
    board = begun("pipeline", plan, say, refresh="30s", since="now-3h")
    board.tooltip(models.DashboardCursorSync.CROSSHAIR)
    panels = [
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
    return filled(board, panels)


def _health(say: Say) -> object:
    wrong = {"color": colour(palette.BREACH)}
    balanced = mapped({"0": (say("pipeline.health.yes"), None), "-1": ("–", None)})
    unbalanced = "max(abs(contact_books_imbalance))"
    lag = "time() - min(contact_partition_current_timestamp_seconds)"
    return numbers(
        say("pipeline.health.title"),
        say("pipeline.health.description"),
        [
            Query(or_dash("count(contact_worker_info)"), say("pipeline.health.workers")),
            Query("sum(contact_ready) == count(contact_ready)", say("pipeline.health.ready")),
            Query("sum(contact_ready) < count(contact_ready)", say("pipeline.health.ready"), wrong),
            Query(f"{lag} < {FRESH}", say("pipeline.health.watermark_lag"), {"unit": "s"}),
            Query(
                f"{lag} >= {FRESH}", say("pipeline.health.watermark_lag"), {"unit": "s", **wrong}
            ),
            Query(
                or_dash("time() - min(contact_checkpoint_timestamp_seconds)"),
                say("pipeline.health.last_checkpoint"),
                {"unit": "s", "decimals": 1},
            ),
            Query(
                f"{unbalanced} == 0",
                say("pipeline.health.books_balance"),
                {"mappings": [balanced]},
            ),
            Query(f"{unbalanced} > 0", say("pipeline.health.imbalance"), wrong),
        ],
        unit="none",
        none=say("pipeline.health.no_worker"),
        source=CHOSEN,
        sizes=(14, 32),
        wide=False,
    )


def _throughput(say: Say) -> object:
    return curves(
        say("pipeline.throughput.title"),
        say("pipeline.throughput.description"),
        [Query(f"sum by (topic) (rate(contact_events_total{RATE}))", "{{topic}}")],
        unit="eps",
        stacked=True,
    )


def _lag(say: Say) -> object:
    return curves(
        say("pipeline.lag.title"),
        say("pipeline.lag.description"),
        [Query("sum by (topic) (contact_lag_records)", "{{topic}}")],
        unit="none",
    )


def _clocks(say: Say) -> object:
    return curves(
        say("pipeline.watermarks.title"),
        say("pipeline.watermarks.description"),
        [
            Query(
                "time() - max by (partition) (contact_partition_current_timestamp_seconds)",
                say("pipeline.watermarks.partition", partition="{{partition}}"),
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
        say("pipeline.checkpoints.title"),
        say("pipeline.checkpoints.description"),
        [
            Query(quantile("0.5"), say("pipeline.checkpoints.p50")),
            Query(quantile("0.99"), say("pipeline.checkpoints.p99")),
        ],
        unit="s",
    )


def _refused(say: Say) -> object:
    return curves(
        say("pipeline.refused.title"),
        say("pipeline.refused.description"),
        [
            Query(
                f'sum(increase(contact_refused_total{{reason="{reason}"}}[15m])) > 0',
                say(f"reasons.{reason}"),
                {"color": colour(tint)},
            )
            for reason, tint in palette.REASON_COLOURS.items()
        ],
        unit="none",
        bars=True,
        stacked=True,
        interval="15m",
    ).no_value(say("pipeline.refused.none"))


def _late(say: Say) -> object:
    return curves(
        say("pipeline.late.title"),
        say("pipeline.late.description"),
        [
            Query(
                "sum(increase(contact_late_total[15m]))",
                say("pipeline.late.late"),
                {"color": colour(palette.AT_RISK)},
            )
        ],
        unit="none",
        bars=True,
        interval="15m",
    )


def _memory(say: Say) -> object:
    return curves(
        say("pipeline.memory.title"),
        say("pipeline.memory.description"),
        [
            Query(
                'max by (instance) (process_resident_memory_bytes{job="reachline"})', "{{instance}}"
            )
        ],
        unit="bytes",
    )


def _open(say: Say) -> object:
    return curves(
        say("pipeline.open.title"),
        say("pipeline.open.description"),
        [Query("sum(contact_open_contacts)", say("pipeline.open.contacts"))],
        unit="none",
    )


def _processor(say: Say) -> object:
    return curves(
        say("pipeline.processor.title"),
        say("pipeline.processor.description"),
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
        say("pipeline.recovery.title"),
        say("pipeline.recovery.description"),
        [
            "max by (partition) (contact_recovery_seconds)",
            "max by (partition) (contact_recovery_records)",
        ],
        [
            Column("partition", say("pipeline.recovery.partition")),
            Column("Value #A", say("pipeline.recovery.took"), {"unit": "s", "decimals": 1}),
            Column("Value #B", say("pipeline.recovery.records"), {"unit": "none"}),
        ],
        sort=(say("pipeline.recovery.partition"), False),
    )


def _owners(say: Say) -> object:
    return rows(
        say("pipeline.owners.title"),
        say("pipeline.owners.description"),
        [
            "max by (partition, instance) (contact_state_owner)",
            "max by (partition, instance) (contact_open_contacts)",
        ],
        [
            Column("partition", say("pipeline.owners.partition")),
            Column("instance", say("pipeline.owners.owner")),
            Column("Value #B", say("pipeline.owners.contacts"), {"unit": "none"}),
        ],
        sort=(say("pipeline.owners.partition"), False),
    )
