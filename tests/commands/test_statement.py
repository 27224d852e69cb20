"""``reachline statement`` on the fortnight of real calls, and on a month of a few."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.commands.months import Month, call, of_the_bank, run


def test_the_fortnight_of_real_calls(made: dict[str, Any]) -> None:
    """What the rows themselves give, computed without this project (tests/data/README.md)."""
    found = {each["measure"]: (each["part"], each["whole"]) for each in made["results"]}
    assert found == {
        "in-time": (9_163, 16_290),
        "ignored": (9_163, 16_290 - 651),
        "positive": (9_163 + 651, 16_290),
        "answered-only": (9_163, 14_405),
        "reached": (14_405, 17_313),
        "hung-up": (1_885, 16_290),
        "asa": (495_609, 14_405),
    }
    values = {each["measure"]: each["value"] for each in made["results"]}
    assert values["in-time"] == 0.562492
    assert values["asa"] == 34.405345
    met = {each["measure"] for each in made["results"] if each["met"]}
    assert met == {"ignored", "positive", "answered-only", "asa"}
    # 90.0 - 56.249 = 33.751: 34 points begun, at $2,000.
    assert made["amounts"] == [
        {
            "unit": "money",
            "currency": "USD",
            "malus": "68000.00",
            "bonus": "0.00",
            "balance": "-68000.00",
        }
    ]
    assert made["total"]["line_offered"] == made["contacts"] == 17_313
    assert made["provisional"] is None
    # Always open by its plan, and nobody calls at five in the morning: that is no silence.
    assert made["heard"]["open"] == made["heard"]["heard"] == 14 * 24


def test_of_a_month_that_was_heard_by_half_nothing_is_due(
    bank: Path, output: Callable[[], bytes]
) -> None:
    """The same calls, and nobody has agreed that the second half of the month does not count."""
    assert run(*of_the_bank(bank, "whole-month.toml"), "--format", "json") == 0
    found = json.loads(output())
    assert (found["heard"]["heard"], found["heard"]["open"]) == (336, 672)
    assert found["heard"]["silences"] == [
        {
            "from": "1999-02-14T22:00:00Z",
            "until": "1999-02-28T22:00:00Z",
            "open": 336,
            "line": None,
            "queue": False,
        }
    ]
    assert not found["complete"]
    assert found["amounts"] == []
    assert found["amounts_withheld"][0]["malus"] == "68000.00"
    assert all(each["met"] is None and each["malus"] is None for each in found["results"])


def test_an_auditor_recomputes_it_from_the_raw_events(bank: Path, made: dict[str, Any]) -> None:
    """With ten lines of their own that share nothing with this project."""
    facts: dict[str, dict[str, datetime]] = {}
    for line in (bank / "events.ndjson").open():
        event = json.loads(line)
        kind = event.get("phase", event["event"])
        facts.setdefault(event["call_id"], {})[kind] = datetime.fromisoformat(event["at"])
    offered = [call for call in facts.values() if "entered" in call]
    waits = [call["answered"] - call["entered"] for call in offered if "answered" in call]
    in_time = sum(wait <= timedelta(seconds=20) for wait in waits)
    (result,) = (each for each in made["results"] if each["measure"] == "in-time")
    assert (result["part"], result["whole"]) == (in_time, len(offered))
    assert round(in_time / len(offered), 6) == result["value"]


def test_the_digest_is_that_of_the_books(
    bank: Path, made: dict[str, Any], output: Callable[[], bytes]
) -> None:
    assert run(*of_the_bank(bank), "--format", "books") == 0
    books = output()
    assert hashlib.sha256(books).hexdigest() == made["books"]["digest"]
    assert books.count(b"\n") == made["books"]["quarter_hours"]
    # And by the tool that everybody has.
    summed = subprocess.run(["sha256sum"], input=books, capture_output=True, check=True)
    assert summed.stdout.split()[0].decode() == made["books"]["digest"]


def test_the_page_is_in_the_plan_s_first_language(bank: Path, output: Callable[[], bytes]) -> None:
    assert run(*of_the_bank(bank)) == 0
    page = output().decode()
    assert '<html lang="nl">' in page
    assert "The Desk &amp; Co, 1999-02" in page
    assert "56,25\N{NO-BREAK SPACE}%" in page


def test_a_statement_is_frozen_once(month: Month, output: Callable[[], bytes]) -> None:
    assert run(*month.words("statement"), month.first) == 0
    kept = (month.archive / "acme" / "2026-03" / "0.json").read_bytes()
    assert kept == output()
    # The same again: nothing happens, and it is still of the day on which it was issued.
    assert run(*month.words("statement"), month.first) == 0
    assert output() == kept
    assert re.fullmatch(r"acme-2026-03-1-[0-9a-f]{8}", json.loads(kept)["issue"]["number"])
    late = month.write("late", call(10, 30, 5))
    assert run(*month.words("statement"), month.first, late) == 1
    assert (month.archive / "acme" / "2026-03" / "0.json").read_bytes() == kept


def test_kept_or_not_the_number_ends_alike(month: Month, output: Callable[[], bytes]) -> None:
    words = month.words("statement")
    assert run(*words[:-4], "--format", "json", month.first) == 0
    alone = json.loads(output())["issue"]
    assert run(*words, month.first) == 0
    kept = json.loads(output())["issue"]
    assert alone["issue"] is None and kept["issue"] == 1
    assert alone["digest"] == kept["digest"]
    assert alone["number"].rpartition("-")[2] == kept["number"].rpartition("-")[2]


def test_whoever_makes_it_is_told_what_it_is(
    month: Month, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*month.words("statement"), month.first) == 0
    said = capsys.readouterr().err
    assert re.search(
        r"^number acme-2026-03-1-\w{8}, final: heard 0.75 of 0.75 open hours$", said, re.M
    )


def test_whoever_makes_it_is_told_of_how_many_results_too_little_was_heard(
    bank: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """The queue's events are lost from the ninth day on."""
    lost = bank / "lost.ndjson"
    with lost.open("w") as out:
        for line in (bank / "events.ndjson").read_text().splitlines(keepends=True):
            event = json.loads(line)
            if event["event"] != "queue" or event["at"] < "1999-02-09":
                out.write(line)
    words = of_the_bank(bank)
    assert run(*words[:-1], "--format", "json", lost) == 0
    found = capfd.readouterr()
    assert "incomplete: heard 336 of 336 open hours, too few for 6 of 7 results" in found.err
    results = {each["measure"]: each for each in json.loads(found.out)["results"]}
    assert [each for each in results if results[each]["complete"]] == ["reached"]
    assert results["in-time"]["malus"] is None


