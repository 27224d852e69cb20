"""What the doctor finds, and what it says to do."""

from __future__ import annotations

from typing import Any

import pytest
from aiokafka import codec

from streams.cli import main
from tests.brokers import free_port
from tests.wire import BROKEN, breaks


def findings(capsys: pytest.CaptureFixture[str], broker: str = "") -> list[str]:
    """The lines of `reachline doctor`, by default where no broker is."""
    main(["doctor", "--broker", broker or f"127.0.0.1:{free_port()}"])
    return capsys.readouterr().out.splitlines()


def test_each_compression_is_tried(capsys: pytest.CaptureFixture[str]) -> None:
    assert "ok    compression: gzip, snappy, lz4, zstd" in findings(capsys)


def test_compressions_that_are_missing_are_named_with_the_remedy(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after an upgrade with `--no-deps` in an environment of the version before."""
    monkeypatch.setattr(codec, "cramjam", None)
    lines = [line for line in findings(capsys) if "compress" in line]
    assert lines[0] == "ok    compression: gzip"
    (wrong,) = lines[1:]
    assert wrong.startswith("WRONG compression: snappy, lz4, zstd can't be read")
    assert "pip install -r requirements.lock" in wrong


def test_links_to_localhost_are_noted_until_they_are_set(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    [note] = [line for line in findings(capsys) if "localhost" in line]
    assert note.startswith("note  links of alerts lead to localhost")
    assert note.endswith("set `runbooks` and `grafana`")
    monkeypatch.setenv("REACHLINE_GRAFANA", "https://grafana.example")
    monkeypatch.setenv("REACHLINE_RUNBOOKS", "https://runbooks.example")
    assert not [line for line in findings(capsys) if "localhost" in line]


@pytest.mark.parametrize("answer", BROKEN)
def test_a_compression_that_does_not_give_back_what_it_was_given(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, answer: Any
) -> None:
    monkeypatch.setattr(codec, "lz4_decode", breaks(answer))
    lines = [line for line in findings(capsys) if "compress" in line]
    assert lines[0] == "ok    compression: gzip, snappy, zstd"
    assert len(lines) == 2 and lines[1].startswith("WRONG compression: lz4 can't be read")
