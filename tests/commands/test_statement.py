"""The commands around a statement, on the fortnight of real calls and on small months."""

import gzip
import hashlib
import json
import re
import shutil
import subprocess
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from streams.cli import main
from streams.sources import call_files as files
from streams.sources import calls
from streams.sources.mapping import Mapping

DATA = Path(__file__).parent.parent / "data"

PLAN = """
[city]
name = "Bank"
time_zone = "Asia/Jerusalem"
contract = "calls"
languages = ["nl", "en"]
[[vendor]]
id = "desk"
name = "The Desk & Co"
[[contract]]
id = "calls"
currency = "USD"
    [[contract.measure]]
    id = "in-time"
    figure = "service_level"
    target = 0.90
    scope = "pooled"
        [contract.measure.malus]
        per_point = 2000
    [[contract.measure]]
    id = "ignored"
    figure = "service_level"
    formula = "abandons_ignored"
    target = 0.58
    scope = "pooled"
    [[contract.measure]]
    id = "positive"
    figure = "service_level"
    formula = "abandons_positive"
    target = 0.58
    scope = "pooled"
    [[contract.measure]]
    id = "answered-only"
    figure = "service_level"
    formula = "answered_only"
    target = 0.58
    scope = "pooled"
    [[contract.measure]]
    id = "reached"
    figure = "reachability"
    target = 0.85
    scope = "pooled"
    [[contract.measure]]
    id = "hung-up"
    figure = "abandonment"
    target = 0.05
    scope = "pooled"
    [[contract.measure]]
    id = "asa"
    figure = "average_speed_of_answer"
    target = 35
    scope = "pooled"
"""
NOT_LOGGED = """
    [[contract.exclusion]]
    id = "not-logged"
    kind = "event"
    from = 1999-02-15T00:00:00+02:00
    until = 1999-03-01T00:00:00+02:00
    reason = "The log that was made public ends here"
"""
BANK_LINES = "".join(
    f'[[line]]\nid = "{line}"\nvendor = "desk"\n' for line in ("PS", "PE", "IN", "NE", "NW", "TT")
)


@pytest.fixture(scope="session")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The fortnight as events, with its plan beside it."""
    directory = tmp_path_factory.mktemp("bank")
    (directory / "plan.toml").write_text(PLAN + NOT_LOGGED + BANK_LINES)
    (directory / "whole-month.toml").write_text(PLAN + BANK_LINES)
    log = DATA / "bank-calls-1999-02-first-half.tsv.gz"
    with (directory / "events.ndjson").open("wb") as out:
        mapping = Mapping.load(DATA / "bank.toml")
        calls.run([log], mapping, lambda e: out.write(files.ndjson(e)), print)
    return directory


def run(*words: str | Path) -> int:
    return main([str(word) for word in words])


@pytest.fixture
def output(capfdbinary: pytest.CaptureFixture[bytes]) -> Callable[[], bytes]:
    """What was written to standard output since it was asked last."""
    return lambda: capfdbinary.readouterr().out


@pytest.fixture(scope="session")
def made(bank: Path) -> dict[str, Any]:
    """The fortnight's statement as an object."""
    path = bank / "statement.json"
    assert run(*_statement(bank), "--format", "json", "--output", path) == 0
    found: dict[str, Any] = json.loads(path.read_bytes())
    return found


def _statement(bank: Path, plan: str = "plan.toml") -> list[str | Path]:
    return [
        *("statement", "--vendor", "desk", "--period", "1999-02"),
        *("--plan", bank / plan, bank / "events.ndjson"),
    ]


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
    assert run(*_statement(bank, "whole-month.toml"), "--format", "json") == 0
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
    assert run(*_statement(bank), "--format", "books") == 0
    books = output()
    assert hashlib.sha256(books).hexdigest() == made["books"]["digest"]
    assert books.count(b"\n") == made["books"]["quarter_hours"]
    # And by the tool that everybody has.
    summed = subprocess.run(["sha256sum"], input=books, capture_output=True, check=True)
    assert summed.stdout.split()[0].decode() == made["books"]["digest"]


def test_order_repetition_and_packing_give_the_same_bytes(
    bank: Path, tmp_path: Path, output: Callable[[], bytes]
) -> None:
    lines = (bank / "events.ndjson").read_bytes().splitlines(keepends=True)
    half = len(lines) // 2
    (tmp_path / "b.ndjson").write_bytes(b"".join(reversed(lines[:half])))
    (tmp_path / "a.ndjson.gz").write_bytes(gzip.compress(b"".join(lines[half - 999 :]), 1))
    words = _statement(bank)[:-1]
    assert run(*words, "--format", "json", tmp_path / "b.ndjson", tmp_path / "a.ndjson.gz") == 0
    again, before = json.loads(output()), json.loads((bank / "statement.json").read_bytes())
    again["issue"].pop("date")
    before["issue"].pop("date")
    assert again == before


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


