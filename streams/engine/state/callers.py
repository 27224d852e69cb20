"""Records of callers' calls, on a topic of their own: the key is caller and contact."""

from typing import Final

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
