"""``reachline replay --alerts`` on real calls: who would have been woken at the bank in 1999.

On Wednesday 3 February, from 12:50 local time (UTC+2), people hung up in announcements by the
hundred; hardly anybody got through until two. All of it is in the service level's blind spot.
"""

from __future__ import annotations

import gc
import json
import random
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from streams.cli import main
from streams.domain.ndjson import ndjson
from tests.bank import real_calls

LOCAL = ZoneInfo("Asia/Jerusalem")
INCIDENT = datetime(1999, 2, 3, 12, 50, tzinfo=LOCAL)

# When the bank answered, as its calls show; one plan line for each of its lines.
PLAN = """
[city]
name = "The bank"
time_zone = "Asia/Jerusalem"

[[hours]]
id = "bank"
sun-thu = "07:00-24:00"
fri = "07:00-14:00"
sat = "19:40-24:00"
""" + "".join(
    f'[[line]]\nid = "{line}"\nhours = "bank"\n' for line in ("PS", "PE", "IN", "NE", "NW", "TT")
)


@pytest.fixture(autouse=True)
def collected() -> Iterator[None]:
    """A replay is a process of its own, which does without Python's search for garbage; this one
    goes on."""
    yield
    gc.enable()


@pytest.fixture(scope="module")
def lines() -> list[bytes]:
    """The fortnight, an event a line."""
    return [ndjson(event) for event in real_calls()]


@pytest.fixture(scope="module")
def calls(lines: Sequence[bytes], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Their file."""
    file = tmp_path_factory.mktemp("bank") / "calls.ndjson"
    file.write_bytes(b"".join(lines))
    return file


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    file = tmp_path / "bank.toml"
    file.write_text(PLAN)
    return file


def alerts(capsys: pytest.CaptureFixture[str], *words: str | Path) -> list[dict[str, Any]]:
    """What a replay finds, as JSON."""
    assert main(["replay", *map(str, words), "--alerts", "--format", "json"]) == 0
    found: list[dict[str, Any]] = json.loads(capsys.readouterr().out)["alerts"]
    return found


def local(instant: str) -> datetime:
    return datetime.fromisoformat(instant).astimezone(LOCAL)


@pytest.mark.parametrize("with_plan", [False, True], ids=["no plan", "plan"])
def test_the_incident_pages_within_minutes(
    capsys: pytest.CaptureFixture[str], calls: Path, plan: Path, with_plan: bool
) -> None:
    found = alerts(capsys, calls, *(("--plan", plan) if with_plan else ()))
    first, page = min(
        (
            (local(one["opened_at"]), one)
            for one in found
            if one["kind"] == "no_entry" and local(one["opened_at"]).date() == INCIDENT.date()
            and one["since"] >= "1999-02-03T10:50"
        ),
        key=lambda one: one[0],
    )  # fmt: skip
    assert INCIDENT <= local(page["since"]) < first < INCIDENT.replace(hour=12, minute=54)
    assert (page["severity"], page["cause"]) == ("page", "hung_up_before_queue")
    assert page["people"] > 300
    assert page["figure"] < 0.2 < page["usual"]
    assert local(page["resolved_at"]) < INCIDENT.replace(hour=15, minute=30)


def test_with_its_hours_the_bank_is_woken_for_little_else(
    capsys: pytest.CaptureFixture[str], calls: Path, plan: Path
) -> None:
    found = alerts(capsys, calls, "--plan", plan)
    pages = [
        (one["kind"], local(one["opened_at"]).day)
        for one in found
        if one["severity"] == "page" and one["kind"] in ("no_entry", "no_answers", "silence")
    ]
    assert ("no_entry", 3) in pages
    # Nobody came into the queue of NW from 7:20 to 7:57 on the 10th, hardly anybody was answered
    # there for twenty minutes on the 11th, and on the 14th nobody called at all.
    assert {day for _, day in pages} <= {3, 10, 11, 14}
    assert len(pages) <= 6


def test_an_alert_has_all_that_a_reader_needs(
    capsys: pytest.CaptureFixture[str], calls: Path, plan: Path
) -> None:
    found = alerts(capsys, calls, "--plan", plan)
    assert len({one["id"] for one in found}) == len(found)
    for one in found:
        assert one["id"] == f"{one['scope']}:{one['kind']}:{one['since']}"
        assert one["since"] <= one["opened_at"]
        assert one["resolved_at"] is None or one["opened_at"] <= one["resolved_at"]
        assert 0 <= one["people"] <= one["decided"]
        assert one["evidence"].endswith(".")
        assert one["lines"] or one["line"] is None
    assert [one["opened_at"] for one in found] == sorted(one["opened_at"] for one in found)


def test_no_alert_opens_while_the_bank_is_closed_or_outlasts_the_day(
    capsys: pytest.CaptureFixture[str], calls: Path, plan: Path
) -> None:
    for one in alerts(capsys, calls, "--plan", plan):
        opened = local(one["opened_at"])
        opens, closes = {4: (7, 14), 5: (19, 24)}.get(opened.weekday(), (7, 24))
        assert opens <= opened.hour < closes, one
        if one["kind"] in ("silence", "closing", "forgotten"):
            continue  # a silence goes on over night; that a line closed on people is known after
        resolved = local(one["resolved_at"])
        midnight = resolved.hour == resolved.minute == 0
        assert resolved.date() == opened.date() or (midnight and closes == 24), one


def test_neither_order_nor_repetition_changes_an_alert(
    capsys: pytest.CaptureFixture[str], calls: Path, lines: Sequence[bytes], tmp_path: Path
) -> None:
    jumbled = [*lines, *random.Random(3).sample(lines, len(lines) // 10)]
    random.Random(4).shuffle(jumbled)
    file = tmp_path / "jumbled.ndjson"
    file.write_bytes(b"".join(jumbled))
    assert alerts(capsys, file) == alerts(capsys, calls)


def test_the_table_lists_the_incident_for_people(
    capsys: pytest.CaptureFixture[str], calls: Path, plan: Path
) -> None:
    assert main(["replay", str(calls), "--plan", str(plan), "--alerts"]) == 0
    told = capsys.readouterr().out.splitlines()
    row = next(row for row in told if row.startswith("Wed 03 Feb 1999 12:5"))
    assert ": no entry (page), resolved Wed 03 Feb 1999 1" in row
