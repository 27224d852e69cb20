"""The topics: their names, partitions, and how they keep what they are given."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import TopicAlreadyExistsError, for_code

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

_DAY_MS: Final = 24 * 3_600_000

LARGEST_RECORD: Final = 16 << 20
"""Bytes. A checkpoint is one record and names up to 20,000 departed contacts and the tallies that
now cover them; at the brokers' usual 1 MB it would have to be split."""


class TopicsError(Exception):
    """The topics are not as the engine needs them; the message says which and why."""


@dataclass(frozen=True, slots=True)
class TopicSpec:
    """A topic as it should be; all have as many partitions as the settings say."""

    name: str
    config: Mapping[str, str] = field(default_factory=dict)


def specs(settings: Settings) -> list[TopicSpec]:
    """Every topic of the application."""
    long = str(settings.retention_days * _DAY_MS)
    large = {"max.message.bytes": str(LARGEST_RECORD)}
    kept = {"cleanup.policy": "delete", "retention.ms": long}
    compacted = {"cleanup.policy": "compact"}
    # Only closed segments are compacted, and a recovery reads what is not: at the brokers' usual
    # gigabyte that would be a minute of it per partition.
    live = {"segment.bytes": str(64 << 20), "min.cleanable.dirty.ratio": "0.3"}
    return [
        *(TopicSpec(name, kept | {"message.timestamp.type": "LogAppendTime"}) for name in INPUTS),
        TopicSpec(STATE, compacted | large | live),
        # A day is needed for the windows. A week, because after a stop of days an interval may
        # still be open in one source partition that is long final in another.
        TopicSpec(
            PARTIALS,
            large | live | {"cleanup.policy": "compact,delete", "retention.ms": str(7 * _DAY_MS)},
        ),
        TopicSpec(INTERVALS, compacted),
        TopicSpec(JOURNEYS, kept),
        # A week: repeat callers look back a day, callbacks forward for as long as a plan allows.
        TopicSpec(
            CALLERS,
            live | {"cleanup.policy": "compact,delete", "retention.ms": str(7 * _DAY_MS)},
        ),
        TopicSpec(ALERTS, compacted | live),
        TopicSpec(LATE, kept),
        TopicSpec(DEAD, {"cleanup.policy": "delete", "retention.ms": str(30 * _DAY_MS)}),
    ]


_TOLD_WITHIN: Final = 100
"""Tenths of a second for which creating topics waits for a broker to tell of them: whoever asks
next should not hear that they are missing."""


async def create(settings: Settings) -> list[str]:
    """Creates the topics that are missing, and says which they were.

    Raises:
        KafkaError: one is missing and the broker refuses to create it.
    """
    async with _admin(settings) as admin:
        # All are asked for: what a broker lists may be behind what the controller knows.
        response = await admin.create_topics(
            [
                NewTopic(
                    spec.name,
                    settings.partitions,
                    settings.replication,
                    topic_configs={**spec.config, **_durable(settings.replication)},
                )
                for spec in specs(settings)
            ]
        )
        created, refused = [], {}
        for name, code, *_ in response.topic_errors:
            error = for_code(code)
            if not code:
                created.append(name)
            elif error is not TopicAlreadyExistsError:
                refused[name] = error
        if refused:  # as one is who may not create, and need not where they are
            present = set(await admin.list_topics())
            for name, error in refused.items():
                if name not in present:
                    raise error(f"{name}: the broker refuses to create it")
        for _ in range(_TOLD_WITHIN):
            if {*created} <= {*await admin.list_topics()}:
                break
            await asyncio.sleep(0.1)
        return created


async def problems(settings: Settings) -> list[str]:
    """What is wrong with the topics, each with what to do about it."""
    found = []
    async with _admin(settings) as admin:
        described = {each["topic"]: each for each in await admin.describe_topics()}
        wanted = specs(settings)
        counts = {name: len(described[name]["partitions"]) for name in INPUTS if name in described}
        for spec in wanted:
            if spec.name not in described:
                found.append(f"{spec.name}: missing; run `reachline topics create`")
        if len(set(counts.values())) > 1:
            listed = ", ".join(f"{name} {count}" for name, count in counts.items())
            found.append(
                f"the input topics differ in partitions ({listed}): a call's events would be on "
                "different workers; recreate them with equal partitions"
            )
        inputs = max(counts.values(), default=0)
        if STATE in described and len(described[STATE]["partitions"]) != inputs:
            found.append(f"{STATE}: must have {inputs} partitions, as many as the inputs")
        present = [spec for spec in wanted if spec.name in described]
        for spec, actual in zip(present, await _configs(admin, present), strict=True):
            copies = min(len(each["replicas"]) for each in described[spec.name]["partitions"])
            for key, value in {**spec.config, **_durable(copies)}.items():
                if key in actual and not _equal(key, actual[key], value):
                    found.append(f"{spec.name}: {key} is {actual[key]}, should be {value}")
    return found


def _durable(copies: int) -> dict[str, str]:
    """Of three copies two must have a record before it counts as written: one broker that is lost
    may not take along what it alone had, and with one of the three away work goes on."""
    return {"min.insync.replicas": "2"} if copies >= 3 else {}


def _equal(key: str, actual: str, wanted: str) -> bool:
    if key == "cleanup.policy":
        return set(actual.split(",")) == set(wanted.split(","))
    return actual == wanted


async def _configs(admin: AIOKafkaAdminClient, present: list[TopicSpec]) -> list[dict[str, str]]:
    resources = [ConfigResource(ConfigResourceType.TOPIC, spec.name) for spec in present]
    by_name: dict[str, dict[str, str]] = {}
    if resources:
        for response in await admin.describe_configs(resources):
            for resource in response.resources:
                name, entries = resource[3], resource[4]
                by_name[name] = {entry[0]: entry[1] for entry in entries}
    return [by_name.get(spec.name, {}) for spec in present]


class _admin:  # noqa: N801 - reads as what it gives
    """An admin client for as long as it is needed."""

    def __init__(self, settings: Settings) -> None:
        self._client = AIOKafkaAdminClient(bootstrap_servers=settings.broker)

    async def __aenter__(self) -> AIOKafkaAdminClient:
        await self._client.start()
        return self._client

    async def __aexit__(self, *_: Any) -> None:
        await self._client.close()
