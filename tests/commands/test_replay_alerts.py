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
sat = "19:00-24:00"
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


def unreachable(found: list[dict[str, Any]]) -> list[tuple[datetime, dict[str, Any]]]:
    """Its pages on reachability, each with when it opened."""
    return [(local(one["opened_at"]), one) for one in found if one["kind"] == "reachability"]


@pytest.mark.parametrize("with_plan", [False, True], ids=["no plan", "plan"])
def test_the_incident_pages_on_reachability_by_one_and_few_other_days_do(
    capsys: pytest.CaptureFixture[str], calls: Path, plan: Path, with_plan: bool
) -> None:
    found = unreachable(alerts(capsys, calls, *(("--plan", plan) if with_plan else ())))
    first, page = min(
        (one for one in found if one[0].date() == INCIDENT.date()), key=lambda one: one[0]
    )
    assert INCIDENT <= local(page["since"]) < first < INCIDENT.replace(hour=13, minute=0)
    assert page["line"] == "PS"
    assert page["people"] > 300
    assert 0.1 < page["figure"] < 0.2
    assert page["target"] == 0.6
    assert local(page["resolved_at"]) < INCIDENT.replace(hour=14, minute=30)
    assert f"{page['people']} of {page['decided']} people" in page["evidence"]
    others = [one for at, one in found if at.date() != INCIDENT.date()]
    assert 0 < len(others) < 10
    assert all(one["figure"] < 0.6 for one in others)


def test_an_alert_has_all_that_a_reader_needs(
    capsys: pytest.CaptureFixture[str], calls: Path
) -> None:
    found = alerts(capsys, calls)
    assert len({one["id"] for one in found}) == len(found)
    assert {one["kind"] for one in found} == {"service_level", "reachability"}
    for one in found:
        assert one["id"] == f"{one['line']}:{one['kind']}:{one['since']}"
        assert one["since"] <= one["opened_at"]
        assert one["resolved_at"] is None or one["opened_at"] < one["resolved_at"]
        assert 0 < one["people"] <= one["decided"]
        assert one["evidence"].endswith("calls or more.")
    assert [one["opened_at"] for one in found] == sorted(one["opened_at"] for one in found)


def test_no_alert_opens_while_the_bank_is_closed_or_outlasts_the_day(
    capsys: pytest.CaptureFixture[str], calls: Path, plan: Path
) -> None:
    for one in alerts(capsys, calls, "--plan", plan):
        opened = local(one["opened_at"])
        opens, closes = {4: (7, 14), 5: (19, 24)}.get(opened.weekday(), (7, 24))
        assert opens <= opened.hour < closes, one
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
    row = next(row for row in told if "PS: reachability" in row)
    assert row.startswith(
        "Wed 03 Feb 1999 12:56:35  PS: reachability, resolved Wed 03 Feb 1999 14:"
    )
