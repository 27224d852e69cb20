"""``reachline compare``: two menus beside each other, from files of events."""

import json
from pathlib import Path

import pytest

from streams.cli import main
from streams.domain import instants
from tests.calls import BEGIN, Call

PLAN = '[[line]]\nid = "waste"\noption = "3"\n[[line]]\nid = "desk"\n'


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    """Ten heard each menu: four hang up in the long one, one in the short one a day later."""
    told = []
    for menu, gone, day in (("long", 4, 0), ("short", 1, 1)):
        for n in range(10):
            call = Call(BEGIN + day * 86_400_000_000).start(0, menu=menu)
            if n < gone:
                call.hang_up(50)
            else:
                call.choose(13, "waste").enter(14, "waste").answer(15, "waste").hang_up(60)
            told += [
                {**event, "call_id": f"{menu}-{n}", "at": instants.text(event["at"])}
                for event in call.events
            ]
    (tmp_path / "calls.ndjson").write_text("".join(f"{json.dumps(each)}\n" for each in told))
    (tmp_path / "plan.toml").write_text(PLAN)
    return [str(tmp_path / "calls.ndjson"), "--plan", str(tmp_path / "plan.toml")]


def test_two_menus_beside_each_other(files: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", *files, "--menu", "long", "short"]) == 0
    table = capsys.readouterr().out.splitlines()
    (row,) = (line for line in table if line.startswith("hung up in it"))
    assert row.split() == [
        *("hung", "up", "in", "it", "40.0%", "of", "10", "10.0%", "of", "10"),
        *("-30.0", "-59.9", "to", "+8.2"),
    ]


def test_as_json(files: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", *files, "--menu", "long", "short", "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["old"]["menu"] == "long" and found["new"]["menu_abandonment"] == 0.1
    by = found["differences"]["menu_abandonment"]
    assert by["difference"] == pytest.approx(-0.3) and by["from"] < by["difference"] < by["to"]
    assert "wrong_choice 3" in found["differences"]


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (["--menu", "long", "none"], "--menu none: nobody heard it; heard were: long, short"),
        (["--menu", "long", "short", "--period", "2026-11-18"], "--menu short: nobody heard it"),
        (["--menu", "long", "short", "--period", "soon"], "soon"),
    ],
)
def test_what_cannot_be_compared_is_said(
    more: list[str], says: str, files: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["compare", *files, *more]) == 2
    said = capsys.readouterr().err
    assert says in said and "Traceback" not in said


def test_a_file_that_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", "no-such-file", "--menu", "a", "b"]) == 1
    assert "no-such-file" in capsys.readouterr().err
