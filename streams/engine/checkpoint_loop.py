"""When checkpoints are made, and in which order.

A checkpoint of a source partition:

1. stop at a batch edge: the ledger is settled at the partition's clock and gives what changed;
2. send changelog and outputs in the partition's own transaction;
3. await every acknowledgement and the commit of the transaction;
4. only then commit the input offsets.

Anything that fails ends the worker: its successor starts from the last checkpoint that was whole.
The same runs on revocation, before anybody else can have the partition. Steps 1 to 3 of several
partitions go side by side; the offsets of all of them are committed together.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Protocol

from aiokafka import TopicPartition

from streams.domain.detector import AlertChange
from streams.engine.failpoints import failpoint
from streams.engine.kafka import topics
from streams.engine.kafka.writer import Outputs, Writer
from streams.engine.roles.caller_owner import CallerOwner
from streams.engine.roles.contact_owner import Source
from streams.engine.roles.line_owner import LineOwner

Commit = Callable[[Mapping[TopicPartition, int]], Awaitable[None]]


class ReadToEnd(Protocol):
    """When everything in a partition was last known to be read; None while records wait."""

    def __call__(self, tp: TopicPartition) -> int | None: ...


async def of_sources(
    sources: Iterable[Source],
    writers: Mapping[int, Writer],
    read_to_end: ReadToEnd,
    generation: int,
    commit: Commit,
    lazily_before: int,
) -> int:
    """Makes a checkpoint of each source partition; gives how many were made.

    Those whose clock is before ``lazily_before`` are settled lazily: nobody looks yet.

    One of which some topic has neither brought an event nor been read to its end has no clock yet;
    its facts and dead letters are written all the same.

    Raises:
        WriteError, CommitError: it is not durable; the worker must end.
    """
    written = []
    writes = []
    departing = False
    for source in sources:
        ends = {
            topic: read_to_end(TopicPartition(topic, source.partition)) for topic in topics.INPUTS
        }
        clock = source.clock(ends)
        outputs = source.checkpoint(clock, generation, lazily=clock < lazily_before)
        offsets = {
            TopicPartition(topic, source.partition): position
            for topic, position in source.positions.items()
        }
        departing |= source.departing
        written.append(offsets)
        writes.append(asyncio.ensure_future(_write(writers[source.partition], outputs)))
        await asyncio.sleep(0)  # sending begins, and heartbeats go out, before the next is settled
    await _all(writes)
    failpoint("written, not committed")
    offsets = {tp: position for each in written for tp, position in each.items()}
    if offsets:
        await commit(offsets)
    failpoint("committed")
    if departing:
        failpoint("final, not dropped")
    return len(written)


async def of_lines(
    owners: Iterable[LineOwner],
    writers: Mapping[int, Writer],
    generation: int,
    commit: Commit,
) -> list[AlertChange]:
    """Publishes final intervals and alerts, then commits how far the partials were read; gives the
    changes of alerts, which are durable now and may be told to people."""
    owners = list(owners)
    positions = {
        TopicPartition(topics.PARTIALS, owner.partition): owner.position for owner in owners
    }
    writes = []
    for owner in owners:
        outputs = owner.outputs(generation)
        if any(outputs.values()):
            writes.append(_write(writers[owner.partition], outputs))
    await _all(writes)
    if positions:
        await commit(positions)
    return [change for owner in owners for change in owner.published()]


async def of_callers(
    owners: Iterable[CallerOwner],
    writers: Mapping[int, Writer],
    generation: int,
    commit: Commit,
) -> None:
    """Tells what callers' histories changed, then commits how far the calls were read."""
    owners = list(owners)
    positions = {
        TopicPartition(topics.CALLERS, owner.partition): owner.position for owner in owners
    }
    writes = []
    for owner in owners:
        outputs = owner.outputs(generation)
        if outputs:
            writes.append(_write(writers[owner.partition], outputs))
    await _all(writes)
    if positions:
        await commit(positions)


async def _write(writer: Writer, outputs: Outputs) -> None:
    failpoint("before sending")
    await writer.write(outputs)


async def _all(writes: Iterable[Awaitable[None]]) -> None:
    """Awaits every write, so that none goes on unseen, then raises what any of them raised."""
    for outcome in await asyncio.gather(*writes, return_exceptions=True):
        if isinstance(outcome, BaseException):
            raise outcome
