"""What a worker makes sure of before it joins its group.

Whoever joins has all others stop and share out the partitions again. A worker that can't work must
not: started again and again, it would take the lines of healthy ones off their pages each time. So
what is wrong from the start is looked for here, and ends it with one sentence.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from aiokafka import TopicPartition
from aiokafka.errors import KafkaError

from streams.engine.failures import in_words
from streams.engine.kafka import clients, codecs, topics
from streams.engine.kafka.described import MAY_READ, MAY_WRITE, Described, describe, ids_of
from streams.engine.kafka.forms import NEWEST, OLDEST, FormError, newer
from streams.engine.kafka.remembered import Committed, known_ids, newest_form
from streams.engine.kafka.topic_admin import too_small
from streams.engine.kafka.topics import TopicsError, misfits
from streams.engine.kafka.writer import Writer
from streams.settings import Settings

if TYPE_CHECKING:
    from aiokafka.admin import AIOKafkaAdminClient

_WRITES_WITHIN = 30.0
"""Seconds for a first transactional id: a new cluster creates a topic of its own for it."""

_COORDINATED_WITHIN = 30.0
"""Seconds until somebody coordinates the group: a new cluster creates a topic for that, too, and
one that has lost a broker needs some ten."""

_AGAIN = 0.2  # seconds between two questions


class NotReadyError(Exception):
    """A worker can't work here; the message says why and what to do."""


async def check(settings: Settings) -> None:
    """Returns when a worker with these settings can work.

    Raises:
        BrokerError: no broker lets it in.
        TopicsError: topics are missing, do not fit each other, are too small, may not be used, or
            are not those that the state is of.
        NotReadyError: a codec is missing, or the right to the group or to transactions; or the
            setting `form` is none of this release.
        FormError: the state was written by a newer release.
        KafkaError: the broker does not answer, or is too old.
    """
    missing = codecs.missing()
    if missing:
        raise NotReadyError(codecs.said(missing))
    if settings.form and not OLDEST <= settings.form <= NEWEST:
        raise NotReadyError(f"form: {settings.form}: this release writes {OLDEST} to {NEWEST}")
    async with clients.admin(settings) as admin:
        found = await describe(admin._client, topics.ALL)
        _raise(_of_partitions(found, settings.broker) or _of_rights(found))
        committed = await _committed(admin, settings.app)
    if (form := newest_form(committed)) > NEWEST:
        raise FormError(f"the state was {newer(form)}")
    _raise(await too_small(settings))
    await asyncio.gather(_may_write(settings), _compare(settings, committed, found))


async def _committed(admin: AIOKafkaAdminClient, group: str) -> Committed:
    """The offsets of the group, which only who may use it is told."""
    deadline = time.monotonic() + _COORDINATED_WITHIN
    while True:
        try:
            found: Committed = await admin.list_consumer_group_offsets(group)
            return found
        except KafkaError as error:
            if not error.retriable or time.monotonic() > deadline:
                raise NotReadyError(f"the group {group}: {in_words(error)}") from error
        await asyncio.sleep(_AGAIN)


def _raise(wrong: list[str]) -> None:
    if wrong:
        raise TopicsError("; ".join(wrong))


def _of_partitions(found: Mapping[str, Described], broker: str) -> list[str]:
    absent = [name for name in topics.ALL if name not in found]
    if absent:
        return [
            f"these topics do not exist, or this user may not see them: {', '.join(absent)}; "
            "create them with `reachline topics create`"
        ]
    return misfits({name: each.partitions for name, each in found.items()}, broker)


def _of_rights(found: Mapping[str, Described]) -> list[str]:
    needed = ((topics.READ, MAY_READ, "read"), (topics.WRITTEN, MAY_WRITE, "write to"))
    return [
        f"the broker does not allow this user to {verb} {', '.join(lacking)}"
        for names, operation, verb in needed
        if (lacking := [name for name in names if not found[name].allows(operation)])
    ]


async def _may_write(settings: Settings) -> None:
    """Starts a writer under an id that no partition has, which fences nobody who writes."""
    writer = Writer(settings, f"{settings.app}-check", _WRITES_WITHIN)
    await writer.start()
    await writer.stop()


def made_anew(committed: Committed, found: Mapping[str, Described]) -> list[str]:
    """The input topics that were created again since they were read."""
    ids = ids_of(found)
    return [
        topic for topic, known in known_ids(committed).items() if ids.get(topic, known) != known
    ]


async def ends_of(settings: Settings, tps: Collection[TopicPartition]) -> dict[TopicPartition, int]:
    """Where partitions end, as far as transactions are complete."""
    consumer = clients.reader(settings)
    try:
        await consumer.start()
        ends: dict[TopicPartition, int] = await consumer.end_offsets([*tps])
    finally:
        await consumer.stop()
    return ends


async def _compare(
    settings: Settings, committed: Committed, found: Mapping[str, Described]
) -> None:
    """Makes sure that the input topics are those whose events were read, and the state is there."""
    for topic in made_anew(committed, found):
        raise topics.anew(topic)
    sources = range(found[topics.STATE].partitions)
    read = {tp: offset.offset for tp, offset in committed.items() if tp.topic in topics.INPUTS}
    tps = [*read, *(TopicPartition(topics.STATE, each) for each in sources)]
    ends = await ends_of(settings, tps)
    for tp, offset in read.items():
        if offset > ends[tp]:
            raise topics.anew(tp.topic)
        if offset and not ends[TopicPartition(topics.STATE, tp.partition)]:
            raise TopicsError(
                f"{topics.STATE}: partition {tp.partition} is empty, but {offset} was committed of "
                f"{tp.topic}: it has been lost or set back; stop the workers and run "
                "`reachline rebuild`"
            )
