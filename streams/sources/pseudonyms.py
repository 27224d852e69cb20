"""Keyed pseudonyms: the same caller is recognised, and nobody can find out who it is.

HMAC-SHA256 under a key that only the city has. A plain hash is not enough: telephone numbers are so
few that a list of all their hashes is made in minutes.
"""

import hmac
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

KEY_VARIABLE: Final = "REACHLINE_PSEUDONYM_KEY"

SHORTEST_KEY: Final = 16
"""Bytes. Below 128 bits the key itself could be guessed by trying."""

_NUMBER = re.compile(r"\+?[0-9\s().\-/]+", re.ASCII)
_NOT_DIALLED = re.compile(r"[\s().\-/]+")


class KeyMissingError(Exception):
    """The key is missing, or too short to protect anybody."""


class Pseudonyms:
    """Makes pseudonyms under one key."""

    __slots__ = ("_key",)

    def __init__(self, key: bytes) -> None:
        """Raises KeyMissingError for a key of less than ``SHORTEST_KEY`` bytes."""
        if len(key) < SHORTEST_KEY:
            raise KeyMissingError(
                f"the pseudonym key has {len(key)} bytes, at least {SHORTEST_KEY} are needed; "
                "make one with: openssl rand -hex 32"
            )
        self._key = key

    def of(self, person: str) -> str:
        """The pseudonym of a caller or an agent: 32 hexadecimal digits.

        A telephone number gives the same pseudonym however it is punctuated, and with ``00`` as
        with ``+`` in front.

        >>> pseudonyms = Pseudonyms(b"sixteen bytes or more")
        >>> pseudonyms.of("+32 3 22 11 333") == pseudonyms.of("0032.3.2211333")
        True
        """
        person = person.strip()
        if _NUMBER.fullmatch(person):
            person = _NOT_DIALLED.sub("", person)
            if person.startswith("00"):
                person = "+" + person[2:]
        # Half of the digest: 128 bits are unique for every caller on earth, and keep events short.
        return hmac.digest(self._key, person.encode(), "sha256")[:16].hex()


def load(environment: Mapping[str, str], file: Path | None = None) -> Pseudonyms | None:
    """Pseudonyms under the key of a file, else of the environment; None if neither has one.

    Raises:
        KeyMissingError: the file can't be read, or the key is too short.
    """
    if file is not None:
        try:
            return Pseudonyms(file.read_bytes().strip())
        except OSError as error:
            raise KeyMissingError(f"the pseudonym key {file}: {error.strerror}") from error
    if KEY_VARIABLE in environment:
        return Pseudonyms(environment[KEY_VARIABLE].strip().encode())
    return None
