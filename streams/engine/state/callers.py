"""Records of callers' calls, on a topic of their own: the key is caller and contact.

Between them stand the clocks of the source partitions, for a callback is broken by time alone.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import msgspec
import orjson

from streams.domain.caller_history import Call
from streams.engine.kafka.outputs import Record


def call_record(caller: str, contact: str, call: Call | None) -> Record:
    """What a contact says of its caller; without a call, that it turned out to be another's."""
    key = orjson.dumps([caller, contact])
    return key, None if call is None else msgspec.json.encode(call)


def from_call_key(key: bytes) -> tuple[str, str]:
    """The caller and the contact (``Call.contact``) of a record."""
    caller, contact = orjson.loads(key)
    return caller, contact


from_call_value: Final = msgspec.json.Decoder(Call).decode
"""The call that a record's value holds."""


class Glance(msgspec.Struct, array_like=True, gc=False):
    """Of a call no more than what its owner asks when it comes, which is enough for a caller's only
    call; of all others the rest is read when they are booked, all calls of a caller together."""

    caller: msgspec.Raw
    begun: int
    call_id: msgspec.Raw
    answers: tuple[tuple[int, str, int], ...]
    bookings: tuple[tuple[str, int], ...]
    callbacks: msgspec.Raw

    @property
    def answered(self) -> int | None:
        """The instant of the first answer."""
        return self.answers[0][0] if self.answers else None

    @property
    def has_callbacks(self) -> bool:
        return len(self.callbacks) > len("[]")


glance: Final = msgspec.json.Decoder(Glance).decode
"""The same, as far as it is asked for when it comes."""


_CLOCK: Final = b"c|"


class SourceClock(NamedTuple):
    """How far a source partition had come when it had told all calls before this record.

    Attributes:
        source: which source partition.
        complete_until: the instant up to which its calls are complete.
        held: starts of the old intervals in which something of its contacts in state happened.
    """

    source: int
    complete_until: int
    held: list[int]


def clock_record(source: int, complete_until: int, held: Sequence[int]) -> Record:
    """How far a source partition has come; see `SourceClock`."""
    return b"%b%d" % (_CLOCK, source), orjson.dumps([complete_until, held])


def from_clock_record(key: bytes, value: bytes | None) -> SourceClock | None:
    """The clock that a record holds; None of a call."""
    if not key.startswith(_CLOCK) or value is None:
        return None
    complete_until, held = orjson.loads(value)
    return SourceClock(int(key.removeprefix(_CLOCK)), complete_until, held)
