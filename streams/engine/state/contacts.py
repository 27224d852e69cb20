"""Records of contacts in state: what was told under a call id, in whatever order."""

from typing import Any, Final

import msgspec

from streams.domain.cells import OpenContact
from streams.engine.kafka.outputs import Record

CONTACT_PREFIX: Final = b"c|"
"""What the keys of these records begin with."""

_encode: Final = msgspec.msgpack.Encoder().encode
_decode: Final = msgspec.msgpack.Decoder(list[Any]).decode


def contact_record(contact: OpenContact) -> Record:
    """A contact's events."""
    return CONTACT_PREFIX + contact.call_id.encode(), _encode(contact.at_rest())


def contact_removed(call_id: str) -> Record:
    """Removes a contact's events."""
    return CONTACT_PREFIX + call_id.encode(), None


def from_contact_record(call_id: bytes, value: bytes) -> OpenContact:
    """The contact that was stored under this id, the key without its prefix."""
    contact = OpenContact.from_stored(call_id.decode(), _decode(value))
    contact.is_stored = True
    return contact
