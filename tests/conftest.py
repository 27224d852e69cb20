"""What the whole test tree shares: how Hypothesis tries, the markers, turns, and the brokers."""

from __future__ import annotations

import os
import sys
import uuid
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TypeVar

import pytest
from hypothesis import settings

from streams.engine.kafka.embedded import EmbeddedBroker
from tests import turns
from tests.brokers import KafkaCluster, KafkaMissingError
from tests.certificates import OpensslMissingError
from tests.examples import examples
from tests.missing import missing, need_embedded_broker
from tests.secured_kafka import SecuredKafka

# No deadlines: the machines that this runs on are shared.
settings.register_profile("default", max_examples=examples(100), deadline=None)
settings.load_profile("default")

_HERE = Path(__file__).parent

_BY_ROOM = {
    "faults": "faults",
    "wallboard": "wallboard",
    "deploy": "rules",
}
"""Which real parts the tests of a room need; the markers are described in pyproject.toml."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Marks the tests by what they need, and leaves out variants whose turn it is not."""
    _mark(items)
    if commit := os.environ.get("REACHLINE_TURN"):
        left_out = _out_of_turn(items, commit)
        items[:] = [item for item in items if item not in left_out]
        config.hook.pytest_deselected(items=[*left_out])


def _mark(items: list[pytest.Item]) -> None:
    """Marks each test by the real parts that it needs, so that none is forgotten."""
    for item in items:
        room = item.path.relative_to(_HERE).parts[0]
        rooms = {marker for part, marker in _BY_ROOM.items() if part == room}
        for marker in rooms:
            item.add_marker(marker)
        fixtures = getattr(item, "fixturenames", ())
        chosen = getattr(getattr(item, "callspec", None), "params", {}).values()
        if not rooms and (
            {"kafka", "kafka3", "secured"} & {*fixtures} or "kafka" in map(str, chosen)
        ):
            item.add_marker("kafka")


def _out_of_turn(items: list[pytest.Item], commit: str) -> set[pytest.Item]:
    """The variants of tests marked `in_turn` that another commit tries; see `tests/turns.py`."""
    variants = defaultdict(list)
    for item in items:
        for mark in item.iter_markers("in_turn"):
            (what,) = mark.args
            function = item.nodeid.partition("[")[0]
            variants[function, what, mark.kwargs.get("parts", 0)].append(item)
    left_out = set()
    for (_, what, parts), found in variants.items():
        values = [item.callspec.params[what] for item in found]  # type: ignore[attr-defined]
        chosen = turns.part(commit, what, turns.distinct(values), parts)
        left_out |= {item for item, value in zip(found, values, strict=True) if value not in chosen}
    return left_out


@pytest.fixture(scope="session")
def kafka(request: pytest.FixtureRequest) -> Iterator[KafkaCluster]:
    """One Apache Kafka broker for the whole run; tests keep apart by the names of their topics."""
    yield from _cluster(KafkaCluster, request)


@pytest.fixture(scope="session")
def kafka3(request: pytest.FixtureRequest) -> Iterator[KafkaCluster]:
    """Three Apache Kafka brokers, everything on all three, two of them in sync."""
    yield from _cluster(partial(KafkaCluster, 3), request)


@pytest.fixture(scope="session")
def secured(request: pytest.FixtureRequest) -> Iterator[SecuredKafka]:
    """One Apache Kafka broker that wants TLS, passwords and certificates."""
    yield from _cluster(SecuredKafka, request)


@pytest.fixture(params=["kafka", "embedded"])
async def bootstrap(request: pytest.FixtureRequest) -> AsyncIterator[str]:
    """The address of a broker, of each kind in turn."""
    if request.param == "kafka":
        cluster: KafkaCluster = request.getfixturevalue("kafka")
        yield cluster.bootstrap
    else:
        need_embedded_broker()
        async with EmbeddedBroker() as broker:
            yield broker.bootstrap


@pytest.fixture
def prefix() -> str:
    """Keeps the topics and groups of a test apart from those of all others."""
    return f"test-{uuid.uuid4().hex[:8]}."


Cluster = TypeVar("Cluster", bound=KafkaCluster)


def _cluster(make: Callable[[], Cluster], request: pytest.FixtureRequest) -> Iterator[Cluster]:
    try:
        cluster = make()
    except (KafkaMissingError, OpensslMissingError) as error:
        missing(f"Apache Kafka can't be run here: {error}")
    failed_before = request.session.testsfailed
    try:
        cluster.start()
        yield cluster
    finally:
        failed = request.session.testsfailed > failed_before
        cluster.stop(keep=failed)
        if failed:
            print(f"\nthe brokers' logs are kept in {cluster.directory}", file=sys.stderr)
