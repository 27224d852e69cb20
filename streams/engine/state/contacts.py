"""Records of contacts in state: a contact's facts, under its call id."""

from collections.abc import Sequence
from typing import Any, Final

import msgspec
import orjson

from streams.domain.cells import OpenContact
from streams.engine.kafka.outputs import Record

CONTACT_PREFIX: Final = b"c|"
"""What the keys of these records begin with."""

# Reads tuples, named or not, as they are; orjson would need them copied into lists first.
_encode: Final = msgspec.json.Encoder().encode


def contact_record(contact: OpenContact) -> Record:
    """A contact's facts."""
    return CONTACT_PREFIX + contact.call_id.encode(), _encode(contact.facts())


def contact_removed(call_id: str) -> Record:
    """Removes a contact's facts."""
    return CONTACT_PREFIX + call_id.encode(), None


def from_contact_record(call_id: bytes, value: bytes) -> OpenContact:
    """The contact that was stored under this id, the key without its prefix."""
    facts: Sequence[Any] = orjson.loads(value)
    return OpenContact.from_facts(call_id.decode(), facts)
