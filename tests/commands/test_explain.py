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


NIGHT_PLAN = """
[city]
time_zone = "Europe/Brussels"
[[line]]
id = "a"
"""


@pytest.fixture
def night(tmp_path: Path) -> list[Any]:
    """Two calls at half past two, in the hour that comes twice."""
    (tmp_path / "plan.toml").write_text(NIGHT_PLAN)
    events = [
        {"event": "queue", "event_id": call, "call_id": call, "at": at, "line": "a"}
        for call, at in (
            ("summer", "2026-10-25T02:30:00+02:00"),
            ("winter", "2026-10-25T02:30:00+01:00"),
        )
    ]
    lines = [json.dumps(event | {"phase": "entered"}) for event in events]
    (tmp_path / "events.ndjson").write_text("\n".join(lines))
    return ["--plan", tmp_path / "plan.toml", tmp_path / "events.ndjson"]


def test_a_quarter_hour_that_comes_twice_is_shown_twice(
    night: list[Any], output: Callable[[], bytes]
) -> None:
    assert run("explain", "--line", "a", "--interval", "2026-10-25T02:30", *night) == 0
    shown = output().decode()
    assert shown.index("a, from 2026-10-25 02:30+02:00 until") < shown.index("summer, began")
    assert shown.index("summer, began") < shown.index("a, from 2026-10-25 02:30+01:00 until")
    assert shown.index("a, from 2026-10-25 02:30+01:00 until") < shown.index("winter, began")
    assert run("explain", "--line", "a", "--interval", "2026-10-25T02:30+01:00", *night) == 0
    assert "summer" not in output().decode()
    assert run("explain", "--line", "a", "--interval", "2026-10-25T03:30", *night) == 0
    assert "0 visits" in output().decode()


@pytest.mark.parametrize("form", ["json", "csv", "html"])
def test_a_program_is_asked_which_of_two_quarter_hours_it_means(
    night: list[Any], form: str, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["explain", "--line", "a", "--interval", "2026-10-25T02:30", "--format", form]
    assert run(*words, *night) == 2
    assert (
        "comes twice: write 2026-10-25T02:30+02:00 or 2026-10-25T02:30+01:00"
        in capsys.readouterr().err
    )


def test_a_time_that_the_clock_jumped_over_is_refused(
    night: list[Any], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("explain", "--line", "a", "--interval", "2026-03-29T02:30", *night) == 2
    assert "there is no 2026-03-29T02:30 in Europe/Brussels" in capsys.readouterr().err
