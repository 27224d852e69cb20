"""What the group keeps beside its offsets: the ids of the inputs, and the form that was written."""

import pytest
from aiokafka import TopicPartition
from aiokafka.structs import OffsetAndMetadata

from streams.engine.kafka import topics
from streams.engine.kafka.remembered import known_ids, metadata, newest_form


def committed(*said: str) -> dict[TopicPartition, OffsetAndMetadata]:
    return {
        TopicPartition(topics.PARTIALS, number): OffsetAndMetadata(7, each)
        for number, each in enumerate(said)
    }


def test_ids_and_form_are_read_as_they_were_kept() -> None:
    kept = committed(metadata({"contact.queue": "ab"}, 5))
    assert known_ids(kept) == {"contact.queue": "ab"}
    assert newest_form(kept) == 5


def test_the_newest_form_of_any_partition_counts_and_the_ids_of_any_that_has_some() -> None:
    kept = committed(metadata({}, 6), metadata({"contact.queue": "ab"}, 5), metadata({}, 4))
    assert (known_ids(kept), newest_form(kept)) == ({"contact.queue": "ab"}, 6)


@pytest.mark.parametrize("metadata", ["", "{", "[]", "7", '"x"', '{"form":"9"}', '{"others":"x"}'])
def test_what_somebody_else_has_written_beside_offsets_is_not_believed(metadata: str) -> None:
    assert (known_ids(committed(metadata)), newest_form(committed(metadata))) == ({}, 0)
    kept = committed(metadata, '{"contact.queue":"ab","form":4}')
    assert (known_ids(kept), newest_form(kept)) == ({"contact.queue": "ab"}, 4)


def test_offsets_of_other_topics_say_nothing() -> None:
    other = {TopicPartition("contact.queue", 0): OffsetAndMetadata(7, metadata({}, 9))}
    assert newest_form(other) == 0
