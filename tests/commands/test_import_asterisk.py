"""`reachline import asterisk`: to standard output and to Kafka, killed, rotated, without Kafka."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from streams.cli import main
from streams.commands import asterisk_feeds, import_asterisk
from streams.engine.kafka import source_output, waiting_output
from streams.engine.kafka.refusals import BrokerError
from streams.engine.kafka.source_output import TakenOverError
from tests.asterisk import BEGIN, log, translated, waits_of
from tests.sent import Broker

KEY = "8f3a61c0d27be945"
LINES = log(
    (0, "NONE", "NONE", "NONE", "QUEUESTART"),
    *waits_of("41"),
    (90, "42", "garden", "NONE", "ENTERQUEUE", "", "0470123456", 1),
)
CALL = f"{BEGIN}.41"


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REACHLINE_PSEUDONYM_KEY", KEY)
    monkeypatch.delenv("REACHLINE_PLAN", raising=False)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "queue_log"
    path.write_text("".join(f"{line}\n" for line in LINES))
    return path


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    path = tmp_path / "plan.toml"
    path.write_text('[city]\ntime_zone = "Europe/Brussels"\n[[line]]\nid = "waste"\n')
    return path


def run(*words: object) -> int:
    return main(["import", "asterisk", *map(str, words)])


def test_a_log_to_standard_output(
    path: Path, plan: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(path, "--plan", plan) == 0
    out, err = capsys.readouterr()
    events = [json.loads(line) for line in out.splitlines()]
    assert [event["event"] for event in events] == ["call-start", "queue", "queue", "hangup"]
    assert events[0]["at"] == "2026-11-18T11:06:40Z"
    said = err.splitlines()
    assert said[0].startswith("the queue garden feeds no line of the plan: add queues = ")
    assert said[1] == "5 records read: 3 told in 4 events, 2 left out, 0 refused"


def test_parts_in_any_order(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    whole = path.read_text().splitlines(keepends=True)
    older = path.with_name("queue_log.1")
    older.write_text("".join(whole[:3]))
    path.write_text("".join(whole[3:]))
    assert run(path, older) == 0
    found = [json.loads(line)["event_id"] for line in capsys.readouterr().out.splitlines()]
    assert found[:3] == [event.event_id for event in translated(LINES).events][:3]


def test_a_call_is_explained(path: Path, plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(path, "--plan", plan, "--explain", CALL) == 0
    out, err = capsys.readouterr()
    assert [line.partition(" -> ")[2] for line in out.splitlines()] == [
        "call-start; waste entered",
        "waste answered",
        "hangup caller",
    ]
    assert err == ""
    assert run(path, "--plan", plan, "--explain", "1.1") == 1
    assert capsys.readouterr().out == f"no record of '1.1' in {path}\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["a", "b", "--follow"], "--follow takes one file"),
        (["a", "--follow", "--explain", "1"], "leave --follow out"),
        (["a", "--mapping", "m"], "--mapping and --guess are for calls"),
        (["a", "--plan", "none.toml"], "none.toml"),
    ],
)
def test_arguments_that_do_not_go_together(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*words) == 2
    assert said in capsys.readouterr().err


def test_a_log_is_not_read_without_a_key(
    path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("REACHLINE_PSEUDONYM_KEY")
    assert run(path) == 2
    assert "openssl rand -hex 32" in capsys.readouterr().err


def test_a_log_that_is_not_there_or_tells_nothing(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(path.with_name("none")) == 1
    assert capsys.readouterr().err == (
        f"reachline: {path.with_name('none')}: No such file or directory\n"
    )
    path.write_text("nothing\n")
    assert run(path) == 1
    assert capsys.readouterr().err.splitlines()[-1].startswith("1 records read: 0 told")


def test_following_ends_with_a_summary(
    path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(_: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(import_asterisk, "time", SimpleNamespace(sleep=interrupted))
    assert run(path, "--follow") == 0
    assert "5 records read" in capsys.readouterr().err


# To Kafka, with a broker that is thought of


@pytest.fixture
def broker(monkeypatch: pytest.MonkeyPatch) -> Broker:
    broker = Broker()
    monkeypatch.setattr(source_output, "SourceOutput", broker.output)
    return broker


def test_a_second_run_goes_on_where_the_first_ended(
    path: Path, broker: Broker, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(path, "--to", "kafka") == 0
    assert broker.events[:4] == translated(LINES[:-1]).events
    assert run(path, "--to", "kafka") == 0
    assert len(broker.events) == 6
    assert capsys.readouterr().err.splitlines()[-1].startswith("0 records read")
    path.rename(path.with_name("queue_log.0"))
    path.write_text(log((95, "42", "garden", "NONE", "ABANDON", 1, 1, 5))[0] + "\n")
    assert run(path, "--to", "kafka") == 0
    assert [event.call_id for event in broker.events[6:]] == [f"{BEGIN}.42"]


def test_each_server_has_a_position_of_its_own_and_again_begins_anew(
    path: Path, broker: Broker
) -> None:
    assert run(path, "--to", "kafka", "--server", "pbx1") == 0
    assert run(path, "--to", "kafka", "--server", "pbx2") == 0
    assert [*broker.stored] == ["asterisk-pbx1", "asterisk-pbx2"]
    first = [*broker.events[:6]]
    assert run(path, "--to", "kafka", "--server", "pbx1", "--again") == 0
    assert broker.events[12:] == first


def test_beside_the_manager_it_is_reconciled_or_not_read(
    path: Path, broker: Broker, capsys: pytest.CaptureFixture[str]
) -> None:
    broker.stored["asterisk_ami-pbx1"] = b"{}"
    assert run(path, "--to", "kafka", "--server", "pbx1") == 2
    assert import_asterisk._BESIDE_THE_MANAGER in capsys.readouterr().err
    assert broker.events == []
    assert run(path, "--to", "kafka", "--server", "pbx1", "--reconcile") == 0
    assert [*{event.revision for event in broker.events}] == [1]
    assert broker.events[1].event_id == "entered-waste-1"
    assert run(path, "--to", "kafka", "--server", "pbx2") == 0, "that is another one"


def test_reconciling_goes_on_with_what_was_told(path: Path, broker: Broker) -> None:
    """A call that leaves the queue and comes again, read in two runs."""
    first = log((0, "41", "waste", "NONE", "ENTERQUEUE", "", "", 1),
                (9, "41", "waste", "NONE", "EXITWITHTIMEOUT", 1, 1, 9))  # fmt: skip
    again = log((10, "41", "waste", "NONE", "ENTERQUEUE", "", "", 1))
    path.write_text("".join(f"{line}\n" for line in first))
    assert run(path, "--to", "kafka", "--reconcile") == 0
    path.write_text("".join(f"{line}\n" for line in first + again))
    assert run(path, "--to", "kafka", "--reconcile") == 0
    assert [event.event_id for event in broker.events] == [
        "start-1", "entered-waste-1", "left-waste-1", "entered-waste-2",
    ]  # fmt: skip


def test_what_another_release_has_kept_is_said_and_read_anew(
    path: Path, broker: Broker, capsys: pytest.CaptureFixture[str]
) -> None:
    broker.stored["asterisk"] = b"?"
    assert run(path, "--to", "kafka") == 0
    assert import_asterisk._OTHER_FORM in capsys.readouterr().err
    assert len(broker.events) == 6


def test_while_kafka_is_away_a_log_that_is_followed_waits(
    path: Path,
    broker: Broker,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    away = BrokerError("kafka-1:9092: no Kafka broker answers there", silent=True)
    broker.troubles = [away, away, None, source_output.WriteError("gone"), None, None]
    waits: list[float] = []

    def interrupted(_: float) -> None:
        raise KeyboardInterrupt  # all is read

    monkeypatch.setattr(import_asterisk, "time", SimpleNamespace(sleep=interrupted))
    monkeypatch.setattr(waiting_output, "time", SimpleNamespace(sleep=waits.append))
    assert run(path, "--to", "kafka", "--follow") == 0
    assert waits == [1.0, 2.0, 1.0]
    assert len(broker.events) == 6
    said = capsys.readouterr().err.splitlines()
    assert said[:4] == [
        "kafka-1:9092: no Kafka broker answers there; the log waits",
        "Kafka is back",
        "gone; the log waits",
        "Kafka is back",
    ]
    assert said[4].startswith("5 records read: 4 told in 6 events")


def test_a_run_that_is_not_followed_fails_without_kafka(
    path: Path, broker: Broker, capsys: pytest.CaptureFixture[str]
) -> None:
    broker.troubles = [BrokerError("kafka-1:9092: no Kafka broker answers there", silent=True)]
    assert run(path, "--to", "kafka") == 1
    assert capsys.readouterr().err == "reachline: kafka-1:9092: no Kafka broker answers there\n"


def test_whoever_was_replaced_ends(
    path: Path, broker: Broker, capsys: pytest.CaptureFixture[str]
) -> None:
    broker.troubles = [None, TakenOverError("another import of asterisk has begun: this one ends")]
    assert run(path, "--to", "kafka", "--follow") == 1
    assert "another import of asterisk has begun" in capsys.readouterr().err


def test_a_place_that_is_gone_is_said(
    path: Path, broker: Broker, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(path, "--to", "kafka") == 0
    path.write_text(log((95, "43", "waste", "NONE", "ABANDON", 1, 1, 5))[0] + "\n")
    assert run(path, "--to", "kafka") == 0
    assert asterisk_feeds._GONE in capsys.readouterr().err
    assert broker.events[-1].call_id == f"{BEGIN}.43"
