"""What is written to Kafka: records, and the outputs of one transaction."""

from aiokafka import ConsumerRecord

Record = tuple[bytes, bytes | None]
"""Key and value. A record without a value removes its key from a compacted topic."""

Outputs = dict[tuple[str, int], list[Record]]
"""Records by topic and partition, in the order in which they are written."""


def position_key(record: "ConsumerRecord[bytes, bytes]") -> bytes:
    """The key ``topic|partition|offset`` of what is written about a record: no other record has it,
    however often the same event is repeated."""
    return b"%b|%d|%d" % (record.topic.encode(), record.partition, record.offset)
