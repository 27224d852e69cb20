"""Records of ours that are too large for their topic: told to the dead letters instead of sent.

A broker refuses them, and with them all of their transaction; sent again, they would end every
worker. What others read can do without one of them. The state can't: there it is the end, and what
is kept of a contact is bounded so that it does not come to that.
"""

from __future__ import annotations

import hashlib
import logging
import time
from collections import Counter

from streams.domain.event_reader import OVERSIZED
from streams.domain.privacy import shown
from streams.engine.kafka import topics
from streams.engine.kafka.outputs import Outputs, Record
from streams.engine.kafka.writer import LARGEST
from streams.sinks.records import DeadLetter

log = logging.getLogger(__name__)


class Quarantine:
    """Keeps what is too large from being sent.

    Attributes:
        counts: how many records were, by topic.
    """

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()

    def __call__(self, outputs: Outputs) -> Outputs:
        """The outputs, each record measured, with letters instead of those that are too large."""
        written = dict(outputs)
        for (topic, partition), records in outputs.items():
            large = [record for record in records if size_of(record) > LARGEST]
            if not large or topic == topics.STATE:
                continue
            self.counts[topic] += len(large)
            written[topic, partition] = [record for record in records if size_of(record) <= LARGEST]
            for record in large:
                there, told = letter(topic, partition, record)
                written[topics.DEAD, there] = [*written.get((topics.DEAD, there), ()), told]
        return written


def size_of(record: Record) -> int:
    """Bytes of a record's key and value."""
    key, value = record
    return len(key) + len(value or b"")


def letter(topic: str, partition: int, record: Record) -> tuple[int, Record]:
    """What is told of a record that is too large, and the partition of the dead letters for it."""
    key, value = record
    digest = hashlib.sha256(key + (value or b"")).hexdigest()
    detail = (
        f"key {shown(key.decode('utf-8', 'replace'))}: {size_of(record)} bytes, and a record has "
        f"at most {LARGEST}"
    )
    log.error(
        "a record is too large and was not written; see the dead letters",
        extra={"topic": topic, "partition": partition, "bytes": size_of(record), "digest": digest},
    )
    now = time.time_ns() // 1_000_000
    dead = DeadLetter(topic, partition, None, now, OVERSIZED, detail, digest)
    # Only of what sources write it is certain that the dead letters have as many partitions.
    return partition if topic in topics.OF_SOURCES else 0, dead.record()
