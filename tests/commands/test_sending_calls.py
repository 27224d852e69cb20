"""`reachline import calls --to kafka`: from where the last run ended, whatever ended it."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from streams.cli import main
from streams.commands import sending_calls
from streams.engine.kafka import source_output, waiting_output
from streams.engine.kafka.refusals import BrokerError
from streams.engine.kafka.source_output import TakenOverError
from tests.sent import Broker

KEY = "8f3a61c0d27be945"
MAPPING = """
time = { zone = "UTC", format = "iso" }
[call]
id = "{id}"
line = "a"
caller = "{who}"
[[row]]
start = "start"
entered = "start"
hangup = "start"
"""
HEADER = "id,who,start\n"
EACH = 3  # events of a row


@pytest.fixture
def broker(monkeypatch: pytest.MonkeyPatch) -> Broker:
    broker = Broker()
    monkeypatch.setenv("REACHLINE_PSEUDONYM_KEY", KEY)
    monkeypatch.delenv("REACHLINE_PLAN", raising=False)
    monkeypatch.setattr(source_output, "SourceOutput", broker.output)
    return broker


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "m.toml").write_text(MAPPING)
    file = tmp_path / "calls.csv"
    file.write_text(HEADER + rows(0, 2))
    return file


def rows(begin: int, end: int) -> str:
    return "".join(f"{n},0470{n:06},2026-11-20 10:{n:02}:00\n" for n in range(begin, end))


def run(file: Path, *words: object) -> int:
    mapping = file.with_name("m.toml")
    return main(
        ["import", "calls", str(file), *map(str, words), "--mapping", str(mapping), "--to", "kafka"]
    )


def add(file: Path, text: str) -> None:
    with file.open("a") as stream:
        stream.write(text)


@pytest.fixture
def _ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """Following ends when there is no more."""

    def interrupted(_: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(sending_calls, "time", SimpleNamespace(sleep=interrupted))


def test_a_file_is_sent_once_and_then_what_is_new_of_it(
    file: Path, broker: Broker, capsys: pytest.CaptureFixture[str]
) -> None:
    for more, said in (
        ("", "2 rows read: 2 calls, 0 left out by the mapping, 0 refused; 0 lines swallowed by "
             "quoted fields; 6 events"),
        ("", "2 rows read: 2 calls, 0 left out by the mapping, 0 refused; 0 lines swallowed by "
             "quoted fields; 0 events, and 6 that were sent before"),
        (rows(2, 3) + "4,\n", "4 rows read: 3 calls, 0 left out by the mapping, 1 refused; 0 lines "
             "swallowed by quoted fields; 3 events, and 6 that were sent before"),
    ):  # fmt: skip
        add(file, more)
        assert run(file) == 0
        assert capsys.readouterr().err.splitlines()[-1] == said
    assert [event.call_id for event in broker.events] == [n for n in "012" for _ in range(EACH)]
    assert [*broker.stored] == [f"calls-{file.resolve()}"]


def test_another_mapping_sends_all_of_it_and_says_so(
    file: Path, broker: Broker, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(file) == 0
    file.with_name("m.toml").write_text(MAPPING.replace('line = "a"', 'line = "b"'))
    add(file, "5,\n")
    capsys.readouterr()
    assert run(file) == 0
    said = capsys.readouterr().err.splitlines()
    assert said[0] == f"{file}: {sending_calls._CHANGED}"
    assert said[1] == f"{file}:4: 2 fields, 3 expected" and len(said) == 3
    assert len(broker.events) == 4 * EACH
    assert run(file, "--again") == 0 and len(broker.events) == 6 * EACH


def test_each_file_has_a_position_of_its_own_and_a_name_may_be_given(
    file: Path, broker: Broker
) -> None:
    other = file.with_name("other.csv")
    other.write_text(HEADER + rows(5, 6))
    assert run(file, other) == 0
    assert run(other, "--server", "pbx2") == 0
    sources = [f"calls-{path.resolve()}" for path in (file, other)]
    assert [*broker.stored] == [*sources, "calls-pbx2-other.csv"]
    assert len(broker.events) == 4 * EACH


@pytest.mark.usefixtures("_ends")
def test_a_file_that_was_sent_is_followed_from_its_end(
    file: Path, broker: Broker, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(file) == 0
    add(file, rows(2, 3))
    assert run(file, "--follow") == 0
    assert run(file, "--follow") == 0
    file.rename(file.with_name("calls.csv.1"))
    file.write_text(HEADER + rows(3, 4))
    assert run(file, "--follow") == 0
    assert [event.call_id for event in broker.events] == [n for n in "0123" for _ in range(EACH)]
    assert "0470" not in capsys.readouterr().err + str(broker.stored)


@pytest.mark.usefixtures("_ends")
def test_a_place_that_is_gone_and_what_another_release_has_kept_are_said(
    file: Path, broker: Broker, capsys: pytest.CaptureFixture[str]
) -> None:
    source = f"calls-{file.resolve()}"
    broker.stored[source] = b"?"
    assert run(file, "--follow") == 0
    assert sending_calls._OTHER_FORM in capsys.readouterr().err
    file.write_text(HEADER + rows(7, 8))
    assert run(file, "--follow") == 0
    assert sending_calls._GONE in capsys.readouterr().err
    assert [event.call_id for event in broker.events] == [n for n in "017" for _ in range(EACH)]


@pytest.mark.usefixtures("_ends")
def test_while_kafka_is_away_a_file_that_is_followed_waits(
    file: Path,
    broker: Broker,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    away = BrokerError("kafka-1:9092: no Kafka broker answers there", silent=True)
    broker.troubles = [away, None, None, away, None]
    monkeypatch.setattr(waiting_output, "time", SimpleNamespace(sleep=lambda _: None))
    assert run(file, "--follow") == 0
    said = capsys.readouterr().err.splitlines()
    assert said[:4] == [f"{away}; the file waits", "Kafka is back"] * 2
    assert len(broker.events) == 2 * EACH
    broker.troubles = [away]
    assert run(file) == 1
    assert capsys.readouterr().err == f"reachline: {away}\n"


@pytest.mark.usefixtures("_ends")
def test_whoever_was_replaced_ends(
    file: Path, broker: Broker, capsys: pytest.CaptureFixture[str]
) -> None:
    broker.troubles = [None, TakenOverError("another import of calls has begun: this one ends")]
    assert run(file, "--follow") == 1
    assert "another import of calls has begun" in capsys.readouterr().err


@pytest.mark.usefixtures("_ends")
def test_to_standard_output_the_ends_that_wait_are_written_at_the_end(
    file: Path, capsys: pytest.CaptureFixture[str], broker: Broker
) -> None:
    mapping = file.with_name("m.toml")
    mapping.write_text(MAPPING.replace("[[row]]", 'attempt = "{who}"\n[[row]]'))
    assert main(["import", "calls", str(file), "--mapping", str(mapping), "--follow"]) == 0
    told = [json.loads(line)["event"] for line in capsys.readouterr().out.splitlines()]
    assert told == ["call-start", "queue"] * 2 + ["hangup"] * 2


def test_a_workbook_does_not_grow_line_by_line(
    file: Path, capsys: pytest.CaptureFixture[str], broker: Broker
) -> None:
    assert run(file.with_suffix(".xlsx"), "--follow") == 2
    assert "no workbook" in capsys.readouterr().err
