"""`reachline import asterisk-ami`: over the wire, through breaks of either side, and its spool."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from streams.cli import main
from streams.commands import ami_listener, import_ami
from streams.commands.ami_listener import Listener
from streams.commands.import_ami import Work
from streams.engine.kafka import source_output, waiting_output
from streams.engine.kafka.refusals import BrokerError
from streams.engine.kafka.source_output import TakenOverError
from streams.settings import Settings
from streams.sources.ami_client import connect
from streams.sources.asterisk_import import Batch
from streams.sources.spool import Spool
from tests.ami import SCENARIOS, SECRET, USER, Manager, answered, joins, over, wire
from tests.asterisk import translated, translator
from tests.sent import Broker

KEY = "8f3a61c0d27be945"
CALLS = [joins(0, "1"), *answered(28, "1", 28), over(88, "1", "caller", 28, 60)]
LOGGED = translated(SCENARIOS["answered"][1], by_order=True).events


class EnoughError(Exception):
    """Who imports is killed."""


@pytest.fixture
def broker(monkeypatch: pytest.MonkeyPatch) -> Broker:
    broker = Broker()
    monkeypatch.setattr(source_output, "SourceOutput", broker.output)
    monkeypatch.setattr(waiting_output, "WAITS", (0.05,))
    monkeypatch.setattr(ami_listener, "_WAITS", (0.05,))
    monkeypatch.setattr(import_ami, "_PAUSE", 0.02)
    monkeypatch.setenv("REACHLINE_PSEUDONYM_KEY", KEY)
    monkeypatch.delenv("REACHLINE_PLAN", raising=False)
    return broker


@pytest.fixture
def serve() -> Iterator[Callable[..., Manager]]:
    managers: list[Manager] = []

    def begins(*lives: list[bytes | None], **options: object) -> Manager:
        managers.append(Manager(*lives, **options))  # type: ignore[arg-type]
        return managers[-1]

    yield begins
    for manager in managers:
        manager.close()


def importing(
    manager: Manager, spool: Spool, enough: Callable[[], bool], limit: float = 20.0
) -> Work:
    """Imports to Kafka until there is enough, and is killed then."""
    listener = Listener(
        spool, lambda stopped: connect("127.0.0.1", manager.port, USER, SECRET, stopped)
    )
    work = Work(spool, lambda calls: translator(calls=calls), listener)
    deadline = time.monotonic() + limit

    def pause(_: float) -> None:
        if enough() or time.monotonic() > deadline:
            raise EnoughError
        time.sleep(0.02)

    listener.start()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(import_ami, "time", type("Clock", (), {"sleep": staticmethod(pause)}))
        try:
            with pytest.raises(EnoughError):
                work.to_kafka(Settings(), "")
        finally:
            listener.stop()
            spool.close()
    return work


def test_what_is_told_over_the_wire_is_what_the_log_has(
    tmp_path: Path, broker: Broker, serve: Callable[..., Manager]
) -> None:
    said = wire(CALLS)
    manager = serve([said[:100], said[100:333], said[333:], None])
    work = importing(manager, Spool(tmp_path, 1 << 22), lambda: len(broker.events) == len(LOGGED))
    assert broker.events == LOGGED
    assert work.counts.told == 3 and [*broker.stored] == ["asterisk_ami"]


def test_asterisk_goes_and_comes_back_and_the_gap_is_said(
    tmp_path: Path,
    broker: Broker,
    serve: Callable[..., Manager],
    capsys: pytest.CaptureFixture[str],
) -> None:
    booted = b"Event: FullyBooted\r\nUptime: 99\r\n\r\n"
    manager = serve([booted, wire(CALLS[:1])], [booted, wire(CALLS[1:]), None])
    importing(manager, Spool(tmp_path, 1 << 22), lambda: len(broker.events) == len(LOGGED))
    assert broker.events == LOGGED and manager.logins == 2
    said = capsys.readouterr().err.splitlines()
    assert said[0].endswith("has closed the connection; it is tried again")
    assert said[1].startswith("Asterisk is back after ") and "queue_log" in said[1]


def test_while_kafka_is_away_events_wait_in_the_spool_and_outlive_who_imports(
    tmp_path: Path, broker: Broker, serve: Callable[..., Manager]
) -> None:
    away = BrokerError("kafka-1:9092: no Kafka broker answers there", silent=True)
    manager = serve([wire(CALLS[:2]), None], [wire(CALLS[2:]), None])
    spool = Spool(tmp_path, 1 << 22, b"8f3a61c0d27be945")
    broker.troubles = [away] * 10_000
    listener = Listener(
        spool, lambda stopped: connect("127.0.0.1", manager.port, USER, SECRET, stopped)
    )
    listener.start()  # nobody writes; then it is killed
    deadline = time.monotonic() + 20
    while spool.fill * (1 << 22) < 400 and time.monotonic() < deadline:
        time.sleep(0.02)
    listener.stop()
    spool.close()
    assert broker.events == []
    broker.troubles = [away, away]
    spool = Spool(tmp_path, 1 << 22, b"8f3a61c0d27be945")
    importing(manager, spool, lambda: len(broker.events) >= len(LOGGED))
    assert broker.events == LOGGED
    broker.events.clear()
    spool = Spool(tmp_path, 1 << 22, b"8f3a61c0d27be945")
    importing(serve([None]), spool, lambda: True)
    assert broker.events == [], "nothing is told twice"


def test_a_spool_that_fills_up_says_so_counts_and_the_log_gives_back_what_is_lost(
    tmp_path: Path,
    broker: Broker,
    serve: Callable[..., Manager],
    capsys: pytest.CaptureFixture[str],
) -> None:
    calls = [joins(n, f"{n}") for n in range(10)]
    manager = serve([wire(calls), None])
    spool = Spool(tmp_path, 1_400)
    listener = Listener(
        spool, lambda stopped: connect("127.0.0.1", manager.port, USER, SECRET, stopped)
    )
    listener.start()
    deadline = time.monotonic() + 20
    while spool.lost < 3 and time.monotonic() < deadline:
        time.sleep(0.02)
    listener.stop()
    spool.close()
    said = capsys.readouterr().err.splitlines()
    assert any("% full: when it is full, events are lost" in line for line in said)
    lost = [line for line in said if line.startswith("the spool is full")]
    assert lost[0].startswith("the spool is full, or can't be written: 1 events are lost")
    assert len(lost) < spool.lost, "not each is said"


def test_a_refused_login_ends_it(
    tmp_path: Path,
    broker: Broker,
    serve: Callable[..., Manager],
    capsys: pytest.CaptureFixture[str],
) -> None:
    manager = serve(secret="another")
    assert run(manager, tmp_path, "--to", "kafka") == 1
    err = capsys.readouterr().err
    assert err.startswith("reachline: 127.0.0.1:") and "Authentication failed" in err
    assert SECRET not in err


def test_to_standard_output_until_ctrl_c(
    tmp_path: Path,
    broker: Broker,
    serve: Callable[..., Manager],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def done(self: Work, batch: Batch) -> None:
        if batch.events:
            raise KeyboardInterrupt

    monkeypatch.setattr(Work, "_done", done)
    assert run(serve([wire(CALLS[:1]), None], [None]), tmp_path, "--server", "pbx1") == 0
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [event["event"] for event in events] == ["call-start", "queue"]
    assert all(event["call_id"].startswith("pbx1-") for event in events)


def test_whoever_was_replaced_ends(
    tmp_path: Path,
    broker: Broker,
    serve: Callable[..., Manager],
    capsys: pytest.CaptureFixture[str],
) -> None:
    broker.troubles = [None, TakenOverError("another import of asterisk_ami has begun: this ends")]
    assert run(serve([wire(CALLS), None]), tmp_path, "--to", "kafka") == 1
    assert "another import of asterisk_ami has begun" in capsys.readouterr().err


def test_what_another_release_or_key_has_left_is_said(
    tmp_path: Path,
    broker: Broker,
    serve: Callable[..., Manager],
    capsys: pytest.CaptureFixture[str],
) -> None:
    Spool(tmp_path, 1 << 22, b"another one of keys").put(b"?")
    broker.stored["asterisk_ami"] = b"?"
    manager = serve([wire(CALLS), None])
    spool = Spool(tmp_path, 1 << 22, b"8f3a61c0d27be945")
    importing(manager, spool, lambda: len(broker.events) == len(LOGGED))
    said = capsys.readouterr().err
    assert "what another release has kept can't be read" in said
    assert "the spool has entries that can't be read: is its key another one now?" in said


def run(manager: Manager, folder: Path, *words: str) -> int:
    secret = folder / "secret"
    secret.write_text(SECRET + "\n")
    secret.chmod(0o600)
    return main(
        [
            *("import", "asterisk-ami", "--connect", f"127.0.0.1:{manager.port}", "--user", USER),
            *("--secret-file", str(secret), "--spool", str(folder / "spool"), *words),
        ]
    )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["asterisk-ami"], "--connect HOST:PORT"),
        (["asterisk-ami", "--connect", "here"], "--connect HOST:PORT"),
        (["asterisk-ami", "--connect", "here:0"], "--connect HOST:PORT"),
        (["asterisk-ami", "--connect", "here:5038", "queue_log"], "takes no FILE"),
        (["asterisk-ami", "--connect", "here:5038", "--again"], "--again"),
        (["asterisk-ami", "--connect", "here:5038", "--reconcile"], "--reconcile"),
        (["asterisk-ami", "--connect", "here:5038"], "--user and --secret-file"),
        (
            ["asterisk-ami", "--connect", "h:1", "--user", "u", "--secret-file", "f",
             "--ca-file", "ca.pem"],
            "--ca-file is for --tls",
        ),
        (
            ["asterisk-ami", "--connect", "h:1", "--user", "u", "--secret-file", "f", "--tls",
             "--ca-file", "none.pem"],
            "--ca-file: none.pem: No such file",
        ),
        (
            ["asterisk-ami", "--connect", "h:1", "--user", "u", "--secret-file", "f", "--tls",
             "--ca-file", __file__],
            "has no certificate in PEM",
        ),
        (
            ["asterisk-ami", "--connect", "h:1", "--user", "u", "--secret-file", "f",
             "--to", "kafka"],
            "--spool DIR",
        ),
        (
            ["asterisk-ami", "--connect", "h:1", "--user", "u", "--secret-file", "f",
             "--spool-mb", "3"],
            "--spool-mb: at least 4",
        ),
        (
            ["asterisk-ami", "--connect", "h:1", "--user", "u", "--secret-file", "none"],
            "none: No such file",
        ),
        (["asterisk", "queue_log", "--connect", "here:5038"], "--connect is for asterisk-ami"),
        (["calls", "a.csv", "--connect", "here:5038"], "--connect is for asterisk-ami"),
    ],
)  # fmt: skip
def test_arguments_that_can_not_be(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["import", *words]) == 2
    assert said in capsys.readouterr().err
