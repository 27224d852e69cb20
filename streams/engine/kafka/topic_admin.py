"""Creating the topics, and comparing those that are there with what they should be."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from aiokafka.admin import NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import (
    ClusterAuthorizationFailedError,
    InvalidReplicationFactorError,
    KafkaError,
    TopicAlreadyExistsError,
    TopicAuthorizationFailedError,
    for_code,
)

from streams.engine.failures import in_words
from streams.engine.kafka import clients
from streams.engine.kafka.topics import (
    ALL,
    INPUTS,
    LARGEST_INPUT,
    SIZE,
    WRITTEN,
    TopicsError,
    TopicSpec,
    misfits,
    specs,
)
from streams.settings import Settings

if TYPE_CHECKING:
    from aiokafka.admin import AIOKafkaAdminClient

_LISTED_WITHIN: Final = 100
"""Tenths of a second for which creating topics waits until the broker lists them: who asks next
should not hear that they are missing."""


async def create(settings: Settings) -> list[str]:
    """Creates the topics that are missing, and says which they were.

    They get as many partitions as the inputs that are there have; without those, as the settings
    say.

    Raises:
        BrokerError: no broker lets the client in.
        TopicsError: one is missing and the broker refuses to create it; the message says why.
    """
    async with clients.admin(settings) as admin:
        present = _partitions(await admin.describe_topics())
        inputs = [present[name] for name in INPUTS if name in present]
        partitions = max(inputs, default=settings.partitions)
        # All are asked for: what a broker lists may be behind what the controller knows.
        response = await admin.create_topics(
            [
                NewTopic(
                    spec.name,
                    partitions,
                    settings.replication,
                    topic_configs={**spec.config, **_durable(settings.replication)},
                )
                for spec in specs(settings)
            ]
        )
        created, refused = [], {}
        for name, code, *why in response.topic_errors:
            error = for_code(code)
            if not code:
                created.append(name)
            elif error is not TopicAlreadyExistsError:
                refused[name] = error, " ".join(each for each in why if each)
        if refused:  # as one is who may not create, and need not where they are
            listed = set(await admin.list_topics())
            for name, (error, said) in refused.items():
                if name not in listed:
                    raise TopicsError(await _refusal(admin, settings, name, error, said))
        for _ in range(_LISTED_WITHIN):
            if {*created} <= {*await admin.list_topics()}:
                break
            await asyncio.sleep(0.1)
        return created


async def _refusal(
    admin: AIOKafkaAdminClient, settings: Settings, name: str, error: type[KafkaError], said: str
) -> str:
    """Why a broker does not create a topic; it says so itself of what is not foreseen here."""
    if error is InvalidReplicationFactorError:
        brokers = len((await admin.describe_cluster())["brokers"])
        return (
            f"replication {settings.replication} is more than the cluster has brokers ({brokers}): "
            "--replication or REACHLINE_REPLICATION says how many copies are kept"
        )
    if error in (TopicAuthorizationFailedError, ClusterAuthorizationFailedError):
        return f"{name}: the broker does not allow this user to create it"
    return f"{name}: the broker refuses to create it: {said or in_words(error())}"


async def problems(settings: Settings) -> list[str]:
    """What is wrong with the topics, each with what to do about it.

    Raises:
        BrokerError: no broker lets the client in.
    """
    async with clients.admin(settings) as admin:
        described = await admin.describe_topics()
        found = misfits(_partitions(described), settings.broker)
        copies = _copies(described)
        present = [spec for spec in specs(settings) if spec.name in copies]
        for spec, actual in zip(present, await _configs(admin, present), strict=True):
            wanted = {**spec.config, **_durable(copies[spec.name])}
            wanted.setdefault(SIZE, str(LARGEST_INPUT))
            found += _unlike(settings, spec.name, actual, wanted)
    return found


async def too_small(settings: Settings) -> list[str]:
    """Topics of ours that do not take the largest record that is written, each with what to do.

    Raises:
        BrokerError: no broker lets the client in.
    """
    async with clients.admin(settings) as admin:
        there = {each["topic"] for each in await admin.describe_topics()}
        ours = [spec for spec in specs(settings) if spec.name in there & {*WRITTEN}]
        found = []
        for spec, actual in zip(ours, await _configs(admin, ours), strict=True):
            found += _unlike(settings, spec.name, actual, {SIZE: spec.config[SIZE]})
    return found


def _unlike(
    settings: Settings, name: str, actual: Mapping[str, str], wanted: Mapping[str, str]
) -> list[str]:
    """Which settings of a topic are not as they should be, as far as they may be looked at."""
    found = []
    for key, value in wanted.items():
        if key in actual and not _fits(key, actual[key], value):
            least = "at least " if key == SIZE else ""
            shown = f"[{value}]" if "," in value else value
            found.append(
                f"{name}: {key} is {actual[key]}, should be {least}{value}; "
                f"`kafka-configs.sh --bootstrap-server {settings.broker} --alter "
                f"--topic {name} --add-config {key}={shown}`"
            )
    return found


async def unlike(settings: Settings, partitions: bool, replication: bool) -> list[str]:
    """Where topics that were there before differ from what they were to be created with.

    Args:
        settings: with the numbers that were asked for.
        partitions, replication: whether that one was asked for.
    """
    async with clients.admin(settings) as admin:
        described = await admin.describe_topics()
    found = []
    if partitions and (others := _others(_partitions(described), settings.partitions)):
        found.append(
            f"--partitions {settings.partitions}: {others}, which is left as it is: the number "
            "can't change while state is kept, for a call's events would no longer come where its "
            "state is"
        )
    if replication and (others := _others(_copies(described), settings.replication)):
        found.append(
            f"--replication {settings.replication}: {others}, which is left as it is; "
            "`kafka-reassign-partitions.sh` makes more copies of what there is"
        )
    return found


def _others(counts: Mapping[str, int], asked: int) -> str:
    """Which of our topics have another number than was asked for; nothing if none has."""
    ours = {name: counts[name] for name in ALL if name in counts}
    others = {name: count for name, count in ours.items() if count != asked}
    if len(others) == len(ours) and len(set(others.values())) == 1:
        return f"the topics have {min(others.values())}"
    return ", ".join(f"{name} has {count}" for name, count in others.items())


def _partitions(described: list[dict[str, Any]]) -> dict[str, int]:
    return {each["topic"]: len(each["partitions"]) for each in described}


def _copies(described: list[dict[str, Any]]) -> dict[str, int]:
    """Of each topic, how many copies its partitions have at least."""
    return {
        each["topic"]: min((len(one["replicas"]) for one in each["partitions"]), default=0)
        for each in described
    }


def _durable(copies: int) -> dict[str, str]:
    """Of three copies two must have a record before it counts as written: one broker that is lost
    may not take along what it alone had, and with one of the three away work goes on."""
    return {"min.insync.replicas": "2"} if copies >= 3 else {}


def _fits(key: str, actual: str, wanted: str) -> bool:
    if key == "cleanup.policy":
        return set(actual.split(",")) == set(wanted.split(","))
    if key == SIZE:
        return int(actual) >= int(wanted)
    return actual == wanted


async def _configs(admin: AIOKafkaAdminClient, present: list[TopicSpec]) -> list[dict[str, str]]:
    resources = [ConfigResource(ConfigResourceType.TOPIC, spec.name) for spec in present]
    by_name: dict[str, dict[str, str]] = {}
    if resources:
        for response in await admin.describe_configs(resources):
            for resource in response.resources:
                _, _, _, name, entries = resource
                by_name[name] = {key: value for key, value, *_ in entries}
    return [by_name.get(spec.name, {}) for spec in present]
