"""What imports have left in the topics of events."""

from __future__ import annotations

import json
from collections import Counter

from streams.engine.kafka.topics import INPUTS
from tests.running import records_of


async def told(bootstrap: str) -> Counter[tuple[str, str]]:
    """How often each event is in the topics, by call and id."""
    found: Counter[tuple[str, str]] = Counter()
    for topic in INPUTS:
        for record in await records_of(bootstrap, topic):
            event = json.loads(record.value or b"")
            found[event["call_id"], event["event_id"]] += 1
    return found
