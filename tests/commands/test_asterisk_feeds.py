"""`reachline import asterisk` on its table: from where it was, through a database that is away."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace

import pytest

from streams.cli import main
from streams.commands import asterisk_feeds, import_asterisk
from streams.engine.kafka import source_output
from streams.sources.asterisk_table import Row, ServerAwayError
from tests.asterisk import BEGIN, log, translated, waits_of
from tests.sent import Broker

LINES = log(*waits_of("41"), *waits_of("42", 5))


class Database:
    """In place of a database: has the log's rows, and is away when it is told to be."""

    step = 1
    kept: list[str]
    away: int

    def __init__(self, address: str, table: str) -> None:
        assert table == "queue_log"
        self.where = address.rpartition("@")[2]

    def rows(self, after: int, also: Sequence[int], most: int) -> list[Row]:
        if Database.away:
            Database.away -= 1
            raise ServerAwayError("the database of queue_log: gone")
        rows = [Row(n, time, tuple(rest)) for n, line in enumerate(Database.kept, 1)
                for time, *rest in (line.split("|"),)]  # fmt: skip
        return [row for row in rows if row.id > after][:most]

    def newest(self) -> int | None:
        return len(Database.kept)

    def close(self) -> None: ...


@pytest.fixture
def address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("REACHLINE_PSEUDONYM_KEY", "8f3a61c0d27be945")
    monkeypatch.delenv("REACHLINE_PLAN", raising=False)
    monkeypatch.setattr(asterisk_feeds, "Database", Database)
    Database.kept, Database.away = LINES[:4], 0
    file = tmp_path / "address"
    file.write_text("mariadb://a:secret@b/c\n")
    file.chmod(0o600)
    return file


@pytest.fixture
def broker(monkeypatch: pytest.MonkeyPatch) -> Broker:
    broker = Broker()
    monkeypatch.setattr(source_output, "SourceOutput", broker.output)
    return broker


def run(*words: object) -> int:
    return main(["import", "asterisk", *map(str, words)])


def test_a_table_to_standard_output(address: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--dsn-file", address) == 0
    out, err = capsys.readouterr()
    found = [json.loads(line)["event_id"] for line in out.splitlines()]
    assert found == [event.event_id for event in translated(LINES[:4]).events]
    assert err.startswith("4 records read: 4 told in")
    assert run("--dsn-file", address, "--explain", f"{BEGIN}.41") == 0
    assert capsys.readouterr().out.startswith("queue_log:1: ")
    assert run("--dsn-file", address, "--explain", "1.1") == 1
    assert capsys.readouterr().out == "no record of '1.1' in queue_log\n"


def test_a_second_run_goes_on_behind_the_last_row(address: Path, broker: Broker) -> None:
    assert run("--dsn-file", address, "--to", "kafka") == 0
    Database.kept = LINES
    assert run("--dsn-file", address, "--to", "kafka") == 0
    assert broker.events == translated(LINES).events
    assert [*broker.stored] == ["asterisk_table"]
    broker.stored["asterisk_table"] = b'{"form":1,"position":"?","calls":{}}'
    assert run("--dsn-file", address, "--to", "kafka") == 0
    assert len(broker.events) == 2 * len(translated(LINES).events)


def test_the_ids_of_another_table_say_nothing(
    address: Path, broker: Broker, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("--dsn-file", address, "--to", "kafka") == 0
    first = [*broker.events]
    address.write_text("mariadb://a:secret@elsewhere/c\n")
    assert run("--dsn-file", address, "--to", "kafka") == 0
    assert import_asterisk._OTHER_TABLE in capsys.readouterr().err
    assert broker.events == [*first, *first]
    address.write_text("mariadb://b:other@elsewhere/c\n")  # another user, the same table
    assert run("--dsn-file", address, "--to", "kafka") == 0
    assert len(broker.events) == 2 * len(first)


def test_while_the_database_is_away_who_follows_waits(
    address: Path,
    broker: Broker,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def interrupted(_: float) -> None:
        raise KeyboardInterrupt

    waits: list[float] = []
    monkeypatch.setattr(import_asterisk, "time", SimpleNamespace(sleep=interrupted))
    monkeypatch.setattr(asterisk_feeds, "time", SimpleNamespace(sleep=waits.append))
    Database.away = 7
    assert run("--dsn-file", address, "--to", "kafka", "--follow") == 0
    assert waits == [1.0, 2.0, 5.0, 10.0, 30.0, 30.0, 30.0]
    said = capsys.readouterr().err.splitlines()
    assert said[:2] == [
        "the database of queue_log: gone; it is tried again",
        "the database is back",
    ]
    assert broker.events == translated(LINES[:4]).events
    Database.away = 1
    assert run("--dsn-file", address) == 1
    assert capsys.readouterr().err == "reachline: the database of queue_log: gone\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "give the FILE of its queue_log, or --dsn-file"),
        (["queue_log", "--dsn-file", "address"], "give the FILE of its queue_log, or --dsn-file"),
        (["--dsn-file", "none"], "none: No such file"),
        (["--dsn-file", "none", "--table-zone", "Mars/Olympus"], "'Mars/Olympus' is no zone"),
    ],
)
def test_arguments_that_can_not_be(
    words: list[str], said: str, address: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*words) == 2
    assert said in capsys.readouterr().err


def test_call_records_are_in_no_table(address: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for words in (["--dsn-file", str(address)], ["calls.csv", "--reconcile"]):
        assert main(["import", "calls", *words]) == 2
        assert "--dsn-file and --reconcile are for asterisk" in capsys.readouterr().err
