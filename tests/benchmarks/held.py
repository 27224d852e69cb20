"""The memory of an open contact in a worker, by purpose: ``python -m tests.benchmarks.held N``.

One source partition, all lines and all callers, joined without a broker, are given ``N`` calls that
are all answered and do not end. What Python has allocated since is counted for the room that asked
for it; other memory of the process is not. Prints the bytes per contact as JSON.
"""

import gc
import json
import sys
import tracemalloc
from collections import Counter
from itertools import islice
from typing import Final

import orjson
from aiokafka import ConsumerRecord

from streams.domain import instants
from streams.domain.instants import SECOND
from streams.domain.plan import Plan
from streams.engine.kafka import topics
from streams.engine.kafka.outputs import Outputs
from streams.engine.roles.caller_owner import CallerOwner
from streams.engine.roles.contact_owner import ContactOwner, Counts
from streams.engine.roles.line_owner import LineOwner
from streams.engine.roles.routes import Routes
from tests.benchmarks import traffic
from tests.benchmarks.scale import BEGUN_IN, STAYING
from tests.benchmarks.traffic import Traffic

CALLERS: Final = "callers' histories, for eight days"
EVENTS: Final = "its events"

ROOMS: Final = {
    "domain/event_reader.py": "texts of its events: ids, pseudonym, line, agent",
    "domain/instants.py": "instants",
    "domain/rows.py": EVENTS,
    "domain/call_events.py": EVENTS,
    "domain/contact.py": EVENTS,
    "domain/ledger.py": "the contact itself, and when to read it again",
    "domain/awake.py": "the contact itself, and when to read it again",
    "domain/open_contact.py": "the contact itself, and when to read it again",
    "domain/reading.py": "what it adds to the books",
    "domain/entries.py": "what it adds to the books",
    "domain/bookings.py": "what it adds to the books",
    "domain/cells.py": "who waits since when",
    "domain/decisions.py": "decisions for the detectors",
    "domain/alarms.py": "decisions for the detectors",
    "domain/caller_history.py": "decisions for its caller's history",
    "engine/roles/caller_owner.py": CALLERS,
    "engine/roles/contact_owner.py": CALLERS,
    "engine/roles/line_owner.py": "boards of lines",
}
ELSE: Final = "all else"
_FRAMES: Final = 6  # so that shared code, such as named tuples, counts for its caller
_AT_ONCE: Final = 20_000  # events between two checkpoints


class _Worker:
    """A worker's owners, joined."""

    def __init__(self, plan: Plan) -> None:
        routes = Routes(1, 1, 1)
        self.source = ContactOwner(0, plan, routes, Counts())
        self._lines = LineOwner(0, plan, routes, 0)
        self._callers = CallerOwner(0, routes, end=0)
        self._offsets: Counter[str] = Counter()

    def apply(self, values: list[bytes]) -> None:
        """Applies events, and makes a checkpoint at the last of them."""
        by_topic: dict[str, list[tuple[bytes, bytes | None]]] = {}
        clock = 0
        for value in values:
            event = orjson.loads(value)
            record = event["call_id"].encode(), value
            by_topic.setdefault(f"contact.{event['event']}", []).append(record)
            clock = max(clock, instants.parse(event["at"]))
        for topic, records in by_topic.items():
            self.source.merge(topic, self._records(topic, records))
        self._checkpoint(clock + SECOND)

    def _checkpoint(self, clock: int) -> None:
        outputs: Outputs = self.source.checkpoint(clock, 1)
        self._callers.apply(self._records(topics.CALLERS, outputs.get((topics.CALLERS, 0), [])))
        partials = outputs[topics.PARTIALS, 0]
        partials += self._callers.outputs(1).get((topics.PARTIALS, 0), [])
        self._lines.apply(self._records(topics.PARTIALS, partials))
        self._lines.outputs(1)
        self._lines.published()

    def _records(
        self, topic: str, keyed: list[tuple[bytes, bytes | None]]
    ) -> "list[ConsumerRecord[bytes, bytes]]":
        records = []
        for key, value in keyed:
            offset = self._offsets[topic]
            self._offsets[topic] += 1
            now = 2**41  # the record's timestamp: later than any event
            records.append(ConsumerRecord(topic, 0, offset, now, 1, key, value, None, 0, 0, ()))
        return records


def room(trace: tracemalloc.Traceback) -> str:
    """The purpose of some memory."""
    for frame in reversed(trace):  # the innermost first
        _, _, path = frame.filename.rpartition("streams/")
        if path in ROOMS:
            return ROOMS[path]
    return ELSE


def held(contacts: int) -> dict[str, float]:
    """Bytes per contact, by what they are for."""
    calls = Traffic(
        contacts,
        per_second=contacts / BEGUN_IN,
        talk=12_000,
        cut=BEGUN_IN + 240,
        ways=STAYING,
    )
    worker = _Worker(Plan.read(traffic.plan(calls), "plan"))
    values = traffic.events(calls)
    tracemalloc.start(_FRAMES)
    while some := list(islice(values, _AT_ONCE)):
        worker.apply(some)
    gc.collect()
    allocated: Counter[str] = Counter()
    for found in tracemalloc.take_snapshot().statistics("traceback"):
        allocated[room(found.traceback)] += found.size
    tracemalloc.stop()
    there = len(worker.source.ledger.contacts)
    if there != contacts:
        raise RuntimeError(f"{there} contacts are open instead of {contacts}")
    return {name: round(size / contacts, 1) for name, size in allocated.most_common()}


if __name__ == "__main__":
    print(json.dumps(held(int(sys.argv[1]))))
