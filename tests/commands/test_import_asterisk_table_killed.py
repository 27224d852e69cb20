"""`reachline import asterisk --dsn-file --to kafka`, killed at any row of a table that grows.

Rows come from two connections, so that the later id is there first at times, and some are taken
back, so that ids are missing for good. Once the database dies, too.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from streams.domain.instants import SECOND
from streams.sources.asterisk_records import parse
from tests.asterisk import log, translator, waits_of
from tests.brokers import KafkaCluster
from tests.databases import DatabaseServer, MariaDB, PostgreSQL
from tests.killed_imports import KilledImport, two_partitions

CALLS = 150
CREATE = {
    PostgreSQL: "CREATE TABLE queue_log (id SERIAL PRIMARY KEY, time CHAR(26), callid VARCHAR(80), "
    "queuename VARCHAR(256), agent VARCHAR(80), event VARCHAR(32), data TEXT)",
    MariaDB: "CREATE TABLE queue_log (id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, "
    "time DATETIME(6), callid VARCHAR(80), queuename VARCHAR(256), agent VARCHAR(80), "
    "event VARCHAR(32), data TEXT)",
}


def city() -> list[str]:
    """Records of calls that overlap, in the order in which they are written."""
    rows = [row for n in range(CALLS) for row in waits_of(f"{n}", 5 * n)]
    return log(*sorted(rows, key=lambda row: int(str(row[0]))))


class Writer:
    """Asterisk, as it writes its table: two threads of it, each by a connection of its own.

    Attributes:
        written: the lines of what was committed, in the order of ids.
        left: those that are still to be written.
    """

    def __init__(self, server: DatabaseServer, rng: random.Random) -> None:
        self._server, self._rng, self.left = server, rng, city()
        self.written: list[str] = []
        self.connect()

    def connect(self) -> None:
        self._connections = [self._server.connect() for _ in range(2)]

    def run(self, sql: str) -> None:
        with self._connections[0].cursor() as cursor:
            cursor.execute(sql)
        self._connections[0].commit()

    def some(self) -> list[Any]:
        """Writes a few rows; gives the connections whose last row is still to be committed."""
        one, other = self._connections
        for _ in range(self._rng.randrange(1, 5)):
            self._insert(one)
            one.commit()
        if self._rng.random() < 0.05 and self.left:
            self._insert(one, taken_back=True)
            one.rollback()
        if self._rng.random() < 0.5:
            self._insert(other)
            self._insert(one)
            one.commit()
            return [other]
        return []

    def all(self) -> None:
        while self.left:
            self._insert(self._connections[0])
            self._connections[0].commit()

    def _insert(self, connection: Any, taken_back: bool = False) -> None:
        if not self.left:
            return
        at = time.time()
        fields = (self.left[0] if taken_back else self.left.pop(0)).split("|")[1:]
        if not taken_back:
            self.written.append("|".join((str(int(at)), *fields)))
        text = datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO queue_log (time, callid, queuename, agent, event, data) "
                "VALUES (%s, %s, %s, %s, %s, %s)",
                [text, *fields[:4], "|".join(fields[4:])],
            )


@pytest.mark.slow
@pytest.mark.in_turn("kind")
@pytest.mark.parametrize("kind", [PostgreSQL, MariaDB])
@pytest.mark.in_turn("seed")
@pytest.mark.parametrize("seed", range(1, 6))
async def test_killed_at_any_row_it_doubles_and_loses_nothing(
    kafka: KafkaCluster, tmp_path: Path, kind: type[DatabaseServer], seed: int
) -> None:
    settings = await two_partitions(kafka.bootstrap)
    rng, server = random.Random(seed), kind()
    importing, hits = None, 0
    try:
        server.start()
        writer = Writer(server, rng)
        writer.run(CREATE[kind])
        address = tmp_path / "address"
        address.write_text(server.address)  # type: ignore[attr-defined]
        address.chmod(0o600)
        importing = KilledImport(
            *(settings, tmp_path, "asterisk", "--dsn-file", address, "--table-zone", "UTC"),
            "--follow",
        )
        await importing.starts()
        for life in range(5):
            until_then = time.monotonic() + rng.uniform(0.5, 2.5)
            while time.monotonic() < until_then or (
                writer.left and not await importing.has_written()
            ):
                late = writer.some()
                await asyncio.sleep(rng.uniform(0.05, 0.4))
                for connection in late:
                    connection.commit()
            if life == 2:
                server.kill()
                await asyncio.sleep(0.5)
                server.start()
                writer.connect()
            hits += await importing.has_written()
            importing.kill()
            await importing.starts()
        writer.all()
        by, now = translator(), (int(time.time()) + 9) * SECOND
        events = [
            event for line in writer.written for event in by.translate(parse(line), now).events
        ]
        assert len(writer.written) == 3 * CALLS and hits > 3
        await importing.has_told(Counter((event.call_id, event.event_id) for event in events))
    finally:
        if importing is not None:
            importing.kill()
        server.remove()
