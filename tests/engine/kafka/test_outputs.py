"""What is written about a record has a key of its own."""

from aiokafka import ConsumerRecord

from streams.engine.kafka.outputs import position_key


def record(topic: str, partition: int, offset: int) -> ConsumerRecord[bytes, bytes]:
    return ConsumerRecord(topic, partition, offset, 0, 0, b"call", b"{}", None, 0, 0, ())


def test_the_key_says_where_the_record_lies() -> None:
    assert position_key(record("contact.queue", 3, 118)) == b"contact.queue|3|118"


def test_no_two_records_have_one_key_however_alike_they_are() -> None:
    lying = [
        (topic, partition, offset)
        for topic in ("contact.queue", "contact.hangup")
        for partition in (1, 11)
        for offset in (1, 11, 111)
    ]
    assert len({position_key(record(*where)) for where in lying}) == len(lying)
