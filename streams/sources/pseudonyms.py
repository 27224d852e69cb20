"""Keyed pseudonyms: the same caller is recognised, and nobody can find out who it is.

HMAC-SHA256 under a key that only the city has. A plain hash is not enough: telephone numbers are so
few that a list of all their hashes is made in minutes.
"""

import hmac
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from streams.sources.private_files import PrivateFileError, read_private

KEY_VARIABLE: Final = "REACHLINE_PSEUDONYM_KEY"

SHORTEST_KEY: Final = 16
"""Bytes. Below 128 bits the key itself could be guessed by trying."""

_FEWEST_SIGNS: Final = 8
"""Of 32 random hexadecimal digits one set in a hundred million has fewer different ones."""

_LONGEST_UNIT: Final = 8
"""Bytes of a unit that fills a key by being repeated: no more than a password has."""

_FEWEST_DIGITS: Final = 39
"""Decimal digits that hold 128 bits."""

_HEXADECIMAL = re.compile(rb"[0-9A-Fa-f]{32,}")
_WORDS = re.compile(rb"[a-z]{4,}|[A-Z]{4,}")
_MOST_IN_WORDS: Final = 0.7
"""A fifth of a random key in base64 stands in runs of four small or four capital letters, of a
sentence without blanks nearly all."""

_NUMBER = re.compile(r"\+?[0-9\s().\-/]+", re.ASCII)
_NOT_DIALLED = re.compile(r"[\s().\-/]+")


class KeyMissingError(Exception):
    """The key is missing, or protects nobody: it could be guessed, or others can read it."""


class Pseudonyms:
    """Makes pseudonyms under one key."""

    __slots__ = ("_key",)

    def __init__(self, key: bytes) -> None:
        """Raises KeyMissingError for a key that could be guessed."""
        weakness = _weakness(key)
        if weakness:
            raise KeyMissingError(
                f"the pseudonym key {weakness}; make one with: openssl rand -hex 32"
            )
        self._key = key

    def of(self, person: str) -> str:
        """The pseudonym of a caller or an agent: 32 hexadecimal digits.

        A telephone number gives the same pseudonym however it is punctuated, and with ``00`` as
        with ``+`` in front.

        >>> pseudonyms = Pseudonyms(b"8f3a61c0d27be945")
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


def _weakness(key: bytes) -> str | None:
    """Why a key could be guessed; None if nothing speaks for that."""
    if len(key) < SHORTEST_KEY:
        return f"has {len(key)} bytes, at least {SHORTEST_KEY} are needed"
    if len(set(key)) < _FEWEST_SIGNS:
        return f"has {len(set(key))} different characters, which could be guessed"
    if any(key == (key[:unit] * len(key))[: len(key)] for unit in range(1, _LONGEST_UNIT + 1)):
        return "repeats itself, and could be guessed"
    if key.isdigit() and len(key) < _FEWEST_DIGITS:
        return "has digits alone, too few of them"
    if _HEXADECIMAL.fullmatch(key):
        return None  # of which "deadbeef" may be a part
    words = sum(map(len, _WORDS.findall(key)))
    if key.isascii() and (b" " in key or words > _MOST_IN_WORDS * len(key)):
        return "reads as words, which could be guessed"
    return None


def load(environment: Mapping[str, str], file: Path | None = None) -> Pseudonyms | None:
    """Pseudonyms under the key of a file, else of the environment; None if neither has one.

    Raises:
        KeyMissingError: the file can't be read, or everybody can read it; or the key could be
            guessed.
    """
    if file is not None:
        return Pseudonyms(read_key(file, "the pseudonym key"))
    if KEY_VARIABLE in environment:
        return Pseudonyms(environment[KEY_VARIABLE].strip().encode())
    return None


def needed(environment: Mapping[str, str], file: Path | None, who: str) -> Pseudonyms:
    """The same for a source that names callers and agents.

    Args:
        who: names them, in a message.

    Raises:
        KeyMissingError: as ``load``; or neither has a key.
    """
    keyed = load(environment, file)
    if keyed is None:
        raise KeyMissingError(
            f"{who} names callers and agents, who are never stored as they are: set "
            f"{KEY_VARIABLE}, or give a key file; openssl rand -hex 32 makes a key"
        )
    return keyed


def read_key(file: Path, what: str) -> bytes:
    """The key in a file.

    Args:
        what: it is, in a message.

    Raises:
        KeyMissingError: the file can't be read, or everybody can read it; or the key could be
            guessed.
    """
    try:
        key = read_private(file, what)
    except PrivateFileError as error:
        raise KeyMissingError(str(error)) from error
    if weakness := _weakness(key):
        raise KeyMissingError(f"{what} {weakness}; make one with: openssl rand -hex 32")
    return key
