"""``reachline worker``, and what it shares with the others that work on a broker."""

from __future__ import annotations

import argparse
import asyncio
import gc
import logging
import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aiokafka.errors import KafkaConnectionError

from streams import logs
from streams.cli import main
from streams.commands.common import FAILED, USAGE, CommandError
from streams.commands.worker import (
    add_settings,
    end_on_signals,
    port_is_free,
    read_settings,
    run_loop,
)
from streams.settings import Settings

HOST = "127.0.0.1"


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that something else has."""
    with socket.create_server((HOST, 0)) as other:
        yield other.getsockname()[1]


@pytest.fixture
def free() -> int:
    with socket.create_server((HOST, 0)) as other:
        port: int = other.getsockname()[1]
    return port


def typed(*words: str) -> Settings:
    parser = argparse.ArgumentParser()
    add_settings(parser)
    return read_settings(parser.parse_args(words))


def test_what_is_typed_goes_before_the_environment_and_that_before_the_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "settings.toml"
    file.write_text('broker = "file:1"\napp = "file"\nplan = "file.toml"\n')
    monkeypatch.setenv("REACHLINE_BROKER", "environment:2")
    monkeypatch.setenv("REACHLINE_APP", "environment")
    of = typed("--settings", str(file), "--broker", "typed:3")
    assert (of.broker, of.app, of.plan) == ("typed:3", "environment", "file.toml")
    assert os.environ["REACHLINE_BROKER"] == "environment:2"


def test_a_setting_that_can_not_be_used_is_the_typist_s_mistake(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("REACHLINE_PARTITIONS", "many")
    with pytest.raises(CommandError, match="partitions") as error:
        typed()
    assert error.value.status == USAGE


def test_an_alertmanager_without_an_address_is_named_before_anything_is_begun(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(logs, "configure", lambda: None)
    monkeypatch.setenv("REACHLINE_ALERTMANAGERS", "ftp://desk")
    assert main(["worker", "--broker", f"{HOST}:1"]) == USAGE
    (said,) = capsys.readouterr().err.splitlines()
    assert said.startswith("reachline: alertmanagers: ") and "ftp://desk" in said


async def test_a_port_is_looked_at_before_anything_is_started(taken: int, free: int) -> None:
    with pytest.raises(CommandError) as error:
        await port_is_free(HOST, taken, "--port names another")
    assert str(error.value) == (
        f"port {taken} of {HOST} is in use by another program; --port names another"
    )
    with pytest.raises(CommandError) as error:
        await port_is_free("192.0.2.1", free, "--port names another")
    assert str(error.value).startswith(f"port {free} of 192.0.2.1 can't be served: ")
    await port_is_free(HOST, free, "--port names another")
    with socket.create_server((HOST, free)):
        pass  # nobody keeps it


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
async def test_a_signal_ends_the_worker_once_however_often_it_comes(name: str) -> None:
    stops = 0
    ended = asyncio.Event()

    class Worker:
        async def stop(self) -> None:
            nonlocal stops
            stops += 1
            await asyncio.sleep(0.05)
            ended.set()

    worker: Any = Worker()
    end_on_signals(worker)
    try:
        for _ in range(3):
            os.kill(os.getpid(), signal.Signals[name])
            await asyncio.sleep(0.01)
        await asyncio.wait_for(ended.wait(), 5)
        assert stops == 1
    finally:
        for each in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().remove_signal_handler(each)


def test_whatever_ends_the_work_is_one_line_or_its_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    async def work(error: Exception) -> None:
        raise error

    monkeypatch.delenv("REACHLINE_TRACEBACK", raising=False)
    with pytest.raises(CommandError) as said:
        run_loop(work(KafkaConnectionError("Connection closed")))
    assert str(said.value) == "the connection to Kafka broke: Connection closed"
    assert said.value.status == FAILED
    with pytest.raises(CommandError) as said:
        run_loop(work(CommandError("typed wrong", USAGE)))
    assert (str(said.value), said.value.status) == ("typed wrong", USAGE)
    monkeypatch.setenv("REACHLINE_TRACEBACK", "1")
    with pytest.raises(KafkaConnectionError):
        run_loop(work(KafkaConnectionError("Connection closed")))


async def _fails_with_others_that_nobody_waits_for() -> None:
    for _ in range(3):
        asyncio.get_running_loop().create_future().set_exception(OSError("the same"))
    gc.collect()
    raise OSError(28, "No space left on device", "/var/lib")


def test_after_the_one_line_nothing_is_said_of_futures(
    caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(CommandError, match="/var/lib: No space left on device"):
        run_loop(_fails_with_others_that_nobody_waits_for())
    gc.collect()
    assert not [each for each in caplog.records if each.levelno >= logging.WARNING]
    assert "never retrieved" not in capsys.readouterr().err
