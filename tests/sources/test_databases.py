"""The table of Asterisk's queue log in PostgreSQL and MariaDB themselves."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from streams.domain.instants import SECOND
from streams.sources.asterisk_import import translate
from streams.sources.asterisk_table import ServerAwayError, Table
from streams.sources.databases import AddressError, Database, read_address
from streams.sources.log_files import Line
from tests.asterisk import BEGIN, NOW, log, translated, translator, waits_of
from tests.databases import PASSWORD, DatabaseServer, MariaDB, PostgreSQL

BRUSSELS = ZoneInfo("Europe/Brussels")

#: As Asterisk's own scripts, and two of its manuals, make the table.
TABLES = {
    "postgresql": [
        "CREATE TABLE queue_log (id SERIAL PRIMARY KEY, time TIMESTAMP, callid VARCHAR(80), "
        "queuename VARCHAR(256), agent VARCHAR(80), event VARCHAR(32), data1 VARCHAR(100), "
        "data2 VARCHAR(100), data3 VARCHAR(100), data4 VARCHAR(100), data5 VARCHAR(100))",
        "CREATE TABLE old_log (id BIGSERIAL PRIMARY KEY, time CHAR(26), callid TEXT, "
        "queuename TEXT, agent TEXT, event TEXT, data TEXT)",
    ],
    "mariadb": [
        "CREATE TABLE queue_log (id INT(10) UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, "
        "time DATETIME(6), callid VARCHAR(80), queuename VARCHAR(256), agent VARCHAR(80), "
        "event VARCHAR(32), data1 VARCHAR(100), data2 VARCHAR(100), data3 VARCHAR(100), "
        "data4 VARCHAR(100), data5 VARCHAR(100))",
        "CREATE TABLE old_log (id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY, time CHAR(26), "
        "callid TEXT, queuename TEXT, agent TEXT, event TEXT, data TEXT)",
    ],
}
LINES = log(
    (0, "NONE", "NONE", "NONE", "QUEUESTART"),
    *waits_of("41"),
    *waits_of("42", 100),
    (300, "43", "waste", "PJSIP/Zoë", "ATTENDEDTRANSFER", "LINK", "a", "b", 1, 2, 3),
)


@pytest.fixture(params=[PostgreSQL, MariaDB], ids=["postgresql", "mariadb"])
def server(request: pytest.FixtureRequest) -> Iterator[DatabaseServer]:
    server: DatabaseServer = request.param()
    try:
        yield server.start()
    finally:
        server.remove()


def local(line: str) -> list[str]:
    """The columns of a line's row: its time is local, with microseconds; the fifth parameter has
    all that is left."""
    from datetime import datetime

    time, *fields = line.split("|")
    at = datetime.fromtimestamp(int(time), BRUSSELS).replace(tzinfo=None)
    return [f"{at.isoformat(' ')}.123456", *fields[:4], *"|".join(fields[4:]).split("|", 4)]


def insert(connection: Any, line: str, table: str = "queue_log", **more: object) -> None:
    time, *values = local(line)
    names = ["time", "callid", "queuename", "agent", "event"]
    if table == "old_log":
        names.append("data")
        values[4:] = ["|".join(values[4:])]
    else:
        names += [f"data{n}" for n in range(1, len(values) - 3)]
    columns = [*more, *names]
    marks = ", ".join(["%s"] * len(columns))
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})",
            [*more.values(), time, *values],
        )


def read(table: Table) -> list[str]:
    """The lines that there are now."""
    found = list[Line]()
    while lines := table.read():
        found += lines
    return [line.text.decode().rstrip("|") for line in found]  # the file ends without empty ones


def test_a_table_is_read_as_the_file_whatever_happens_to_its_server(
    server: DatabaseServer, tmp_path: Path
) -> None:
    """One story, for a server takes seconds to start."""
    connection = server.connect()
    with connection.cursor() as cursor:
        for create in TABLES[server.kind]:
            cursor.execute(create)
    for line in LINES[:5]:
        insert(connection, line)
        insert(connection, line, "old_log")
    connection.commit()
    file = tmp_path / "address"
    file.write_text(server.address + "\n")
    file.chmod(0o600)
    said: list[str] = []
    now = (BEGIN + 150) * SECOND

    def table_of(name: str, position: Any = None) -> Table:
        database = Database(read_address(file), name)
        return Table(database, name, BRUSSELS, said.append, lambda: now, position)

    # Read as the file is, time for time: the same events under the same ids.
    table = table_of("queue_log")
    assert read(table) == LINES[:5] == read(table_of("old_log"))
    lines = [Line("queue_log", n, text.encode()) for n, text in enumerate(LINES[:5])]
    assert translate(lines, translator(), NOW).events == translated(LINES[:5]).events

    # Two are written at once, and the later one is there first.
    first, second = server.connect(), server.connect()
    insert(first, LINES[5])
    insert(second, LINES[6])
    second.commit()
    assert read(table) == []
    first.commit()
    assert read(table) == LINES[5:7]
    assert said == []

    # One takes longer than anybody waits, another is never written.
    insert(first, LINES[7])
    insert(second, LINES[4])
    second.rollback()
    insert(connection, LINES[4])
    connection.commit()
    assert read(table) == []
    now += 5 * SECOND
    assert read(table) == [LINES[4]]
    assert said == [
        "queue_log: rows 8 to 9 are missing, after 5 s of waiting: rows behind are read, and what "
        "comes within 10 minutes is read then"
    ]
    first.commit()
    position = table.position
    table = table_of("queue_log", position)  # another process
    assert read(table) == [LINES[7]]

    # The server dies, and is back.
    for each in (first, second, connection):
        each.close()
    server.kill()
    with pytest.raises(ServerAwayError) as caught:
        table.read()
    assert PASSWORD not in str(caught.value) and "\n" not in str(caught.value)
    server.start()
    connection = server.connect()
    insert(connection, LINES[1])
    connection.commit()
    assert read(table) == [LINES[1]]

    # The table is made anew.
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM queue_log")
    insert(connection, LINES[2], id=3)
    connection.commit()
    assert read(table) == [] and said[-1].endswith(
        "it was made anew, and is read from its beginning"
    )
    assert read(table) == [LINES[2]]
    connection.close()
    wrong = Database(server.address.replace("p%C3%A4", "secret"), "queue_log")
    with pytest.raises(ServerAwayError) as caught:
        wrong.rows(0, (), 1)
    assert "ss/w@rd" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("asterisk:secret@host", "one line is expected, such as postgresql://"),
        ("oracle://asterisk:secret@host/asterisk", "one line is expected"),
        ("mariadb://a:secret@host/b\nmariadb://a:secret@host/b", "one line is expected"),
    ],
)
def test_an_address_that_is_none_is_said_and_not_repeated(
    text: str, said: str, tmp_path: Path
) -> None:
    file = tmp_path / "address"
    file.write_text(text)
    file.chmod(0o600)
    with pytest.raises(AddressError) as caught:
        read_address(file)
    assert said in str(caught.value) and "secret" not in str(caught.value)


def test_an_address_that_others_can_read_or_nobody_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AddressError, match="No such file"):
        read_address(tmp_path / "none")
    binary = tmp_path / "binary"
    binary.write_bytes(b"\xff")
    with pytest.raises(AddressError, match="is no text"):
        read_address(binary)


@pytest.mark.parametrize("table", ["", "a b", "a;b", "a.b.c", "a'", "1a"])
def test_the_name_of_a_table_is_a_name(table: str) -> None:
    with pytest.raises(AddressError, match="is no name of a table"):
        Database("mariadb://a@b/c", table)
