"""The messages of Asterisk's manager interface (AMI), out of bytes as they come.

A message is lines of ``Name: value`` up to an empty one; a server says its version in a line by
itself first. Bytes come in pieces that end anywhere. Names are compared without case, for versions
spell them differently.
"""

from collections.abc import Iterator
from typing import Final

LONGEST_MESSAGE: Final = 1 << 16
"""Bytes of a message. Those of queues have 2 KB; one of a channel has all its variables."""

_LONGEST_NAME: Final = 64

Message = dict[str, str]
"""Values by their names in small letters; of two of one name the first."""


class Messages:
    """Cuts messages out of bytes.

    Attributes:
        version: what the server has said of itself; empty before that.
        passed_over: messages that were too long, or no messages.
    """

    def __init__(self) -> None:
        self._rest = b""
        self._skipping = False
        self.version = ""
        self.passed_over = 0

    def feed(self, read: bytes) -> Iterator[Message]:
        """The messages that these bytes complete."""
        self._rest += read
        while (end := self._rest.find(b"\n\r\n")) >= 0 or (end := self._rest.find(b"\n\n")) >= 0:
            width = 3 if self._rest.startswith(b"\n\r\n", end) else 2
            block, self._rest = self._rest[: end + 1], self._rest[end + width :]
            if self._skipping:
                self._skipping = False
            elif message := self._message(block):
                yield message
        if len(self._rest) > LONGEST_MESSAGE:
            self.passed_over += not self._skipping
            self._skipping = True
            self._rest = self._rest[-3:]  # in which the end may begin

    def _message(self, block: bytes) -> Message:
        found: Message = {}
        for line in block.splitlines():
            try:
                text = line.decode()
            except UnicodeDecodeError:
                text = line.decode("latin-1")  # names, by an old system
            name, colon, value = text.partition(":")
            if not colon or not name or len(name) > _LONGEST_NAME:
                if name.startswith("Asterisk Call Manager/"):
                    self.version = name
                continue
            found.setdefault(name.strip().lower(), value.strip())
        if found and "event" not in found and "response" not in found:
            self.passed_over += 1
            return {}
        return found


def action(name: str, **values: str) -> bytes:
    """An action as it is sent. Raises ValueError where a value would be a line of its own."""
    lines = [f"Action: {name}", *(f"{key}: {value}" for key, value in values.items())]
    if any("\r" in line or "\n" in line for line in lines):
        raise ValueError("a user or secret of more than one line")
    return "".join(f"{line}\r\n" for line in (*lines, "")).encode()