def test_the_page_is_in_the_plan_s_first_language(bank: Path, output: Callable[[], bytes]) -> None:
    assert run(*_statement(bank)) == 0
    page = output().decode()
    assert '<html lang="nl">' in page
    assert "The Desk &amp; Co, 1999-02" in page
    assert "56,25\N{NO-BREAK SPACE}%" in page


# ---------------------------------------------------------------- freezing and restating


def _call(n: int, minute: int, wait: int, **more: Any) -> list[dict[str, Any]]:
    def at(seconds: int) -> str:
        moment = datetime.fromisoformat(f"2026-03-04T09:{minute:02}:00+01:00")
        return (moment + timedelta(seconds=seconds)).isoformat()

    base = {"call_id": f"c{n}", "line": "waste"} | more
    return [
        {"event": "queue", "event_id": f"{n}-1", "at": at(0), "phase": "entered", **base},
        {"event": "queue", "event_id": f"{n}-2", "at": at(wait), "phase": "answered", **base},
        {"event": "hangup", "event_id": f"{n}-3", "at": at(wait + 60), "call_id": f"c{n}"},
    ]


SMALL = """
[city]
time_zone = "Europe/Brussels"
contract = "paid"
[[vendor]]
id = "acme"
name = "Acme"
[[contract]]
id = "paid"
    [[contract.measure]]
    id = "in-time"
    figure = "service_level"
    target = 0.80
        [contract.measure.malus]
        per_point = 100
[[hours]]
id = "one-morning"
exceptions = [{ date = 2026-03-04, open = "09:00-09:45" }]
[[line]]
id = "waste"
vendor = "acme"
hours = "one-morning"
expected_per_hour = 10
"""


