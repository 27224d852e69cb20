"""The topics: their names, partitions, and how they keep what is written to them.

Nothing here speaks to a broker: `topic_admin` does.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from streams.domain.events import KINDS, Kind
from streams.settings import Settings

INPUTS: Final[dict[str, Kind]] = {f"contact.{kind}": kind for kind in KINDS}
STATE: Final = "contact.state"
PARTIALS: Final = "contact.line-partials"
INTERVALS: Final = "contact.line-intervals"
JOURNEYS: Final = "contact.journeys"
CALLERS: Final = "contact.callers"
ALERTS: Final = "contact.alerts"
LATE: Final = "contact.late"
DEAD: Final = "contact.dead-letters"
SOURCES: Final = "contact.sources"
"""Up to where imports have read. No worker needs it, so it is not one of ``ALL``."""

ALL: Final = (*INPUTS, STATE, PARTIALS, INTERVALS, JOURNEYS, CALLERS, ALERTS, LATE, DEAD)

_DAY_MS: Final = 24 * 3_600_000

LARGEST_RECORD: Final = 16 << 20
"""Bytes that each topic of ours accepts as one record. A checkpoint is one record and names up to
20,000 retired contacts and the tallies that now cover them; at the brokers' usual 1 MB it would
have to be split. A call that goes round and round has a journey of megabytes, and records of
callers, alerts and late events have no smaller bound."""

LARGEST_INPUT: Final = 1 << 20
"""Bytes that an input topic must accept in one request. An event has 16 KB at most, and half a
megabyte of them are sent together; what goes beyond is between phone systems and their brokers."""

READ: Final = (*INPUTS, STATE, PARTIALS, CALLERS, ALERTS)
"""Topics that a worker reads."""

WRITTEN: Final = tuple(name for name in ALL if name not in INPUTS)
"""Topics that a worker writes."""

SIZE: Final = "max.message.bytes"
"""The setting of a topic that bounds its records."""

TIMED: Final = (STATE, PARTIALS)
"""Topics of which brokers say when they append: each checkpoint writes to the first, and to every
partition of the second."""

_APPEND_TIME: Final = {"message.timestamp.type": "LogAppendTime"}

OF_SOURCES: Final = (DEAD, LATE, JOURNEYS)
"""Where each source partition writes to the partition of its own number."""

_OF_LINES: Final = (INTERVALS, ALERTS)
"""The same for each partition of line partials."""


class TopicsError(Exception):
    """The topics are not as the engine needs them; the message says which and why."""


def anew(topic: str) -> TopicsError:
    """What is said of a topic that is not the one any more that was read."""
    return TopicsError(
        f"{topic}: has been truncated or created again, and what it held is gone; stop "
        "the workers and run `reachline rebuild`"
    )


@dataclass(frozen=True, slots=True)
class TopicSpec:
    """A topic as it should be; all are created with equal partitions."""

    name: str
    config: Mapping[str, str] = field(default_factory=dict)


def specs(settings: Settings) -> list[TopicSpec]:
    """Every topic of the application."""
    long = str(settings.retention_days * _DAY_MS)
    large = {SIZE: str(LARGEST_RECORD)}
    kept = {"cleanup.policy": "delete", "retention.ms": long}
    compacted = large | {"cleanup.policy": "compact"}
    # Only closed segments are compacted, and a recovery reads what is not: at the brokers' usual
    # gigabyte that would be a minute of it per partition.
    live = {"segment.bytes": str(64 << 20), "min.cleanable.dirty.ratio": "0.3"}
    week = large | {"cleanup.policy": "compact,delete", "retention.ms": str(7 * _DAY_MS)}
    return [
        *(TopicSpec(name, kept | _APPEND_TIME) for name in INPUTS),
        TopicSpec(STATE, compacted | live | _APPEND_TIME),
        # The windows need a day. It is a week, because after a stop of days an interval may still
        # be open in one source partition while it is long final in another.
        TopicSpec(PARTIALS, week | live | _APPEND_TIME),
        TopicSpec(INTERVALS, compacted),
        TopicSpec(JOURNEYS, kept | large),
        # Repeat callers look back a day, callbacks forward for as long as a promise can hold.
        TopicSpec(CALLERS, week | live | {"retention.ms": str(18 * _DAY_MS)}),
        TopicSpec(ALERTS, compacted | live),
        TopicSpec(LATE, kept | large),
        TopicSpec(DEAD, large | {"cleanup.policy": "delete", "retention.ms": str(30 * _DAY_MS)}),
        TopicSpec(SOURCES, compacted),
    ]


def misfits(partitions: Mapping[str, int], broker: str) -> list[str]:
    """What is wrong with the numbers of partitions, each with what to do about it.

    Args:
        partitions: of each topic that there is.
        broker: what a command to be typed should name.
    """
    found = [
        f"{name}: missing; run `reachline topics create`" for name in ALL if name not in partitions
    ]
    counts = {name: partitions[name] for name in INPUTS if name in partitions}
    inputs = max(counts.values(), default=0)
    if len(set(counts.values())) > 1:
        listed = ", ".join(f"{name} {count}" for name, count in counts.items())
        found.append(
            f"the input topics differ in partitions ({listed}): a call's events would be on "
            "different workers; recreate them with equal partitions"
        )
    if counts and partitions.get(STATE, inputs) != inputs:
        found.append(
            f"{STATE}: {partitions[STATE]} partitions, must be {inputs}, as many as the inputs "
            "have; with the workers stopped delete it, run `reachline topics create` and "
            "`reachline rebuild`"
        )
    lines = partitions.get(PARTIALS, 0)
    must_hold = [(name, inputs, "the inputs have") for name in OF_SOURCES]
    must_hold += [(name, lines, f"{PARTIALS} has") for name in _OF_LINES]
    for name, least, whose in must_hold:
        if partitions.get(name, least) < least:
            found.append(
                f"{name}: {partitions[name]} partitions, must be at least {least}, as many as "
                f"{whose}; `kafka-topics.sh --bootstrap-server {broker} --alter --topic {name} "
                f"--partitions {least}`"
            )
    return found
