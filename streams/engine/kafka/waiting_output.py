"""The output of a source for code that is not asynchronous, such as one that reads files.

While Kafka is away it waits: whoever reads a file or a table has all the time there is. What was
being written then is written once more, unless the position that is kept says that it was.
"""

import asyncio
import threading
import time
from collections.abc import Callable, Coroutine, Iterable
from types import TracebackType
from typing import Any, Final, Self, TypeVar

from streams.domain.events import Event
from streams.engine.failures import in_words
from streams.engine.kafka import source_output
from streams.engine.kafka.source_output import KAFKA_AWAY, SourceOutput, TakenOverError
from streams.settings import Settings

WAITS: Final = (1.0, 2.0, 5.0, 10.0, 30.0)
"""Seconds before Kafka is tried again: soon after a short break, and without a flood of connections
in a long one."""

_Result = TypeVar("_Result")


class KafkaAwayError(Exception):
    """Kafka can't be used, and nobody waits for it; the message says why."""


class WaitingOutput:
    """The output of one source; ``with WaitingOutput(settings, source, say) as output``.

    Args:
        settings, source: as ``SourceOutput``.
        say: is told once that Kafka is away, and that it is back.
        patient: waits while Kafka is away; else that ends the work.
        waiting: said of what waits for Kafka.

    Attributes:
        stored: what was written last with ``write``; None if nothing ever was.
        others: as of ``SourceOutput``, when this was entered.

    Raises:
        KafkaAwayError: it is not patient, and Kafka is away; on entering, too.
    """

    def __init__(
        self,
        settings: Settings,
        source: str,
        say: Callable[[str], object],
        patient: bool,
        waiting: str = "the log waits",
    ) -> None:
        self._settings = settings
        self._source = source
        self._say = say
        self._patient = patient
        self._waiting = waiting
        self._open: SourceOutput | None = None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="kafka", daemon=True)
        self._tries = 0
        self._said = ""
        self.stored: bytes | None = None
        self.others: set[str] = set()

    def __enter__(self) -> Self:
        self._loop.set_exception_handler(_unless_of_kafka)
        self._thread.start()
        try:
            self.stored, self.others = self._output().stored, self._output().others
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self,
        failed: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._end()

    def write(self, events: Iterable[Event], stored: bytes) -> None:
        """Writes events and what is to be stored with them, in one transaction; returns when that
        is done, however long Kafka is away.

        Raises:
            TakenOverError: another import of this source has begun.
            KafkaAwayError: it is not patient, and Kafka is away.
        """
        events = [*events]
        while True:
            output = self._output()
            if output.stored != self.stored:
                if output.stored == stored:
                    break  # it was written; only the answer was lost
                raise TakenOverError(f"another import of {self._source} has begun: this one ends")
            try:
                self._run(output.write(events, stored))
                break
            except KAFKA_AWAY as error:
                self._close()
                self._wait(error)
        self.stored = stored

    def _output(self) -> SourceOutput:
        """The output that is open; a new one, as soon as Kafka is there."""
        while self._open is None:
            output = source_output.SourceOutput(self._settings, self._source)
            try:
                self._run(output.__aenter__())
            except KAFKA_AWAY as error:
                self._wait(error)
                continue
            self._open = output
            if self._said:
                self._say("Kafka is back")
            self._tries, self._said = 0, ""
        return self._open

    def _wait(self, error: BaseException) -> None:
        why = in_words(error)
        if not self._patient:
            raise KafkaAwayError(why) from error
        if self._said != why:
            self._said = why
            self._say(f"{why}; {self._waiting}")
        time.sleep(WAITS[min(self._tries, len(WAITS) - 1)])
        self._tries += 1

    def _run(self, work: Coroutine[Any, Any, _Result]) -> _Result:
        running = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return running.result()
        except BaseException:  # Ctrl-C, for one: nothing more of it is to be written
            running.cancel()
            raise

    def _close(self) -> None:
        output, self._open = self._open, None
        if output is not None:
            self._run(output.__aexit__(None, None, None))

    def _end(self) -> None:
        try:
            self._close()
        finally:
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._loop.close()


def _unless_of_kafka(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Leaves out what aiokafka did not tell anybody else, of batches that were given up together
    with the one whose failure is said."""
    from aiokafka.errors import KafkaError

    if not isinstance(context.get("exception"), KafkaError):
        loop.default_exception_handler(context)
