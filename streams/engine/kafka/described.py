"""What a broker says of topics beside their partitions: which topic it is, and what may be done.

A topic that is deleted and created again bears its name as before; only its id is another one.
aiokafka asks for metadata in a version without ids and rights, so the request is written down here.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from io import BytesIO
from typing import Any, Final, NamedTuple
from uuid import UUID

from aiokafka.errors import IncompatibleBrokerVersion, NodeNotReadyError
from aiokafka.protocol.api import Request, RequestStruct, Response
from aiokafka.protocol.types import (
    AbstractType,
    Boolean,
    CompactArray,
    CompactString,
    Int16,
    Int32,
    Schema,
    TaggedFields,
)

MAY_READ: Final = 3
MAY_WRITE: Final = 4
"""Operations of Kafka's ACLs, by their codes."""

_UNNAMED: Final = UUID(int=0)  # of a topic that is asked for by its name, or that has none
_NOT_SAID: Final = -(2**31)  # of the operations, by a broker that does not know


class Described(NamedTuple):
    """A topic.

    Attributes:
        id: which topic it is.
        partitions: how many it has.
        operations: what this user may do with it, a bit for the code of each.
    """

    id: UUID
    partitions: int
    operations: int

    def allows(self, operation: int) -> bool:
        """Whether this user may do that, or the broker does not say."""
        return self.operations == _NOT_SAID or bool(self.operations >> operation & 1)


async def describe(client: Any, names: Collection[str]) -> dict[str, Described]:
    """Those of some topics that there are and this user may see.

    Args:
        client: of aiokafka, which has found its brokers.
        names: asked for by name; none is created by that.

    Raises:
        IncompatibleBrokerVersion: the broker is older than Kafka 3.1, and knows of no ids.
        KafkaError: it does not answer.
    """
    node = client.get_random_node()
    if node is None:
        raise NodeNotReadyError("no broker is known")
    try:
        answer = await client.send(node, _Ask(names))
    except NotImplementedError as error:
        raise IncompatibleBrokerVersion("metadata with ids of topics") from error
    return {
        name: Described(id, len(partitions), operations)
        for error, name, id, _, partitions, operations, _ in answer.topics
        if not error
    }


def ids_of(found: Mapping[str, Described]) -> dict[str, str]:
    """The ids of topics, as texts; without those of a broker that gives none."""
    return {name: each.id.hex for name, each in found.items() if each.id != _UNNAMED}


class _Id(AbstractType[UUID]):  # type: ignore[misc]
    @classmethod
    def encode(cls, value: UUID) -> bytes:
        return value.bytes

    @classmethod
    def decode(cls, data: BytesIO) -> UUID:
        return UUID(bytes=data.read(16))


class _Answer(Response):  # type: ignore[misc]
    """Metadata, version 12 (Apache Kafka 3.1 and later)."""

    API_KEY = 3
    API_VERSION = 12
    SCHEMA = Schema(
        ("throttle_time_ms", Int32),
        (
            "brokers",
            CompactArray(
                ("node_id", Int32),
                ("host", CompactString("utf-8")),
                ("port", Int32),
                ("rack", CompactString("utf-8")),
                ("tags", TaggedFields),
            ),
        ),
        ("cluster_id", CompactString("utf-8")),
        ("controller_id", Int32),
        (
            "topics",
            CompactArray(
                ("error_code", Int16),
                ("name", CompactString("utf-8")),
                ("topic_id", _Id),
                ("is_internal", Boolean),
                (
                    "partitions",
                    CompactArray(
                        ("error_code", Int16),
                        ("partition", Int32),
                        ("leader", Int32),
                        ("leader_epoch", Int32),
                        ("replicas", CompactArray(Int32)),
                        ("isr", CompactArray(Int32)),
                        ("offline_replicas", CompactArray(Int32)),
                        ("tags", TaggedFields),
                    ),
                ),
                ("operations", Int32),
                ("tags", TaggedFields),
            ),
        ),
        ("tags", TaggedFields),
    )


class _Request(RequestStruct):  # type: ignore[misc]
    FLEXIBLE_VERSION = True
    API_KEY = _Answer.API_KEY
    API_VERSION = _Answer.API_VERSION
    RESPONSE_TYPE = _Answer
    SCHEMA = Schema(
        (
            "topics",
            CompactArray(
                ("topic_id", _Id), ("name", CompactString("utf-8")), ("tags", TaggedFields)
            ),
        ),
        ("allow_auto_topic_creation", Boolean),
        ("include_topic_authorized_operations", Boolean),
        ("tags", TaggedFields),
    )


class _Ask(Request[_Request]):  # type: ignore[misc]
    API_KEY = _Answer.API_KEY

    def __init__(self, names: Collection[str]) -> None:
        self._names = names

    def build(self, request_struct_class: type[_Request]) -> _Request:
        nothing: dict[int, bytes] = {}
        asked = [(_UNNAMED, name, nothing) for name in sorted(self._names)]
        return request_struct_class(asked, False, True, nothing)
