"""Writing in transactions: all of a checkpoint's records, or none, and only by the owner.

There is one producer per source partition (and per partition of line partials and of callers'
calls), each with a transactional id of its own. When a successor starts, the broker fences the
older writer under that id: a worker that was paused past its session can't overwrite what came
after it.
"""

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from aiokafka.errors import IllegalOperation
from aiokafka.producer.message_accumulator import BatchBuilder

from streams.engine.failpoints import failpoint
from streams.engine.failures import in_words
from streams.engine.kafka import clients
from streams.engine.kafka.broker_time import BrokerTime
from streams.engine.kafka.forms import Written
from streams.engine.kafka.outputs import Outputs, Record
from streams.engine.kafka.topics import LARGEST_RECORD, TIMED
from streams.settings import Settings

_BATCH_BYTES = 1_000_000
"""Bytes of records appended before a batch is handed over: the brokers' usual limit per message."""

_OVERHEAD = 32
"""Bytes that a record takes in a batch beside key and value: lengths, offset, timestamp, form."""

LARGEST = LARGEST_RECORD - 1024
"""Bytes of key and value of the largest record that still fits when it is a batch by itself."""

_APPENDED = 1  # a timestamp that the broker made

_TIMEOUT_MS = 60_000
"""How long a transaction may stay open before the broker aborts it. A checkpoint takes well under a
second, so this only bounds what a dead worker leaves behind when nobody replaces it."""

_STOP_LIMIT = 5.0
"""Seconds. aiokafka waits for batches that a dead broker will never acknowledge; nothing
unacknowledged is worth waiting for."""


class WriteError(Exception):
    """Records were not written; nothing of their transaction will be seen."""


class Writer:
    """Writes checkpoints under one transactional id.

    Args:
        settings: how to reach the broker.
        transactional_id: whose writers before this one are fenced.
        timeout: seconds for one transaction.
        written: in which form; each record says it.
        time: what hears when the brokers append.

    Attributes:
        written: the same.
    """

    def __init__(
        self,
        settings: Settings,
        transactional_id: str,
        timeout: float,
        written: Written | None = None,
        time: BrokerTime | None = None,
    ) -> None:
        self._id = transactional_id
        self._timeout = timeout
        self.written = written or Written(settings.form)
        self._time = time or BrokerTime()
        self._producer = clients.producer(
            settings,
            transactional_id=transactional_id,
            transaction_timeout_ms=_TIMEOUT_MS,
            max_batch_size=LARGEST_RECORD,
            max_request_size=LARGEST_RECORD,
            request_timeout_ms=int(timeout * 1000),
        )

    async def start(self) -> None:
        """Fences the writers before it under this id.

        Raises:
            WriteError: the broker did not let it, or not in time.
        """
        try:
            async with asyncio.timeout(self._timeout):
                await self._producer.start()
        except BaseException as error:
            await self.stop()
            if isinstance(error, Exception):
                raise self._failed(error) from error
            raise

    async def stop(self) -> None:
        """Closes the connection, whether the broker answers or not."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_STOP_LIMIT):
                await self._producer.stop()

    async def write(self, outputs: Outputs) -> None:
        """Writes these records in one transaction; returns when all are acknowledged.

        Raises:
            WriteError: anything failed, timed out, or a successor has fenced this writer.
        """
        try:
            async with asyncio.timeout(self._timeout):
                await self._producer.begin_transaction()
                sent = [
                    await self._send(topic, partition, records)
                    for (topic, partition), records in outputs.items()
                    if records
                ]
                failpoint("sent, not acknowledged")
                for acknowledgements in sent:
                    for acknowledged in acknowledgements:
                        await acknowledged
                failpoint("acknowledged, transaction open")
                await self._producer.commit_transaction()
        except Exception as error:
            raise self._failed(error) from error

    def _failed(self, error: Exception) -> WriteError:
        late = f"Kafka has not answered for {self._timeout:g} s"
        why = late if type(error) is TimeoutError else in_words(self._cause(error))
        return WriteError(f"{self._id}: {why}")

    def _cause(self, error: Exception) -> BaseException:
        """Why the transaction is over, where aiokafka says only that there is none: that is what a
        writer gets that was fenced between two batches."""
        if isinstance(error, IllegalOperation):
            over: asyncio.Future[None] = self._producer._txn_manager.wait_for_transaction_end()
            if over.done() and not over.cancelled():
                return over.exception() or error
        return error

    async def _send(
        self, topic: str, partition: int, records: Iterable[Record]
    ) -> list["asyncio.Future[object]"]:
        # Batches built by hand: `send` costs 20 us a record, `append` 1 us.
        sent = []
        batch, size = self._producer.create_batch(), 0
        headers = self.written.headers(topic)
        for key, value in records:
            length = len(key) + len(value or b"")
            if length > LARGEST:
                raise WriteError(f"{topic}: a record of {length} bytes, more than {LARGEST}")
            if size and size + length > _BATCH_BYTES:
                sent.append(await self._send_batch(batch, topic, partition))
                batch, size = self._producer.create_batch(), 0
            batch.append(timestamp=None, key=key, value=value, headers=headers)
            size += length + _OVERHEAD
        sent.append(await self._send_batch(batch, topic, partition))
        return sent

    async def _send_batch(
        self, batch: BatchBuilder, topic: str, partition: int
    ) -> "asyncio.Future[object]":
        sent: asyncio.Future[object]
        sent = await self._producer.send_batch(batch, topic, partition=partition)
        sent.add_done_callback(self._acknowledged)
        return sent

    def _acknowledged(self, sent: "asyncio.Future[Any]") -> None:
        # The first failure ends the worker; nobody looks at the others.
        if sent.cancelled() or sent.exception() is not None:
            return
        said = sent.result()
        if said.topic not in TIMED:
            return
        leader = self._producer.client.cluster.leader_for_partition(said.topic_partition)
        by_broker = said.timestamp_type == _APPENDED
        self._time.heard(
            -1 if leader is None else leader, said.timestamp * 1000 if by_broker else None
        )
