"""What can't be asked for again, on the disk until it is written: a queue of entries in files.

One writes and one reads, in the same process or in two lives of it. Entries go into segments, whose
names are the time at which they were begun; each life of the writer begins a new one, for the last
entry of the one before may be cut. The reader's place is kept elsewhere, with what it has made of
the entries; segments before it are removed.

The spool is bounded: when it is full, what comes is not taken, and counted. With a key, entries
are encrypted (AES-256-GCM), each bound to its place, so that none can be read, changed or moved.
Without one they are plain, in files that only their owner can read.
"""

import hashlib
import os
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO, Final

from msgspec import Struct

SEGMENT: Final = 1 << 20
"""Bytes after which another segment is begun: what is written is removed in pieces of that size."""

LONGEST_ENTRY: Final = 1 << 17
"""Bytes of an entry: more is no length, but a damaged file."""

NEARLY: Final = 0.8
"""The part of the bound from which on it is nearly full: of a night's events two hours are left."""

_SUFFIX: Final = ".spool"
_LENGTH: Final = struct.Struct(">I")
_NONCE: Final = 12  # bytes, as the mode wants it


class SpoolError(Exception):
    """The spool can't be used; the message says why."""


class SpoolPlace(Struct):
    """A place in the spool: of the segment's bytes so many are read."""

    segment: int = 0
    offset: int = 0


class Spool:
    """The queue of entries in a directory.

    Args:
        directory: is made where it is missing.
        most: bytes that it may take on the disk.
        key: of the encryption; any bytes that are hard to guess.

    Attributes:
        lost: entries that were not taken, as it was full or could not be written.

    Raises:
        SpoolError: the directory can't be written, or a key is given without the extra.
    """

    def __init__(self, directory: Path, most: int, key: bytes | None = None) -> None:
        self._directory = directory
        self._most = most
        self._cipher = _Cipher(key)
        self._lock = threading.Lock()
        self._open: IO[bytes] | None = None
        self._writing = 0
        self.lost = 0
        try:
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not os.access(directory, os.W_OK | os.X_OK):
                raise PermissionError(13, "Permission denied")
            self._size = sum(path.stat().st_size for path in self._paths())
        except OSError as error:
            raise SpoolError(f"the spool {directory}: {error.strerror}") from error

    @property
    def fill(self) -> float:
        """Which part of its bound is taken."""
        return self._size / self._most

    def put(self, entry: bytes) -> bool:
        """Appends an entry; False where it was not taken. It outlives the process, but of a machine
        that loses its power the last second may be gone."""
        with self._lock:
            if len(entry) > LONGEST_ENTRY // 2:
                self.lost += 1
                return False
            try:
                if self._open is None or self._open.tell() >= SEGMENT:
                    self._begin()
                assert self._open is not None
                offset = self._open.tell()
                written = self._cipher.sealed(entry, _bound(self._writing, offset))
                if self._size + _LENGTH.size + len(written) > self._most:
                    self.lost += 1
                    return False
                self._open.write(_LENGTH.pack(len(written)) + written)
                self._open.flush()
            except OSError:
                with suppress(OSError):
                    self._close()  # behind what broke off, no reader goes on
                self._open = None
                self.lost += 1
                return False
            self._size += _LENGTH.size + len(written)
            return True

    def entries(self, place: SpoolPlace, most: int) -> Iterator[tuple[bytes | None, SpoolPlace]]:
        """The entries behind a place, at most so many, each with the place behind it; None for what
        is there and can't be read: written under another key, or damaged."""
        found = 0
        for path in self._paths():
            segment = int(path.stem)
            if segment < place.segment:
                continue
            offset = place.offset if segment == place.segment else 0
            try:
                content = path.open("rb")
            except FileNotFoundError:
                continue
            with content:
                content.seek(offset)
                while found < most and (read := self._entry(content, segment, offset)):
                    entry, offset = read
                    found += 1
                    yield entry, SpoolPlace(segment, offset)
            if found >= most:
                return

    def _entry(
        self, content: IO[bytes], segment: int, offset: int
    ) -> tuple[bytes | None, int] | None:
        """The entry at an offset, and the offset behind it; None where none is whole."""
        head = content.read(_LENGTH.size)
        if len(head) < _LENGTH.size:
            return None
        (length,) = _LENGTH.unpack(head)
        if length > LONGEST_ENTRY:
            size = os.fstat(content.fileno()).st_size
            content.seek(size)
            return None, size  # no length: nothing behind it can be told apart
        written = content.read(length)
        if len(written) < length:
            return None
        return self._cipher.opened(written, _bound(segment, offset)), offset + len(head) + length

    def remove_before(self, place: SpoolPlace) -> None:
        """Removes the segments that were read to their ends."""
        with self._lock:
            for path in self._paths():
                if int(path.stem) < place.segment:
                    self._size -= path.stat().st_size
                    path.unlink()

    def close(self) -> None:
        """Closes the segment that is being written."""
        with self._lock:
            self._close()

    def _close(self) -> None:
        if self._open is not None:
            self._open.close()
            self._open = None

    def _begin(self) -> None:
        """Begins a segment, whose name is above all before it, whatever the clock says."""
        self._close()
        last = max((int(path.stem) for path in self._paths()), default=0)
        self._writing = max(time.time_ns(), last + 1, self._writing + 1)
        descriptor = os.open(self._path(self._writing), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        self._open = os.fdopen(descriptor, "wb")

    def _path(self, segment: int) -> Path:
        return self._directory / f"{segment:020}{_SUFFIX}"

    def _paths(self) -> list[Path]:
        return sorted(path for path in self._directory.glob(f"*{_SUFFIX}") if path.stem.isdecimal())


def _bound(segment: int, offset: int) -> bytes:
    """What an entry is bound to: its place."""
    return b"%d:%d" % (segment, offset)


class _Cipher:
    """Seals entries, if there is a key."""

    def __init__(self, key: bytes | None) -> None:
        self._aead = None
        if key is not None:
            try:
                from cryptography.hazmat.primitives.ciphers.aead import AESGCM
            except ImportError:
                raise SpoolError(
                    "to encrypt the spool, install the extra: pip install 'reachline[spool]'"
                ) from None
            self._aead = AESGCM(hashlib.sha256(b"reachline spool\0" + key).digest())

    def sealed(self, entry: bytes, bound: bytes) -> bytes:
        if self._aead is None:
            return entry
        nonce = os.urandom(_NONCE)
        return nonce + self._aead.encrypt(nonce, entry, bound)

    def opened(self, written: bytes, bound: bytes) -> bytes | None:
        """The entry; None if it is none under this key."""
        if self._aead is None:
            return written
        from cryptography.exceptions import InvalidTag

        try:
            return bytes(self._aead.decrypt(written[:_NONCE], written[_NONCE:], bound))
        except (InvalidTag, ValueError):
            return None
