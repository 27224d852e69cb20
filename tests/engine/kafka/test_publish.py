"""Events from code that is not asynchronous, on their way to their topics."""

from __future__ import annotations

import queue
import threading
import time

import pytest
from aiokafka.errors import KafkaError

from streams.domain.events import CallStart, Event
from streams.engine.kafka import publish
from streams.engine.kafka.publish import publishing
from streams.settings import Settings


def test_where_there_is_always_another_event_each_is_sent_within_a_moment() -> None:
    """A phone system with an event every few milliseconds."""
    waiting: queue.Queue[Event | None] = queue.Queue()
    over = threading.Event()

    def ring() -> None:
        while not over.wait(0.005):
            waiting.put(CallStart(event_id="e", call_id="c", at="2026-11-18T09:00:00Z"))

    source = threading.Thread(target=ring, daemon=True)
    source.start()
    begun = time.monotonic()
    try:
        events, going_on = publish._some(waiting)
    finally:
        took = time.monotonic() - begun
        over.set()
        source.join()
    assert going_on
    assert 0 < len(events) < 200
    assert took < 2  # of 0.2 on an idle machine; before, it took until five thousand had come


def test_the_end_is_told_with_the_last_of_them() -> None:
    waiting: queue.Queue[Event | None] = queue.Queue()
    last = CallStart(event_id="e", call_id="c", at="2026-11-18T09:00:00Z")
    waiting.put(last)
    waiting.put(None)
    assert publish._some(waiting) == ([last], False)


def test_whoever_is_interrupted_hears_that_the_broker_had_failed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Ctrl-C is how an import that follows a file ends; it must not pass for all well."""
    failed = threading.Event()

    class Failing:
        def __init__(self, _: Settings) -> None: ...

        async def __aenter__(self) -> Failing:
            return self

        async def __aexit__(self, *_: object) -> None:
            failed.set()

        async def publish(self, events: list[object]) -> None:
            if events:
                raise KafkaError("the broker is gone")

    monkeypatch.setattr(publish, "Publisher", Failing)
    with pytest.raises(KafkaError, match="gone"), publishing(Settings()) as put:
        put(CallStart(event_id="1", call_id="c", at="2026-10-05T09:00:00Z"))
        assert failed.wait(10)
        raise KeyboardInterrupt
