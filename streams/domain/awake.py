"""Which contacts in state are awake, and which rest because there are too many of them."""

from collections.abc import Container
from typing import Final

from streams.domain.open_contact import NEVER_READ, OpenContact

AWAKE_AT_MOST: Final = 20_000
"""Contacts in state that are not at rest: some 90 MB, where a million would take 4 GB. A city has
that many only in a disaster; whoever works off a backlog, or takes a state up, has more."""


class Awake:
    """The contacts that are awake, in the order in which they woke."""

    def __init__(self) -> None:
        self._contacts: dict[str, OpenContact] = {}

    def add(self, contact: OpenContact) -> None:
        """A contact has come into state; or one that rests wakes."""
        if contact.rests:
            contact.wake()
        self._contacts[contact.call_id] = contact

    def remove(self, call_id: str) -> None:
        """A contact leaves state."""
        del self._contacts[call_id]

    def lay_to_rest(self, unread: Container[str]) -> None:
        """Packs those that have been awake for longest, where there are too many.

        Args:
            unread: ids of those that were told more since they were read. What such a one added to
                the books can be found again by the events of then alone, so it stays awake; unless
                it never was read.
        """
        excess = len(self._contacts) - AWAKE_AT_MOST
        if excess <= 0:
            return
        tired: list[OpenContact] = []
        for call_id, contact in self._contacts.items():
            if len(tired) == excess:
                break
            if contact.as_of == NEVER_READ or call_id not in unread:
                tired.append(contact)
        for contact in tired:
            self.remove(contact.call_id)
            contact.rest()
