"""The database that has Asterisk's ``queue_log``: PostgreSQL or MariaDB, as its address says.

An address is a line in a file that only its owner can read, for it has a password:
``postgresql://asterisk:secret@db-1/asterisk`` or ``mariadb://asterisk:secret@db-1:3306/asterisk``.
Each driver is an extra of its own.
"""

import re
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl, unquote, urlsplit

from streams.sources.asterisk_table import Row, ServerAwayError
from streams.sources.private_files import PrivateFileError, read_text

_KINDS: Final = {
    "postgresql": "postgresql",
    "postgres": "postgresql",
    "mariadb": "mariadb",
    "mysql": "mariadb",
}
"""By what an address may begin with: the kind, which is the extra's name."""

_CONNECT: Final = 10
_ANSWER: Final = 30
"""Seconds for a connection, and for an answer: a thousand rows by their key take milliseconds."""

_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_$]{0,62}(\.[A-Za-z_][A-Za-z0-9_$]{0,62})?")
_FIELDS: Final = ("callid", "queuename", "agent", "event")
_PARAMETERS: Final = ("data1", "data2", "data3", "data4", "data5")


class AddressError(Exception):
    """The address can't be used; the message says why, and repeats nothing of it."""


def read_address(file: Path) -> str:
    """The address in a file.

    Raises:
        AddressError: it can't be read, everybody can read it, or it is no address.
    """
    try:
        text = read_text(file, "the address")
    except PrivateFileError as error:
        raise AddressError(str(error)) from error
    if urlsplit(text).scheme not in _KINDS or "\n" in text:
        raise AddressError(
            f"{file}: one line is expected, such as postgresql://user:password@host/database or "
            "mariadb://user:password@host/database"
        )
    return text


class Database:
    """The table in its database; connects when it is asked, and again after a failure.

    Args:
        address: as ``read_address`` gives it.
        table: its name.

    Attributes:
        where: the table is, without who asks.

    Raises:
        AddressError: the name is none, or the driver is not installed.
    """

    def __init__(self, address: str, table: str) -> None:
        if not _NAME.fullmatch(table):
            raise AddressError(f"{table!r} is no name of a table: letters, digits, _ and one dot")
        self._address = address
        self._kind = _KINDS[urlsplit(address).scheme]
        self._table = table
        parts = urlsplit(address)
        self.where = f"{self._kind}://{parts.hostname or ''}:{parts.port or ''}{parts.path}#{table}"
        self._connection: Any = None
        self._columns: tuple[str, ...] = ()
        self.step = 1
        try:
            self._driver: Any = _driver(self._kind)
        except ImportError:
            raise AddressError(
                f"to read this database, install the extra: pip install 'reachline[{self._kind}]'"
            ) from None

    def rows(self, after: int, also: Sequence[int], most: int) -> list[Row]:
        """As ``asterisk_table.Server``."""
        self._connect()
        time = "time::text" if self._kind == "postgresql" else "CAST(time AS CHAR)"
        columns = ", ".join((f"id, {time}", *_FIELDS, *self._columns))
        some = f" OR id IN ({', '.join(map(str, also))})" if also else ""
        found = self._ask(
            f"SELECT {columns} FROM {self._table} WHERE id > {int(after)}{some} "
            f"ORDER BY id LIMIT {int(most)}"
        )
        return [
            Row(int(id_), _text(time), tuple(map(_text, others))) for id_, time, *others in found
        ]

    def newest(self) -> int | None:
        """As ``asterisk_table.Server``."""
        self._connect()
        ((newest,),) = self._ask(f"SELECT max(id) FROM {self._table}")
        return None if newest is None else int(newest)

    def close(self) -> None:
        """As ``asterisk_table.Server``."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(self._driver.Error):  # it was lost before
                connection.close()

    def _connect(self) -> None:
        if self._connection is not None:
            return
        try:
            self._connection = self._connected()
        except (self._driver.Error, OSError) as error:
            raise ServerAwayError(self._said(error)) from error
        there = self._ask(f"SELECT * FROM {self._table} WHERE id < 0", columns=True)
        missing = [name for name in ("id", "time", *_FIELDS) if name not in there]
        if missing:
            self.close()
            raise AddressError(f"{self._table} has no column {missing[0]!r}")
        self._columns = tuple(name for name in _PARAMETERS if name in there) or ("data",)
        if self._kind == "mariadb":
            ((step,),) = self._ask("SELECT @@auto_increment_increment")
            self.step = int(step)

    def _connected(self) -> Any:
        if self._kind == "postgresql":
            return self._driver.connect(
                self._address.replace("postgres://", "postgresql://", 1),
                autocommit=True,
                connect_timeout=_CONNECT,
                options=f"-c statement_timeout={_ANSWER}s -c default_transaction_read_only=on",
            )
        parts = urlsplit(self._address)
        more = dict(parse_qsl(parts.query))
        return self._driver.connect(
            host=parts.hostname or "127.0.0.1",
            port=parts.port or 3306,
            user=unquote(parts.username or ""),
            password=unquote(parts.password or "").encode(),  # a text it takes as Latin-1
            database=parts.path.strip("/"),
            unix_socket=more.get("unix_socket"),
            ssl_ca=more.get("ssl_ca"),
            charset="utf8mb4",
            autocommit=True,  # each question sees what was written since the last
            connect_timeout=_CONNECT,
            read_timeout=_ANSWER,
            write_timeout=_ANSWER,
        )

    def _ask(self, question: str, columns: bool = False) -> list[Any]:
        try:
            with self._connection.cursor() as cursor:
                cursor.execute(question)
                if columns:
                    return [column[0].lower() for column in cursor.description]
                return [*cursor.fetchall()]
        except (self._driver.Error, OSError) as error:
            self.close()
            raise ServerAwayError(self._said(error)) from error

    def _said(self, error: Exception) -> str:
        """Why, in a line, without what the address keeps secret."""
        text = str(error.args[-1] if error.args else error)
        line = " ".join(text.split()) or type(error).__name__
        secret = unquote(urlsplit(self._address).password or "")
        return f"the database of {self._table}: {line.replace(secret, '...') if secret else line}"


def _driver(kind: str) -> Any:
    if kind == "postgresql":
        import psycopg

        return psycopg
    import pymysql

    return pymysql


def _text(value: object) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return "" if value is None else str(value)
