"""What a person is told when the broker, the port or a library refuses: one line, in words."""

from __future__ import annotations

import errno
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiokafka import errors

from streams.engine.failures import in_words
from tests.plans import ANTWERP_FILE

NOWHERE = "127.0.0.1:1"
BANK = Path(__file__).parents[1] / "data"
CLASS = re.compile(r"\b\w+(Error|Exception)\b|Traceback|Errno|\[Error|AddressFamily")
"""What only a programmer can read."""

KAFKA = sorted(
    {
        kind
        for kind in vars(errors).values()
        if isinstance(kind, type)
        and issubclass(kind, Exception)
        and kind is not errors.BrokerResponseError  # the base of the numbered ones, has no number
    },
    key=lambda kind: kind.__name__,
)

PLAN = ["--plan", str(ANTWERP_FILE)]
PERIOD = ["--vendor", "scheldelijn", "--period", "2026-10", *PLAN]
COMMANDS = {
    "worker": ["worker"],
    "rebuild": ["rebuild"],
    "topics create": ["topics", "create"],
    "statement": ["statement", *PERIOD],
    "statement from raw": ["statement", *PERIOD, "--from", "raw"],
    "explain": ["explain", "--line", "waste", "--interval", "2026-10-05T09:15", *PLAN],
    "restate": ["restate", *PERIOD, "--keep", "kept", "--reason", "late records"],
    "simulate": ["simulate", "--to", "kafka", "--for", "1h"],
    "import": [
        *("import", "calls", str(BANK / "bank-calls-1999-02-first-half.tsv.gz"), "--to", "kafka"),
        *("--mapping", str(BANK / "bank.toml")),
    ],
}


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that something else has."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        yield other.getsockname()[1]


@pytest.fixture(autouse=True)
def _surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("REACHLINE_PSEUDONYM_KEY", "0123456789abcdef" * 4)
    with socket.create_server(("127.0.0.1", 0)) as free:
        monkeypatch.setenv("REACHLINE_WEB_PORT", str(free.getsockname()[1]))
    monkeypatch.delenv("REACHLINE_TRACEBACK", raising=False)
    monkeypatch.chdir(tmp_path)


def typed(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """What somebody sees who types the command: in a process of its own, for logging is set up by
    the first who asks."""
    return subprocess.run(
        [sys.executable, "-m", "streams.cli", *words],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def of_people(said: str) -> list[str]:
    """The lines for a person; those of a service's log are JSON."""
    return [line for line in said.splitlines() if not line.startswith("{")]


@pytest.mark.parametrize("command", COMMANDS)
def test_a_broker_that_is_not_there_is_said_once(command: str) -> None:
    ended = typed(*COMMANDS[command], "--broker", NOWHERE)
    assert ended.returncode == 1 and ended.stdout == ""
    assert of_people(ended.stderr) == [
        f"reachline: {NOWHERE}: no Kafka broker answers there; is it running, and is the setting "
        "broker (--broker, REACHLINE_BROKER) right?"
    ]


def test_several_brokers_that_are_not_there() -> None:
    said = typed("topics", "create", "--broker", "127.0.0.1:1,nowhere.invalid:9092").stderr
    assert "127.0.0.1:1" in said and "nowhere.invalid:9092" in said and said.count("\n") == 1


def test_the_doctor_says_it_too() -> None:
    ended = typed("doctor", "--broker", NOWHERE)
    assert ended.returncode == 1 and ended.stderr == ""
    assert f"WRONG broker {NOWHERE}: " in ended.stdout
    assert "no Kafka broker answers there" in ended.stdout
    assert not CLASS.search(ended.stdout)


def test_a_worker_whose_port_is_taken(taken: int) -> None:
    ended = typed("worker", "--broker", NOWHERE, REACHLINE_WEB_PORT=str(taken))
    assert ended.returncode == 1
    assert (ended.stdout, ended.stderr) == (
        "",
        f"reachline: port {taken} of 127.0.0.1 is in use by another program; REACHLINE_WEB_PORT "
        "names another\n",
    )


def test_a_worker_whose_host_is_another_machines() -> None:
    said = typed(
        "worker", "--broker", NOWHERE, REACHLINE_WEB_HOST="192.0.2.1", REACHLINE_WEB_PORT="6066"
    ).stderr
    assert said.startswith("reachline: port 6066 of 192.0.2.1 can't be served: ")
    assert said.count("\n") == 1 and not CLASS.search(said)


@pytest.mark.parametrize("kind", KAFKA)
@pytest.mark.parametrize("said", [(), ("contact.queue",)])
def test_no_error_of_kafka_is_told_by_its_class(
    kind: type[Exception], said: tuple[str, ...]
) -> None:
    words = in_words(kind(*said))
    assert words and words == words.strip()
    assert kind.__name__ not in words.split() and not CLASS.search(words)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (errors.KafkaConnectionError("Connection at 127.0.0.1:9092 closed"), "the connection to"),
        (errors.UnknownTopicOrPartitionError("contact.late"), "`reachline topics create`"),
        (errors.UnknownTopicOrPartitionError("contact.late"), "contact.late"),
        (errors.TopicAuthorizationFailedError("contact.late"), "does not allow this user"),
        (errors.InvalidReplicationFactorError(), "fewer brokers than copies"),
        (errors.CommitFailedError("for now"), "the group has gone on without this worker"),
        (TimeoutError(), "the broker did not answer in time"),
        (ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused"), "Connection refused"),
        (FileNotFoundError(errno.ENOENT, "No such file", "plan.toml"), "plan.toml: No such file"),
        (RuntimeError("no\nroom"), "an unforeseen failure; REACHLINE_TRACEBACK=1"),
        (KeyError(), "an unforeseen failure; REACHLINE_TRACEBACK=1"),
    ],
)
def test_what_people_meet_has_words(error: Exception, said: str) -> None:
    words = in_words(error)
    assert said in words
    assert "\n" not in words and not CLASS.search(words)


def test_a_failure_that_nobody_foresaw_can_be_traced() -> None:
    ended = typed(*COMMANDS["simulate"], "--broker", NOWHERE, REACHLINE_TRACEBACK="1")
    assert "Traceback" in ended.stderr
