"""What the whole test tree shares: how Hypothesis tries, the markers, and the brokers."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from functools import partial
from typing import TypeVar

import pytest
from hypothesis import settings

from tests.brokers import KafkaCluster, KafkaMissingError
from tests.certificates import OpensslMissingError
from tests.secured_kafka import SecuredKafka

# No deadlines: the machines that this runs on are shared.
settings.register_profile("default", deadline=None)
settings.load_profile("default")

_BY_ROOM = {
    "faults": "faults",
    "wallboard": "wallboard",
    "deploy": "rules",
}
"""Which real parts the tests of a room need; the markers are described in pyproject.toml."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks each test by the real parts that it needs, so that none is forgotten."""
    for item in items:
        rooms = {part: marker for part, marker in _BY_ROOM.items() if part in item.path.parts}
        for marker in rooms.values():
            item.add_marker(marker)
        fixtures = getattr(item, "fixturenames", ())
        chosen = getattr(getattr(item, "callspec", None), "params", {}).values()
        if not rooms and (
            {"kafka", "kafka3", "secured"} & {*fixtures} or "kafka" in map(str, chosen)
        ):
            item.add_marker("kafka")
        if item.path.name == "test_alertmanager.py":
            item.add_marker("rules")


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


Cluster = TypeVar("Cluster", bound=KafkaCluster)


def _cluster(make: Callable[[], Cluster], request: pytest.FixtureRequest) -> Iterator[Cluster]:
    try:
        cluster = make()
    except (KafkaMissingError, OpensslMissingError) as missing:
        if os.environ.get("CI"):
            pytest.fail(f"these tests need Apache Kafka: {missing}", pytrace=False)
        pytest.skip(f"Apache Kafka cannot be run here: {missing}")
    failed_before = request.session.testsfailed
    try:
        cluster.start()
        yield cluster
    finally:
        failed = request.session.testsfailed > failed_before
        cluster.stop(keep=failed)
        if failed:
            print(f"\nthe brokers' logs are kept in {cluster.directory}", file=sys.stderr)
