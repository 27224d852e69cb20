"""Contact events into their topics, keyed by call, from an import or a simulated city."""

import asyncio
import queue
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any, Final

import orjson

from streams.domain.events import Event, kind
from streams.domain.ndjson import ndjson
from streams.engine.kafka import clients
from streams.engine.kafka.access import check_access
from streams.settings import Settings

_LINGER_MS = 20
"""How long events wait for others to share a batch: unseen by people, and ten times the rate."""


_GIVEN_UP: Final = 5.0
"""Seconds after a failure for what has not been sent."""

Publishable = Event | Mapping[str, Any]
"""An event, or the same as a plain object, as a simulated city sends it."""


class Publisher:
    """Publishes events; ``async with Publisher(settings) as publisher``.

    Raises:
        BrokerError: no broker lets it in, on entering.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._producer = clients.producer(
            settings,
            enable_idempotence=True,
            linger_ms=_LINGER_MS,
            max_batch_size=1 << 19,
        )

    async def __aenter__(self) -> "Publisher":
        try:
            await check_access(self._settings)
            await self._producer.start()
        except BaseException:
            await self._producer.stop()
            raise
        return self

    async def __aexit__(self, failed: type[BaseException] | None, *_: object) -> None:
        # Sends what is still waiting; for a broker that has failed that may be for ever.
        with suppress(TimeoutError):
            async with asyncio.timeout(_GIVEN_UP if failed else None):
                await self._producer.stop()

    async def publish(self, events: Iterable[Publishable]) -> int:
        """Sends events and waits until the broker has them; says how many."""
        sent = []
        for event in events:
            if isinstance(event, Mapping):
                named, call_id, value = event["event"], event["call_id"], orjson.dumps(event)
            else:
                named, call_id, value = kind(event), event.call_id, ndjson(event).rstrip(b"\n")
            topic = f"contact.{named}"
            sent.append(await self._producer.send(topic, value, key=call_id.encode()))
        for acknowledged in sent:
            await acknowledged
        return len(sent)


_AT_ONCE: Final = 5_000
"""Events handed to the broker together, and as many again waiting: a few megabytes."""

_PAUSE: Final = 0.2  # seconds for which an event may wait for others before it is sent


@contextmanager
def publishing(settings: Settings) -> Iterator[Callable[[Publishable], None]]:
    """Publishes from code that is not asynchronous, such as an import or a simulation.

    Gives a function that takes one event, and waits when the broker does not keep up. At the end
    everything is with the broker.

    Raises:
        BrokerError: no broker lets it in, before anything is taken.
        Exception: of the broker, from the function or at the end.
    """
    waiting: queue.Queue[Publishable | None] = queue.Queue(_AT_ONCE)
    failures: list[Exception] = []
    connected = threading.Event()

    async def pump() -> None:
        async with Publisher(settings) as publisher:
            connected.set()
            going_on = True
            while going_on:
                events, going_on = await asyncio.to_thread(_some, waiting)
                await publisher.publish(events)

    def work() -> None:
        try:
            asyncio.run(pump())
        except Exception as error:
            failures.append(error)
        finally:
            connected.set()

    thread = threading.Thread(target=work, name="publishing", daemon=True)
    thread.start()
    # An import that follows a file may wait for hours, and must hear of a refusal now.
    connected.wait()
    if failures:
        raise failures[0]

    def put(event: Publishable | None) -> None:
        while not failures:
            try:
                waiting.put(event, timeout=_PAUSE)
            except queue.Full:
                continue
            return
        raise failures[0]

    try:
        yield put
    finally:
        if not failures:
            put(None)
        thread.join()
        if failures:  # in any case: who ends it with Ctrl-C believes that all has arrived
            raise failures[0]


def _some(waiting: "queue.Queue[Publishable | None]") -> tuple[list[Publishable], bool]:
    """What comes within a moment; False with the last of it."""
    events: list[Publishable] = []
    until = time.monotonic() + _PAUSE
    try:
        while len(events) < _AT_ONCE:
            # Not that long for each: where there is always another, none would ever be sent.
            event = waiting.get(timeout=max(0.0, until - time.monotonic()))
            if event is None:
                return events, False
            events.append(event)
    except queue.Empty:
        pass
    return events, True
