"""A worker that is played a day: the real one, but for Kafka, whose records are handed to it.

Each step is what a worker does between two scrapes: it takes the records that have come, makes a
checkpoint, adds up what the checkpoint says of lines, and is then asked by its own collectors.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from time import perf_counter

import orjson
from aiokafka import ConsumerRecord, TopicPartition
from prometheus_client.core import Metric

from streams.domain.instants import SECOND
from streams.domain.plan import Plan
from streams.engine.clocks import Clock
from streams.engine.http.telemetry import PipelineCollector
from streams.engine.kafka import topics
from streams.engine.roles.contact_owner import ContactOwner
from streams.engine.roles.line_owner import LineOwner
from streams.engine.roles.routes import Routes
from streams.engine.timings import Recovery
from streams.engine.worker import Worker
from streams.settings import Settings
from streams.sinks.alert_metrics import AlertsCollector
from streams.sinks.prometheus import ShownScopes
from tests import metrics

TOPIC_OF = {kind: topic for topic, kind in topics.INPUTS.items()}
GENERATION = 1
RECOVERED = Recovery(0.8, 12_400)
"""Seconds and records of the recovery at the day's beginning, of which there is no broker to do."""


class PlayedWorker:
    """A worker with one source partition and all lines.

    Args:
        plan: its city.
        clock: by which it lives.
    """

    def __init__(self, plan: Plan, clock: Clock) -> None:
        routes = Routes(sources=1, partials=1, callers=1)
        self._worker = worker = Worker(Settings(), plan, clock)
        self._source = ContactOwner(0, plan, routes, worker.counts)
        self._lines = LineOwner(0, plan, routes, end=0)
        worker.contact_owners[0] = self._source
        worker.line_owners[0] = self._lines
        worker.recovered[0] = RECOVERED
        consumer = worker.app.consumer
        consumer.owned = frozenset(TopicPartition(topic, 0) for topic in topics.INPUTS)
        consumer.highwater = lambda tp: self._told[tp.topic]
        self._told: dict[str, int] = defaultdict(int)
        self._partials = 0
        self._scopes = ShownScopes(plan, worker.boards, clock.machine)
        self._alerts = AlertsCollector(plan, worker.boards, worker.alertmanagers)
        self._pipeline = PipelineCollector(worker)

    def take(self, told: Iterable[dict[str, object] | bytes], tick: int) -> None:
        """Takes the events that have come, as they lie on their topics."""
        batches: dict[str, list[ConsumerRecord[bytes, bytes]]] = defaultdict(list)
        for event in told:
            # Of what can't be read nobody knows where it belongs.
            kind, key, value = "queue", b"?", event
            if isinstance(event, dict):
                kind, key, value = event["event"], event["call_id"].encode(), orjson.dumps(event)
            topic = TOPIC_OF[kind]
            batches[topic].append(_record(topic, self._told[topic], tick, key, value))
            self._told[topic] += 1
        for topic, records in batches.items():
            self._source.merge(topic, records)

    def checkpoint(self, clock: int, tick: int) -> None:
        """Brings the books to the clock and tells the lines' owner."""
        begun = perf_counter()
        outputs = self._source.checkpoint(clock, GENERATION)
        records = []
        for key, value in outputs.get((topics.PARTIALS, 0), []):
            records.append(_record(topics.PARTIALS, self._partials, tick, key, value))
            self._partials += 1
        self._lines.apply(records)
        self._lines.outputs(GENERATION)
        self._worker.checkpoints.add(perf_counter() - begun)
        ago = self._worker.settings.checkpoint_seconds / 2
        self._worker.checkpoint_loop.last = self._worker.clock.machine(tick) / SECOND - ago

    def figures(self) -> Iterator[Metric]:
        """What its page would have of lines and their alerts."""
        yield from metrics.read(self._scopes, self._alerts)

    def pipeline(self) -> Iterator[Metric]:
        """What its page would have of the worker itself."""
        yield from self._pipeline.collect()


def _record(
    topic: str, offset: int, tick: int, key: bytes, value: bytes | None
) -> "ConsumerRecord[bytes, bytes]":
    return ConsumerRecord(topic, 0, offset, tick // 1000, 1, key, value, None, 0, 0, ())
