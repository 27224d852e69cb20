"""``reachline explain`` on the fortnight of real calls, and on a month of a few."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.commands.months import Month, run


def test_explained_call_by_call_the_worst_quarter_hour_adds_up(
    bank: Path, made: dict[str, Any], output: Callable[[], bytes]
) -> None:
    """13:15 on 3 February: 73 to the queue, eight in time."""
    worst = made["worst"][0]
    assert (worst["line"], worst["start"]) == ("PS", "1999-02-03T11:15:00Z")
    words = ["explain", "--line", "PS", "--interval", "1999-02-03T13:20", "--format"]
    rest = ["--plan", bank / "plan.toml", bank / "events.ndjson"]
    assert run(*words, "json", *rest) == 0
    found = json.loads(output())
    in_time = found["measures"]["in-time"]
    assert (in_time["part"], in_time["whole"]) == (worst["part"], worst["whole"]) == (8, 73)
    assert found["books"]["line_offered"] == len(found["visits"])
    assert run(*words, "csv", *rest) == 0
    rows = output().decode().splitlines()
    assert len(rows) == 1 + len(found["visits"])
    assert sum("hit: in_time" in row for row in rows) > 0
    assert run(*words, "text", "--language", "en", *rest) == 0
    text = output().decode()
    assert "in-time: 8 of 73, 10.96\N{NO-BREAK SPACE}%, before exclusions" in text
    assert "counts against: answered after the threshold" in text


def test_a_line_or_an_interval_that_is_none(
    month: Month, capsys: pytest.CaptureFixture[str]
) -> None:
    of = ["--plan", month.plan, month.first]
    assert run("explain", "--line", "wast", "--interval", "2026-03", *of) == 2
    assert "no line 'wast'" in capsys.readouterr().err
    for none in ("noon", "0001-01-01", "0001-01-01T00:00+10:00", "9999-12-31T23:59"):
        assert run("explain", "--line", "waste", "--interval", none, *of) == 2
        assert f"{none!r} is no quarter-hour, day or month" in capsys.readouterr().err
