"""Records of contacts in state: what was told under a call id, in whatever order."""

from typing import Final

from streams.domain.open_contact import OpenContact
from streams.domain.rows import decode
from streams.engine.kafka.outputs import Record

CONTACT_PREFIX: Final = b"c|"
"""What the keys of these records begin with."""


def contact_record(contact: OpenContact) -> Record:
    """A contact's events."""
    return CONTACT_PREFIX + contact.call_id.encode(), contact.packed()


def contact_removed(call_id: str) -> Record:
    """Removes a contact's events."""
    return CONTACT_PREFIX + call_id.encode(), None


def from_contact_record(call_id: bytes, value: bytes) -> OpenContact:
    """The contact that was stored under this id, the key without its prefix."""
    contact = OpenContact.from_stored(call_id.decode(), decode(value))
    contact.is_stored = True
    return contact
