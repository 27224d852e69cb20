"""What the worker says of itself: metrics of the pipeline, and health."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from functools import lru_cache
from typing import Final

from aiokafka import TopicPartition
from prometheus_client import ProcessCollector
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from streams import __version__
from streams.certificates import ends
from streams.domain.instants import SECOND
from streams.domain.irregularities import IRREGULARITIES
from streams.domain.plan.judgement import digest_of_years
from streams.engine.host import PagesHost
from streams.engine.kafka import topics
from streams.engine.roles.corrected import acts_since
from streams.engine.roles.judging import UNKNOWN

UNHEALTHY_AFTER: Final = 30.0
"""Seconds without a checkpoint after which a worker that owns partitions is not healthy: a hundred
times what is usual, and longer than a broker takes to elect a new leader."""


_CERTIFICATES: Final = {"kafka_ssl_certificate_location": min, "kafka_ssl_ca_location": max}
"""Which of the ends in a file counts, by the setting that names the file."""


@lru_cache(maxsize=8)
def _end_of(path: str, which: Callable[[list[datetime]], datetime]) -> float | None:
    """Read once: a worker goes on with what it has read at its start."""
    if not path:
        return None
    try:
        found = ends(path)
    except OSError:
        return None
    return which(found).timestamp() if found else None


def healthy(worker: PagesHost) -> bool:
    """Whether the worker makes progress: it is starting, idle, or has made a checkpoint lately."""
    return worker.stalled_for() < UNHEALTHY_AFTER


class PipelineCollector(Collector):
    """Metrics of one worker and of its process (memory, processor time, open files; on Linux).
    Labels are topics, partitions and reasons: all bounded."""

    def __init__(self, worker: PagesHost) -> None:
        self._worker = worker
        self._process = ProcessCollector(registry=None)

    def describe(self) -> Iterable[Metric]:
        return ()

    def collect(self) -> Iterator[Metric]:
        yield from self._counters()
        yield from self._partitions()
        yield from self._checkpoints()
        worker = self._worker
        info = GaugeMetricFamily("contact_worker_info", "A worker", labels=["worker", "version"])
        info.add_metric([worker.name, __version__], 1)
        yield info
        ready = float(worker.ready())
        yield GaugeMetricFamily("contact_ready", "Everything assigned is recovered", value=ready)
        yield from self._process.collect()

    def _counters(self) -> Iterator[Metric]:
        counts = self._worker.counts
        events = CounterMetricFamily("contact_events", "Events read", labels=["topic"])
        for topic, count in counts.events.items():
            events.add_metric([topic], count)
        yield events
        refused = CounterMetricFamily("contact_refused", "Events refused", labels=["reason"])
        for reason, count in counts.refused.items():
            refused.add_metric([reason], count)
        yield refused
        yield CounterMetricFamily("contact_late", "Events that came late", value=counts.late)
        quarantined = CounterMetricFamily(
            "contact_quarantined", "Records of ours too large to be written", labels=["topic"]
        )
        for topic in topics.WRITTEN:
            quarantined.add_metric([topic], self._worker.quarantine.counts[topic])
        yield quarantined
        # Counted as contacts leave state.
        for name, said in IRREGULARITIES.items():
            count = counts.irregular.counts[name]
            yield CounterMetricFamily(f"contact_{name}", said, value=count)
        yield CounterMetricFamily(
            "contact_repeated",
            "Events read again after a crash, already in state",
            value=counts.repeated,
        )
        yield CounterMetricFamily(
            "contact_unknown_to_line", "Fields to_line dropped", value=counts.unknown_to_lines
        )

    def _partitions(self) -> Iterator[Metric]:
        worker = self._worker
        lag = GaugeMetricFamily(
            "contact_lag_records", "Records not yet read", labels=["topic", "partition"]
        )
        for partition, owner in worker.contact_owners.items():
            for topic in topics.INPUTS:
                end = worker.highwater(TopicPartition(topic, partition))
                if end is not None:
                    behind = max(0, end - owner.positions.get(topic, 0))
                    lag.add_metric([topic, str(partition)], behind)
        yield lag
        watermark = GaugeMetricFamily(
            "contact_partition_clock_timestamp_seconds",
            "Clock of a source partition",
            labels=["partition"],
        )
        contacts = GaugeMetricFamily(
            "contact_open_contacts", "Contacts in state", labels=["partition"]
        )
        current = GaugeMetricFamily(
            "contact_partition_current_timestamp_seconds",
            "When, by the machine's clock, a source partition's clock was current",
            labels=["partition"],
        )
        owned = GaugeMetricFamily("contact_state_owner", "1 at the owner", labels=["partition"])
        for partition, owner in sorted(worker.contact_owners.items()):
            name = [str(partition)]
            if owner.ledger.watermark > UNKNOWN:
                watermark.add_metric(name, owner.ledger.watermark / SECOND)
                current.add_metric(name, worker.clock.machine(owner.ledger.watermark) / SECOND)
            contacts.add_metric(name, len(owner.ledger.contacts))
            owned.add_metric(name, 1)
        yield from (watermark, current, contacts, owned)
        yield from self._plan()
        yield from self._certificates()
        if worker.source_partitions:
            yield GaugeMetricFamily(
                "contact_source_partitions",
                "Partitions of each input topic, each of which somebody must own",
                value=worker.source_partitions,
            )
        yield GaugeMetricFamily(
            "contact_open_contacts_most",
            "Contacts that this worker may have in state, by the setting open_contacts",
            value=worker.settings.open_contacts,
        )
        yield GaugeMetricFamily(
            "contact_machine_clock_ahead_seconds",
            "By how much this machine's clock is ahead of the brokers', which are believed",
            value=worker.broker_time.machine_ahead() / SECOND,
        )
        yield GaugeMetricFamily(
            "contact_books_imbalance",
            "By how much the books fail to balance: 0, or the software is wrong",
            value=sum(owner.imbalance for owner in worker.contact_owners.values()),
        )

    def _certificates(self) -> Iterator[Metric]:
        """Of its own certificate's chain the first end counts; of those that it trusts, that after
        which it trusts none."""
        settings = self._worker.settings
        family = GaugeMetricFamily(
            "contact_certificate_expires_timestamp_seconds",
            "When the certificates that this worker started with end",
            labels=["setting"],
        )
        for setting, which in _CERTIFICATES.items():
            end = _end_of(getattr(settings, setting), which)
            if end is not None:
                family.add_metric([setting], end)
        yield family

    def _plan(self) -> Iterator[Metric]:
        worker = self._worker
        info = GaugeMetricFamily(
            "contact_plan_info", "A worker's plan, by all that it judges by", labels=["judges"]
        )
        info.add_metric([digest_of_years(worker.plan, worker.clock.now())], 1)
        yield info
        acts = GaugeMetricFamily(
            "contact_plan_acts_since_timestamp_seconds",
            "Since when the plan judges a partition; what lies before it would judge otherwise",
            labels=["partition"],
        )
        for partition, owner in sorted(worker.contact_owners.items()):
            since = acts_since(owner)
            if since is not None:
                acts.add_metric([str(partition)], since / SECOND)
        yield acts

    def _checkpoints(self) -> Iterator[Metric]:
        worker = self._worker
        seconds = GaugeMetricFamily(
            "contact_recovery_seconds", "Time that the last recovery took", labels=["partition"]
        )
        records = GaugeMetricFamily(
            "contact_recovery_records", "Records read by it so far", labels=["partition"]
        )
        for partition, (took, read) in sorted(worker.recovered.items()):
            seconds.add_metric([str(partition)], took)
            records.add_metric([str(partition)], read)
        yield from (seconds, records)
        timings = worker.checkpoints
        total = 0
        buckets = []
        for bound, count in zip((*timings.BOUNDS, "+Inf"), timings.counts, strict=True):
            total += count
            buckets.append((str(bound), total))
        yield HistogramMetricFamily(
            "contact_checkpoint_seconds",
            "Time that checkpoints took",
            buckets=buckets,
            sum_value=timings.sum,
        )
        if worker.last_checkpoint is not None:
            yield GaugeMetricFamily(
                "contact_checkpoint_timestamp_seconds",
                "When the last checkpoint was made",
                value=worker.last_checkpoint,
            )
