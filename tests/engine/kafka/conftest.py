"""A city with its topics, for tests of the transport."""

from __future__ import annotations

import pytest

from tests.engine.kafka.city import City


@pytest.fixture
async def city(bootstrap: str, prefix: str) -> City:
    city = City(bootstrap, prefix)
    await city.create_topics()
    return city
