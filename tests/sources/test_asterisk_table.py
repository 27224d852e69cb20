"""Rows of a table, each once, in whatever order they are committed and wherever reading stops."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import msgspec
import pytest

from streams.domain.instants import MINUTE, SECOND
from streams.sources import asterisk_table
from streams.sources.asterisk_table import WAIT_FOR_ROWS, Row, Table, TablePosition
from tests.asterisk import BEGIN

BRUSSELS = ZoneInfo("Europe/Brussels")


class Server:
    """Has rows that were committed."""

    def __init__(self, step: int = 1) -> None:
        self.step = step
        self.committed: dict[int, Row] = {}

    def commit(self, *ids: int, at: int = BEGIN) -> None:
        for n in ids:
            self.committed[n] = Row(n, str(at), (f"1.{n}", "waste", "NONE", "ENTERQUEUE", ""))

    def rows(self, after: int, also: Sequence[int], most: int) -> list[Row]:
        found = sorted(n for n in self.committed if n > after or n in also)
        return [self.committed[n] for n in found[:most]]

    def newest(self) -> int | None:
        return max(self.committed, default=None)

    def close(self) -> None: ...


class Reader:
    """Reads, and may be started again where it was."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.now = BEGIN * SECOND
        self.said: list[str] = []
        self.read: list[int] = []
        self.start()

    def start(self, position: TablePosition | None = None) -> None:
        self.table = Table(
            self.server, "queue_log", BRUSSELS, self.said.append, lambda: self.now, position
        )

    def restart(self) -> None:
        kept = msgspec.json.encode(self.table.position)
        self.start(msgspec.json.decode(kept, type=TablePosition))

    def look(self) -> list[int]:
        found = list[int]()
        while lines := self.table.read():
            found += [line.number for line in lines]
        self.read += found
        return found


@pytest.mark.parametrize("seed", range(20))
def test_each_row_is_read_once_and_those_that_are_in_time_in_their_order(seed: int) -> None:
    rng = random.Random(seed)
    server = Server()
    server.commit(1)
    reader = Reader(server)
    reader.now += WAIT_FOR_ROWS
    reader.look()
    given, waiting, never, late = 1, dict[int, int](), set[int](), set[int]()
    for _ in range(400):
        reader.now += SECOND // 2
        if rng.random() < 0.5:
            given += 1
            fate = rng.random()
            if fate < 0.05:
                never.add(given)
            elif fate < 0.1:
                late.add(given)
                waiting[given] = reader.now + WAIT_FOR_ROWS + rng.randrange(1, 20) * SECOND
            else:
                waiting[given] = reader.now + rng.randrange(3) * SECOND
        for n in [n for n, when in waiting.items() if when <= reader.now]:
            del waiting[n]
            server.commit(n, at=reader.now // SECOND)
        if rng.random() < 0.7:
            reader.look()
        if rng.random() < 0.1:
            reader.restart()
    reader.now += MINUTE
    server.commit(*waiting, at=reader.now // SECOND)
    for _ in range(3):
        reader.look()
        reader.now += WAIT_FOR_ROWS
        reader.look()
    assert sorted(reader.read) == sorted({*range(1, given + 1)} - never)
    in_time = [n for n in reader.read if n not in late and n not in waiting]
    assert in_time == sorted(in_time)
    assert bool(reader.said) == bool(never | late)


def test_a_gap_among_old_rows_is_no_reason_to_wait_nor_to_say_anything() -> None:
    server = Server()
    server.commit(1, 2, 9, 100)
    reader = Reader(server)
    reader.now += 2 * MINUTE
    assert reader.look() == [1, 2, 9, 100] and reader.said == []


def test_where_ids_are_given_in_steps_nothing_is_missing_between_them() -> None:
    server = Server(step=3)
    reader = Reader(server)
    server.commit(2)
    assert reader.look() == [2]
    server.commit(5, 8)
    assert reader.look() == [5, 8] and reader.said == []
    server.commit(14)
    assert reader.look() == []


def test_a_missing_row_is_looked_for_for_ten_minutes_and_only_among_so_many(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(asterisk_table, "_MOST_MISSING", 3)
    server = Server()
    server.commit(1)
    reader = Reader(server)
    reader.now += WAIT_FOR_ROWS
    reader.look()
    server.commit(7, at=reader.now // SECOND)
    reader.look()
    reader.now += WAIT_FOR_ROWS
    assert reader.look() == [7]
    assert reader.said[0].startswith("queue_log: rows 2 to 6 are missing, after 5 s of waiting")
    server.commit(6, at=reader.now // SECOND)
    assert reader.look() == [], "the first three are looked for"
    server.commit(3, at=reader.now // SECOND)
    assert reader.look() == [3]
    reader.now += 10 * MINUTE
    server.commit(2, 8, at=reader.now // SECOND)
    assert reader.look() == [8]


def test_a_table_that_was_made_anew_is_read_again() -> None:
    server = Server()
    server.commit(*range(1, 10))
    reader = Reader(server)
    reader.now += 2 * MINUTE
    reader.look()
    server.committed.clear()
    assert reader.look() == [] and reader.said == [], "nothing is no table yet"
    server.commit(1, 2)
    assert reader.look() == []
    assert reader.look() == [1, 2] and "was made anew" in reader.said[0]


@pytest.mark.parametrize(
    ("texts", "zone", "at"),
    [
        (["1795000000"], "UTC", [BEGIN]),
        (["1795000000.5"], "UTC", [BEGIN]),
        (["2026-11-18 12:06:40.999999"], "Europe/Brussels", [BEGIN]),
        (["2026-11-18 11:06:40"], "UTC", [BEGIN]),
        (["2026-11-18 12:06:40+01"], "UTC", [BEGIN]),
        # The night in which clocks are put back: what comes after half past two is half past two.
        (
            ["2026-10-25 02:50:00", "2026-10-25 02:10:00", "2026-10-25 02:50:00"],
            "Europe/Brussels",
            [
                datetime(2026, 10, 25, hour, minute, tzinfo=UTC).timestamp()
                for hour, minute in ((0, 50), (1, 10), (1, 50))
            ],
        ),
        (["yesterday", ""], "UTC", ["?", "?"]),
    ],
)
def test_times(texts: list[str], zone: str, at: list[object]) -> None:
    server = Server()
    for n, text in enumerate(texts, 1):
        server.committed[n] = Row(n, text, ("1.1", "a", "NONE", "ABANDON", "a\nb", "1|2"))
    table = Table(server, "queue_log", ZoneInfo(zone), print, lambda: (BEGIN + 999) * SECOND, None)
    lines = [line.text.decode() for line in table.read()]
    wanted = [each if each == "?" else int(each) for each in at]  # type: ignore[call-overload]
    assert lines == [f"{each}|1.1|a|NONE|ABANDON|a b|1|2" for each in wanted]
