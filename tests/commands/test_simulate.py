"""`reachline simulate`: a city that phones, and what dirt does to its events."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest

from streams.cli import main
from tests.plans import ANTWERP_FILE


def told(capfdbinary: pytest.CaptureFixture[bytes], *words: str) -> bytes:
    assert main([*words]) == 0
    return capfdbinary.readouterr().out


def test_dirt_is_in_order_and_repetition_and_changes_no_figure(
    capfdbinary: pytest.CaptureFixture[bytes], tmp_path: Path
) -> None:
    simulated = ["simulate", "--for", "3h", "--start", "2026-03-02T08:00:00+01:00"]
    clean = told(capfdbinary, *simulated)
    dirty = told(capfdbinary, *simulated, "--dirty")
    lines = dirty.splitlines()
    assert len(lines) > len(set(lines)) == len(clean.splitlines())
    at = [orjson.loads(line)["at"] for line in lines]
    assert at != sorted(at)
    books = set()
    for name, events in (("clean", clean), ("dirty", dirty)):
        path = tmp_path / f"{name}.ndjson"
        path.write_bytes(events)
        plan = ("--plan", str(ANTWERP_FILE), "--format", "json")
        books.add(told(capfdbinary, "replay", str(path), *plan).replace(str(path).encode(), b""))
    assert len(books) == 1


def test_nobody_calls_minus_one_times(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", "--scale", "-1"]) == 2
    assert "--scale must be above 0" in capsys.readouterr().err
