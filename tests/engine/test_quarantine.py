"""What is told of a record that is too large to be written."""

from __future__ import annotations

import orjson
import pytest

from streams.engine.kafka import topics
from streams.engine.kafka.outputs import Outputs
from streams.engine.kafka.writer import LARGEST
from streams.engine.quarantine import Quarantine, letter, size_of
from tests.numbers import repeats


def test_the_letter_names_the_record_by_its_digest_and_repeats_nothing_of_it() -> None:
    large = (b"+32470123456", b"{" + b"x" * LARGEST)
    there, (key, value) = letter(topics.JOURNEYS, 2, large)
    told = orjson.loads(value)
    assert there == 2
    assert key.decode() == f"{topics.JOURNEYS}|2|{told['digest']}"
    assert (told["topic"], told["partition"], told["offset"]) == (topics.JOURNEYS, 2, None)
    assert told["reason"] == "oversized" and len(told["digest"]) == 64
    assert f"{LARGEST + 13} bytes" in told["detail"]
    assert not repeats(told["detail"], "+32470123456")
    _, (again, _) = letter(topics.JOURNEYS, 2, large)
    assert again == key


def test_a_record_without_a_value_has_the_size_of_its_key() -> None:
    assert size_of((b"key", None)) == 3


@pytest.mark.parametrize(
    ("topic", "partition", "there"),
    [
        (topics.JOURNEYS, 3, 3),
        (topics.LATE, 1, 1),
        (topics.DEAD, 1, 1),
        (topics.INTERVALS, 7, 0),  # of lines there may be more partitions than dead letters have
        (topics.ALERTS, 7, 0),
        (topics.PARTIALS, 7, 0),
        (topics.CALLERS, 7, 0),
    ],
)
def test_of_what_is_too_large_a_letter_is_written_instead(
    topic: str, partition: int, there: int
) -> None:
    large = (b"b", bytes(LARGEST))
    outputs: Outputs = {
        (topics.STATE, 3): [(b"s", b"1")],
        (topic, partition): [(b"a", b"1"), large, (b"c", None), (b"d", bytes(LARGEST - 1))],
    }
    quarantine = Quarantine()
    written = quarantine(outputs)
    assert quarantine.counts == {topic: 1}
    assert [key for key, _ in written[topic, partition]][:3] == [b"a", b"c", b"d"]
    key, _ = written[topics.DEAD, there][-1]
    assert key.startswith(b"%b|%d|" % (topic.encode(), partition))
    assert sum(map(len, written.values())) == 5
    assert outputs[topic, partition][1] == large, "it is somebody else's"


def test_the_state_is_never_parted() -> None:
    """To go on without a piece of it would be to count wrong: the writer ends."""
    outputs: Outputs = {(topics.STATE, 0): [(b"b", bytes(LARGEST))]}
    assert Quarantine()(outputs) == outputs