class Month:
    """A month of a few calls, whose phone system corrects itself."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.plan = directory / "plan.toml"
        self.plan.write_text(SMALL)
        self.archive = directory / "statements"
        calls = [_call(n, n, 5) for n in range(8)] + [_call(n, n, 90) for n in range(8, 10)]
        self.first = self.write("first", [event for call in calls for event in call])

    def write(self, name: str, events: list[dict[str, Any]]) -> Path:
        path = self.directory / f"{name}.ndjson"
        path.write_text("".join(json.dumps(event) + "\n" for event in events))
        return path

    def words(self, command: str) -> list[str | Path]:
        of = ["--vendor", "acme", "--period", "2026-03", "--plan", self.plan]
        return [command, *of, "--keep", self.archive, "--format", "json"]


@pytest.fixture
def month(tmp_path: Path) -> Month:
    return Month(tmp_path)


def test_a_statement_is_frozen_once(month: Month, output: Callable[[], bytes]) -> None:
    assert run(*month.words("statement"), month.first) == 0
    kept = (month.archive / "acme" / "2026-03" / "0.json").read_bytes()
    assert kept == output()
    # The same again: nothing happens, and it is still of the day on which it was issued.
    assert run(*month.words("statement"), month.first) == 0
    assert output() == kept
    assert re.fullmatch(r"acme-2026-03-1-[0-9a-f]{8}", json.loads(kept)["issue"]["number"])
    late = month.write("late", _call(10, 30, 5))
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
    words = _statement(bank)
    assert run(*words[:-1], "--format", "json", lost) == 0
    found = capfd.readouterr()
    assert "incomplete: heard 336 of 336 open hours, too few for 6 of 7 results" in found.err
    results = {each["measure"]: each for each in json.loads(found.out)["results"]}
    assert [each for each in results if results[each]["complete"]] == ["reached"]
    assert results["in-time"]["malus"] is None


def test_six_days_later_the_phone_system_sends_again(
    month: Month, output: Callable[[], bytes]
) -> None:
    """A call that was answered after 90 s turns out to have been answered after 300, and one that
    was never told comes: the frozen 80.0 % was met, the restated 72.7 % was not; both are kept."""
    assert run(*month.words("statement"), month.first) == 0
    output()
    corrected = _call(0, 0, 300)[1] | {"revision": 1}
    lately = month.write("late", [corrected, *_call(10, 30, 90)])
    restate = [*month.words("restate"), "--reason", "Ticket 4711: the exchange sent again"]
    assert run(*restate, month.first, lately) == 0
    found = json.loads(output())
    assert found["reason"] == "Ticket 4711: the exchange sent again"
    assert not found["plan_changed"]
    assert [(each["event_id"], each["revision"]) for each in found["events"]] == [("0-2", 1)]
    (result,) = found["results"]
    assert (result["before"]["part"], result["before"]["whole"]) == (8, 10)
    assert (result["after"]["part"], result["after"]["whole"]) == (7, 11)
    assert result["before"]["met"] and not result["after"]["met"]
    assert result["before"]["malus"] is None
    assert result["after"]["malus"]["amount"] == "1700.00"  # 16.4 points, 17 begun
    assert [each["start"] for each in found["quarter_hours"]] == [
        "2026-03-04T08:00:00Z",
        "2026-03-04T08:30:00Z",
    ]
    assert found["quarter_hours"][0]["counts"]["answered_within"] == [8, 7]
    directory = month.archive / "acme" / "2026-03"
    assert {each.name for each in directory.iterdir()} == {
        *("0.json", "0.books", "1.json", "1.books", "1.restatement.json"),
    }
    for n in (0, 1):
        named = json.loads((directory / f"{n}.json").read_bytes())["books"]["digest"]
        books = (directory / f"{n}.books").read_bytes()
        assert hashlib.sha256(books).hexdigest() == named
    # Restating once more finds nothing new, and says so.
    assert run(*restate, month.first, lately) == 1


def test_a_restatement_as_a_page(month: Month, output: Callable[[], bytes]) -> None:
    assert run(*month.words("statement"), month.first) == 0
    output()
    lately = month.write("late", _call(10, 30, 90))
    words = [*month.words("restate")[:-2], "--reason", "<late>", "--language", "en"]
    assert run(*words, month.first, lately) == 0
    page = output().decode()
    assert re.search(r"<strong>acme-2026-03-2-[0-9a-f]{8}</strong>", page)
    assert re.search(r"In place of</dt><dd>acme-2026-03-1-[0-9a-f]{8}</dd>", page)
    assert "Final, issue 2" in page
    assert "&lt;late&gt;" in page and "<late>" not in page
    assert "80.00" in page and "72.73" in page


# ---------------------------------------------------------------- what release 0.1 has kept


@pytest.fixture
def kept_by_0_1(month: Month) -> Month:
    """The same month, frozen by release 0.1: without number, date or hours heard."""
    shutil.copytree(DATA / "kept-by-0.1", month.archive)
    assert b'"issue"' not in (month.archive / "acme" / "2026-03" / "0.json").read_bytes()
    return month


@pytest.mark.parametrize("language", ["en", "nl"])
def test_what_release_0_1_has_kept_is_restated(
    kept_by_0_1: Month, output: Callable[[], bytes], language: str
) -> None:
    month = kept_by_0_1
    lately = month.write("late", _call(10, 30, 90))
    words = [*month.words("restate")[:-2], "--reason", "late", "--language", language]
    assert run(*words, month.first, lately) == 0
    page = output().decode()
    first = re.search(r"acme-2026-03-1-[0-9a-f]{8}", page)
    assert first is not None and re.search(r"acme-2026-03-2-[0-9a-f]{8}", page)
    says = {
        "en": "Release 0.1 did not count the hours heard.",
        "nl": "Versie 0.1 telde de gehoorde uren niet.",
    }
    assert says[language] in page
    found = json.loads((month.archive / "acme" / "2026-03" / "1.restatement.json").read_bytes())
    (result,) = found["results"]
    assert (result["before"]["part"], result["before"]["whole"]) == (8, 10)
    assert (result["after"]["part"], result["after"]["whole"]) == (8, 11)


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


def test_nothing_is_restated_that_was_not_frozen(month: Month) -> None:
    assert run(*month.words("restate"), "--reason", "r", month.first) == 1


def test_a_provisional_statement_is_not_frozen(month: Month, output: Callable[[], bytes]) -> None:
    words = [*month.words("statement"), "--as-of", "2026-03-20T00:00:00Z"]
    assert run(*words, month.first) == 1
    assert not month.archive.exists()


def test_as_of_a_moment_what_came_later_is_not_known(
    month: Month, output: Callable[[], bytes]
) -> None:
    """At 09:04:30 five calls have come in, of which the last is not in the past's 20 seconds."""
    words = [*month.words("statement")[:-4], "--format", "json"]
    assert run(*words, "--as-of", "2026-03-04T09:04:30+01:00", month.first) == 0
    found = json.loads(output())
    assert found["provisional"] == {
        "as_of": "2026-03-04T08:04:30Z",
        "quarter_hours": 1,
        "visits": 5,
        "period_over": False,
    }
    assert found["results"][0]["whole"] == 5
    assert not found["results"][0]["final"]


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


def test_a_line_or_an_interval_that_is_none(
    month: Month, capsys: pytest.CaptureFixture[str]
) -> None:
    of = ["--plan", month.plan, month.first]
    assert run("explain", "--line", "wast", "--interval", "2026-03", *of) == 2
    assert "no line 'wast'" in capsys.readouterr().err
    for none in ("noon", "0001-01-01", "0001-01-01T00:00+10:00", "9999-12-31T23:59"):
        assert run("explain", "--line", "waste", "--interval", none, *of) == 2
        assert f"{none!r} is no quarter-hour, day or month" in capsys.readouterr().err
