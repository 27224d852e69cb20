"""Until when certificates are valid: read out of their files, for a worker to say in time.

Python's ``ssl`` shows a certificate only of a connection, so the two instants are found here, in
the structure of RFC 5280, section 4.1: the validity is the fifth field of what is signed, after
version, serial number, algorithm and issuer.
"""

import re
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

_PEM: Final = re.compile(
    "-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL | re.ASCII
)
_VERSION: Final = 0xA0
_UTC_TIME, _GENERALIZED_TIME = 0x17, 0x18
_FIELDS_BEFORE: Final = 3
"""Serial number, algorithm and issuer, after a version that may be left out."""


def ends(path: str) -> list[datetime]:
    """When the certificates of a file in PEM end, in their order; those that can't be read are left
    out: whether they can be used is checked where they are.

    Raises:
        OSError: the file can't be read.
    """
    text = Path(path).read_text(encoding="ascii", errors="replace")
    return [end for pem in _PEM.findall(text) if (end := _end(pem)) is not None]


def _end(pem: str) -> datetime | None:
    try:
        _, certificate = next(_fields(ssl.PEM_cert_to_DER_cert(pem)))
        _, signed = next(_fields(certificate))
        fields = _fields(signed)
        tag, _ = next(fields)
        for _ in range(_FIELDS_BEFORE if tag == _VERSION else _FIELDS_BEFORE - 1):
            next(fields)
        _, validity = next(fields)
        _, (tag, text) = list(_fields(validity))
        return _instant(tag, text.decode("ascii"))
    except (ValueError, StopIteration, IndexError):
        return None


def _fields(encoded: bytes) -> Iterator[tuple[int, bytes]]:
    """Tag and content of each field, one after the other (X.690, section 8.1)."""
    at = 0
    while at < len(encoded):
        tag, length = encoded[at], encoded[at + 1]
        at += 2
        if length & 0x80:
            count = length & 0x7F
            length = int.from_bytes(encoded[at : at + count])
            at += count
        yield tag, encoded[at : at + length]
        at += length


def _instant(tag: int, text: str) -> datetime:
    """Of two digits of a year, those from 50 on are of the century before (RFC 5280, 4.1.2.5.1)."""
    if tag == _UTC_TIME:
        text = ("19" if text >= "50" else "20") + text
    elif tag != _GENERALIZED_TIME:
        raise ValueError(tag)
    return datetime.strptime(text, "%Y%m%d%H%M%SZ").replace(tzinfo=UTC)
