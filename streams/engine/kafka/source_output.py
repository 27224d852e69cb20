"""Events of a source that can be read again, with the position up to which they were read.

Both are written in one transaction: whatever ends an import, what it had written is what its
position says, and the next begins there. Two imports of one source fence each other, so that the
same lines are not sent twice.
"""

from collections.abc import Iterable
from types import TracebackType
from typing import Final, Self

from aiokafka.errors import KafkaError, ProducerFenced
from aiokafka.partitioner import DefaultPartitioner

from streams.domain.events import Event, kind
from streams.domain.ndjson import ndjson
from streams.engine.failures import in_words
from streams.engine.kafka.access import check_access
from streams.engine.kafka.outputs import Outputs
from streams.engine.kafka.read_to_end import LogReader, ReadError
from streams.engine.kafka.refusals import BrokerError
from streams.engine.kafka.topics import INPUTS, SOURCES, TopicsError
from streams.engine.kafka.writer import WriteError, Writer
from streams.settings import Settings

_PATIENCE: Final = 30.0
"""Seconds for an answer of the broker, as for a worker's commits."""

KAFKA_AWAY: Final = (BrokerError, WriteError, ReadError, TopicsError, KafkaError, OSError)
"""What is raised while the broker can't be used; it may be later."""


class TakenOverError(Exception):
    """Another import of this source has begun; the message says so."""


class SourceOutput:
    """The output of one source; ``async with SourceOutput(settings, source) as output``.

    Args:
        settings: how to reach the broker.
        source: what tells it from others; its position is kept under it.

    Attributes:
        stored: what was written last with ``write``; None if nothing ever was.
        others: the sources besides this one that have written something.
    """

    def __init__(self, settings: Settings, source: str) -> None:
        self._settings = settings
        self._source = source.encode()
        self._open: Writer | None = None
        self._partitions: dict[str, int] = {}
        self._choose = DefaultPartitioner()
        self.stored: bytes | None = None
        self.others: set[str] = set()

    async def __aenter__(self) -> Self:
        await check_access(self._settings)
        transactional_id = f"{self._settings.app}-source-{self._source.decode()}"
        self._open = Writer(self._settings, transactional_id, _PATIENCE)
        # Before reading: a forerunner that still writes would move the position afterwards.
        await self._writer.start()
        try:
            async with LogReader(self._settings) as reader:
                there = await reader.partitions()
                missing = [topic for topic in (*INPUTS, SOURCES) if topic not in there]
                if missing:
                    raise TopicsError(f"{missing[0]}: missing; run `reachline topics create`")
                self._partitions = {topic: len(there[topic]) for topic in (*INPUTS, SOURCES)}
                async for _, records in reader.read(there[SOURCES]):
                    for record in records:
                        if record.key == self._source:
                            self.stored = record.value
                        else:
                            self.others.add((record.key or b"").decode(errors="replace"))
        except BaseException:
            await self._writer.stop()
            raise
        return self

    async def __aexit__(
        self,
        failed: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._writer.stop()

    @property
    def _writer(self) -> Writer:
        assert self._open is not None, "inside async with"
        return self._open

    async def write(self, events: Iterable[Event], stored: bytes) -> None:
        """Writes events and what is to be stored with them: all, or nothing.

        Raises:
            TakenOverError: another import of this source has begun.
            WriteError: nothing was written, or it is not known whether all was; another output of
                this source knows, by what is stored then.
        """
        outputs: Outputs = {}
        for event in events:
            key = event.call_id.encode()
            to = self._partition(f"contact.{kind(event)}", key)
            outputs.setdefault(to, []).append((key, ndjson(event).rstrip(b"\n")))
        outputs[self._partition(SOURCES, self._source)] = [(self._source, stored)]
        try:
            await self._writer.write(outputs)
        except WriteError as error:
            if str(error).endswith(in_words(ProducerFenced())):
                name = self._source.decode()
                raise TakenOverError(
                    f"another import of {name} has begun: this one ends"
                ) from error
            raise
        self.stored = stored

    def _partition(self, topic: str, key: bytes) -> tuple[str, int]:
        """The partition that any producer chooses for a key."""
        every = [*range(self._partitions[topic])]
        return topic, self._choose(key, every, every)
