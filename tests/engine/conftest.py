"""Brokers for the engine: what must hold on Apache Kafka, and on the demo's own broker too."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator

import pytest

from streams.engine.kafka.embedded import EmbeddedBroker
from tests.brokers import KafkaCluster


@pytest.fixture(params=["kafka", "embedded"])
async def bootstrap(request: pytest.FixtureRequest) -> AsyncIterator[str]:
    """The address of a broker, of each kind in turn."""
    if request.param == "kafka":
        cluster: KafkaCluster = request.getfixturevalue("kafka")
        yield cluster.bootstrap
    else:
        pytest.importorskip("noida_db", reason="needs the extra `demo`")
        async with EmbeddedBroker() as broker:
            yield broker.bootstrap


@pytest.fixture
def prefix() -> str:
    """Keeps the topics and groups of a test apart from those of all others."""
    return f"test-{uuid.uuid4().hex[:8]}."
