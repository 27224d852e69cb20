"""Records of retired contacts: the ids that one checkpoint covered.

They are remembered for as long as events of their calls could still come. The key is ``g|number``
of the checkpoint.
"""

from typing import Final, NamedTuple

import orjson

from streams.engine.kafka.outputs import Record

RETIRED_PREFIX: Final = b"g|"
"""What the keys of these records begin with."""


class RetiredIds(NamedTuple):
    """The contacts that were retired with one checkpoint, each with its newest instant, and the
    checkpoint's watermark."""

    watermark: int
    newest: dict[str, int]


def retired_record(number: int, ids: RetiredIds) -> Record:
    """The ids that a checkpoint covered."""
    return retired_key(number), orjson.dumps([ids.watermark, ids.newest])


def retired_removed(number: int) -> Record:
    """Evicts the ids that a checkpoint covered."""
    return retired_key(number), None


def retired_key(number: int) -> bytes:
    """The key of a checkpoint's ids."""
    return b"%b%d" % (RETIRED_PREFIX, number)


def from_retired_record(value: bytes) -> RetiredIds:
    """The ids that a record holds."""
    watermark, newest = orjson.loads(value)
    return RetiredIds(watermark, newest)
