"""Records as a consumer gives them, of what is written."""

from collections.abc import Iterable

from aiokafka import ConsumerRecord

from streams.engine.kafka.outputs import Record


def consumed(
    topic: str, records: Iterable[Record], partition: int = 0, first: int = 0
) -> list[ConsumerRecord[bytes, bytes]]:
    """These records as they lie in a partition, from an offset on."""
    return [
        ConsumerRecord(topic, partition, offset, 0, 0, key, value, None, 0, 0, ())
        for offset, (key, value) in enumerate(records, first)
    ]