def test_what_release_0_1_has_kept_stands_and_is_shown(
    kept_by_0_1: Month, output: Callable[[], bytes]
) -> None:
    month = kept_by_0_1
    path = month.archive / "acme" / "2026-03" / "0.json"
    before = path.read_bytes()
    words = [*month.words("statement")[:-2], "--language", "en"]
    assert run(*words, month.first) == 0
    page = output().decode()
    assert path.read_bytes() == before and not path.with_name("1.json").exists()
    assert "Issued on a day that release 0.1 did not keep" in page
    assert "Release 0.1 did not count the hours heard." in page
    assert run(*words, "--format", "csv", month.first) == 0
    # Nothing has changed: there is nothing to restate.
    assert run(*month.words("restate"), "--reason", "r", month.first) == 1


def test_a_provisional_statement_is_not_frozen(month: Month, output: Callable[[], bytes]) -> None:
    words = [*month.words("statement"), "--as-of", "2026-03-20T00:00:00Z"]
    assert run(*words, month.first) == 1
    assert not month.archive.exists()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--vendor", "acne", "--period", "2026-03"], "no vendor 'acne'"),
        (["--vendor", "acme", "--period", "March"], "'March' is no period"),
        (["--vendor", "acme", "--period", "2026-03", "--as-of", "now"], "--as-of"),
    ],
)
def test_wrong_arguments_are_named(
    month: Month, words: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("statement", *words, "--plan", month.plan, month.first) == 2
    assert says in capsys.readouterr().err


AGAIN_PLAN = """
[[vendor]]
id = "acme"
name = "Acme"
[[line]]
id = "a"
vendor = "acme"
"""


def test_a_call_id_used_again_is_two_calls_of_a_statement(
    tmp_path: Path, output: Callable[[], bytes]
) -> None:
    """Answered in time, and a week later given up after nine minutes: one of two."""
    events = [
        {"event": event, "event_id": f"e{n}", "call_id": "c", "at": at, **more}
        for n, (event, at, more) in enumerate(
            [
                ("queue", "2026-11-13T10:00:00Z", {"line": "a", "phase": "entered"}),
                ("queue", "2026-11-13T10:00:05Z", {"line": "a", "phase": "answered"}),
                ("hangup", "2026-11-13T10:03:00Z", {}),
                ("queue", "2026-11-20T10:00:00Z", {"line": "a", "phase": "entered"}),
                ("hangup", "2026-11-20T10:09:00Z", {}),
            ]
        )
    ]
    (tmp_path / "plan.toml").write_text(AGAIN_PLAN)
    (tmp_path / "events.ndjson").write_text("\n".join(map(json.dumps, reversed(events))))
    words = ["--vendor", "acme", "--period", "2026-11", "--as-of", "2026-12-10T00:00:00Z"]
    of = ["--plan", tmp_path / "plan.toml", tmp_path / "events.ndjson"]
    assert run("statement", *words, "--format", "json", *of) == 0
    found = json.loads(output())
    level = next(each for each in found["results"] if each["figure"] == "service_level")
    assert (level["part"], level["whole"]) == (1, 2)
    assert found["contacts"] == found["volumes"]["a"]["line_offered"] == 2
