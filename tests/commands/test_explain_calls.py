"""``reachline explain --caller``: a citizen gives their number, and hears what became of the call.

Nobody who looks over a shoulder, into a log or at the answer finds the number or a pseudonym.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from streams.sources.callers import Callers
from streams.sources.pseudonyms import KEY_VARIABLE, Pseudonyms
from tests.commands.months import run
from tests.numbers import digits

KEY = "8f3a61c0d27be9458f3a61c0d27be945"
NUMBER = "0470 12 34 56"
OF_CALLER = ("explain", "--interval", "2026-10-05", "--language", "en")


def _pseudonym(number: str) -> str:
    found = Callers(Pseudonyms(KEY.encode()), "BE").of(number)
    assert found is not None
    return found


@pytest.fixture
def of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """A plan and a file: two callers on 5 October, and one of them again on the next day."""
    monkeypatch.setenv(KEY_VARIABLE, KEY)
    monkeypatch.setenv("REACHLINE_LOOKUPS", str(tmp_path / "lookups.jsonl"))
    (tmp_path / "plan.toml").write_text(
        '[city]\ntime_zone = "Europe/Brussels"\n[[line]]\nid = "waste"\n'
    )
    events = []
    for call_id, number, day in (
        ("mine", NUMBER, 5),
        ("other", "0470 99 99 99", 5),
        ("later", NUMBER, 6),
    ):
        base = {"call_id": call_id}
        for n, more in enumerate(
            (
                {"event": "call-start", "caller": _pseudonym(number)},
                {"event": "queue", "line": "waste", "phase": "entered"},
                {"event": "hangup", "by": "caller"},
            )
        ):
            at = f"2026-10-{day:02}T09:{n:02}:00+02:00"
            events.append({"event_id": f"{call_id}-{n}", "at": at, **base, **more})
    file = tmp_path / "events.ndjson"
    file.write_text("".join(json.dumps(event) + "\n" for event in events))
    return ["--plan", tmp_path / "plan.toml", file]


def _typed(text: str) -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(text.encode()))


def _log(of: list[Any]) -> list[dict[str, Any]]:
    path = of[1].parent / "lookups.jsonl"
    return [*map(json.loads, path.read_text().splitlines())] if path.exists() else []


@pytest.mark.parametrize("spelt", ["0470/12.34.56", "+32 470 12 34 56", "sip:0032470123456@pbx"])
def test_the_number_in_any_spelling_finds_the_callers_call_and_no_other(
    spelt: str, of: list[Any], capfd: pytest.CaptureFixture[str]
) -> None:
    assert run(*OF_CALLER, "--caller", spelt, *of) == 0
    out, err = capfd.readouterr()
    assert out.startswith("1 call, from 2026-10-05 00:00+02:00 until 2026-10-06 00:00+02:00\n")
    assert "Given up: Nobody answered before the caller hung up." in out
    assert "mine, began" in out and "other" not in out and "later" not in out
    said = out + err + json.dumps(_log(of))
    assert "470123456" not in digits(said) and _pseudonym(NUMBER) not in said


def test_a_month_has_both_of_them(of: list[Any], output: Callable[[], bytes]) -> None:
    words = ["explain", "--interval", "2026-10", "--format", "json", "--caller", NUMBER]
    assert run(*words, *of) == 0
    shown = json.loads(output())
    assert [each["call_id"] for each in shown["contacts"]] == ["mine", "later"]
    assert _pseudonym(NUMBER).encode() not in output()


def test_the_pseudonym_itself_needs_no_key(
    of: list[Any], output: Callable[[], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(KEY_VARIABLE)
    assert run(*OF_CALLER, "--caller", _pseudonym(NUMBER), *of) == 0
    assert b"mine, began" in output()


def test_the_number_is_asked_for_and_not_typed_where_others_see_it(
    of: list[Any], output: Callable[[], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", _typed(f"{NUMBER}\n"))
    assert run(*OF_CALLER, "--caller", "-", *of) == 0
    assert b"mine, began" in output()
    monkeypatch.setattr("sys.stdin", _typed(""))
    assert run(*OF_CALLER, "--caller", "-", *of) == 2
    assert run(*OF_CALLER, "--caller", "-", *of[:2], "-") == 2


def test_each_look_up_is_logged_before_it_is_answered(of: list[Any]) -> None:
    assert run(*OF_CALLER, "--caller", NUMBER, "--asked-by", "Ombudsman", *of) == 0
    assert run(*OF_CALLER, "--caller", NUMBER, *of[:2], of[2].with_name("missing")) == 1
    first, second = _log(of)
    assert set(second) == {"at", "who", "from", "until"}
    assert first["asked_by"] == "Ombudsman"
    assert (first["from"], first["until"]) == ("2026-10-04T22:00:00Z", "2026-10-05T22:00:00Z")


def test_nothing_is_shown_that_can_not_be_logged(
    of: list[Any], capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REACHLINE_LOOKUPS", str(of[2] / "log"))
    assert run(*OF_CALLER, "--caller", NUMBER, *of) == 1
    out, err = capfd.readouterr()
    assert not out
    assert "nothing is looked up that can't be logged" in err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--caller", "anonymous"], "is nobody's number"),
        (["--caller", NUMBER, "--country", "XX"], "--country: write two capital letters"),
        (["--caller", NUMBER, "--asked-by", NUMBER], "without a telephone number"),
        (["--caller", NUMBER, "--asked-by", ""], "--asked-by: write a name"),
        (["--caller", NUMBER, "--format", "csv"], "--format csv is of the visits to a line"),
        (["--caller", "0470", "12 34 56"], "write a number with blanks in quotes"),
    ],
)
def test_what_can_not_be_asked(
    words: list[str], said: str, of: list[Any], capfd: pytest.CaptureFixture[str]
) -> None:
    assert run("explain", *words[:2], *of, *words[2:], "--interval", "2026-10-05") == 2
    err = capfd.readouterr().err
    assert said in err
    assert "470123456" not in digits(err)
    assert not _log(of)


@pytest.mark.parametrize("key", [None, "too short"])
def test_a_number_without_a_key_that_protects(
    key: str | None,
    of: list[Any],
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv(KEY_VARIABLE)
    if key is not None:
        monkeypatch.setenv(KEY_VARIABLE, key)
    assert run(*OF_CALLER, "--caller", NUMBER, *of) == 2
    err = capfd.readouterr().err
    assert "key" in err and "470123456" not in digits(err)
    assert not _log(of)


def test_of_when_is_asked_of_a_caller_and_may_be_left_out_of_a_call(
    of: list[Any], capfd: pytest.CaptureFixture[str]
) -> None:
    assert run("explain", "--caller", NUMBER, *of) == 2
    assert "--interval T says of when" in capfd.readouterr().err
    assert run("explain", "--call", "later", "--language", "en", *of) == 0
    out = capfd.readouterr().out
    assert out.startswith("1 call\n") and "later, began" in out
    assert run("explain", "--call", "later", "--interval", "2026-10-05", *of) == 0
    assert not _log(of), "a call id is no person"


def test_a_line_and_a_caller_are_two_questions(of: list[Any]) -> None:
    with pytest.raises(SystemExit):
        run(*OF_CALLER, "--caller", NUMBER, "--line", "waste", *of)
