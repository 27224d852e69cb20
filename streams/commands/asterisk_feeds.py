"""Where the records of an Asterisk are read: its log, or the same as a table."""

import time
from collections.abc import Callable
from datetime import tzinfo
from pathlib import Path
from typing import Final, Protocol

import msgspec

from streams.commands.common import USAGE, CommandError, say, wall
from streams.sources.asterisk_table import ServerAwayError, Table, TablePosition
from streams.sources.databases import AddressError, Database, read_address
from streams.sources.log_files import Line, Log, Position, beginning

_SIZE: Final = 1 << 18
"""Bytes of lines that become events together: some 3,000, and half a megabyte of events, which is
what a broker takes at once."""

_WAITS: Final = (1.0, 2.0, 5.0, 10.0, 30.0)
"""Seconds before a database is tried again."""

_GONE: Final = (
    "the place up to which the log was read is in none of its files any more: it is read on after "
    "the second of the last line; what was removed is not counted"
)


class OtherTableError(Exception):
    """What is kept is of another table: its ids say nothing of this one."""


class Feed(Protocol):
    """Gives records line by line, each once, from a position on.

    Attributes:
        name: of what is read; ``what``: that is, in a word.
    """

    name: str
    what: str

    def begin(self, position: bytes | None) -> bytes:
        """Begins at a position, or at the beginning; gives what is to be kept of that.

        Raises:
            msgspec.DecodeError: another release has made the position.
            OtherTableError: it is of another table.
        """

    def read(self) -> list[Line]:
        """The next lines; none when there are no more for now. Raises CommandError."""

    def position(self) -> bytes:
        """Behind the lines that were read."""

    def close(self) -> None: ...


class FileFeed:
    """The log, which may be several files.

    Args:
        digest: as in ``log_files.Log``.
    """

    def __init__(self, files: list[Path], digest: Callable[[bytes], str]) -> None:
        self.name, self.what = ", ".join(map(str, files)), "the log"
        self._files = files
        self._digest = digest
        self._log = Log(files, digest)
        self._said = False

    def begin(self, position: bytes | None) -> bytes:
        if position is None:
            known = beginning(self._files)
        else:
            known = msgspec.json.decode(position, type=Position)
        self._log = Log(self._files, self._digest, known)
        return msgspec.json.encode(known)

    def read(self) -> list[Line]:
        try:
            lines = self._log.read(_SIZE)
        except OSError as error:
            said = f"{error.filename}: {error.strerror}" if error.filename else str(error)
            raise CommandError(said) from error
        if not self._log.found and not self._said:
            self._said = True
            say(_GONE)
        return lines

    def position(self) -> bytes:
        return msgspec.json.encode(self._log.position)

    def close(self) -> None:
        self._log.close()


class TableFeed:
    """The table.

    Args:
        zone: of its times.
        patient: waits while the database is away.

    Raises:
        CommandError: the address can't be used.
    """

    def __init__(self, dsn_file: Path, table: str, zone: tzinfo, patient: bool) -> None:
        try:
            self._server = Database(read_address(dsn_file), table)
        except AddressError as error:
            raise CommandError(str(error), USAGE) from error
        self.name, self.what = table, "the table"
        self._zone = zone
        self._patient = patient
        self._table = self._new(None)

    def _new(self, position: TablePosition | None) -> Table:
        return Table(self._server, self.name, self._zone, say, wall, position)

    def begin(self, position: bytes | None) -> bytes:
        known = TablePosition(of=self._server.where)
        if position is not None:
            known = msgspec.json.decode(position, type=TablePosition)
            if known.of != self._server.where:
                raise OtherTableError
        self._table = self._new(known)
        return self.position()

    def read(self) -> list[Line]:
        tries, said = 0, ""
        while True:
            try:
                lines = self._table.read()
            except AddressError as error:
                raise CommandError(str(error)) from error
            except ServerAwayError as error:
                if not self._patient:
                    raise CommandError(str(error)) from error
                if said != (said := str(error)):
                    say(f"{said}; it is tried again")
            else:
                if said:
                    say("the database is back")
                return lines
            time.sleep(_WAITS[min(tries, len(_WAITS) - 1)])
            tries += 1

    def position(self) -> bytes:
        return msgspec.json.encode(self._table.position)

    def close(self) -> None:
        self._server.close()
