"""``reachline replay`` as it is typed: files, pipes, broken lines by the thousand, Ctrl-C.

It is longer than a module should be, because every option of one command is tried on the same few
calls.
"""

import csv
import gc
import gzip
import io
import json
import random
import re
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import zstandard

from streams.cli import main
from streams.domain.disposition import DISPOSITIONS
from streams.domain.event_reader import MAX_BYTES
from tests.stories import Story, at

REPOSITORY = Path(__file__).parents[2]
REACHLINE = [sys.executable, "-m", "streams.cli"]


def reachline(*words: str, stdin: bytes = b"") -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run(
        [*REACHLINE, *words], input=stdin, capture_output=True, cwd=REPOSITORY, check=False
    )


def calls(number: int, lines: tuple[str, ...] = ("waste", "desk")) -> Iterator[bytes]:
    """Calls a second apart, every other one answered: four events each."""
    for n in range(number):
        start, line = at("9:00") + n * 1_000_000, lines[n % len(lines)]
        call = Story(f"c{n}").start(start).enter(start + 5_000_000, line)
        if n % 2:
            call.answer(start + 15_000_000, line)
        call.leave(start + 40_000_000, line, "exit_key").hang_up(start + 41_000_000)
        for event, _ in call.facts:
            yield msgspec.json.encode(event)


GOOD = list(calls(20))


@pytest.fixture
def events(tmp_path: Path) -> Path:
    file = tmp_path / "events.ndjson"
    file.write_bytes(b"\n".join(GOOD) + b"\n")
    return file


def shown(*words: str, stdin: bytes = b"") -> dict[str, Any]:
    """What is printed as JSON."""
    done = reachline("replay", *words, "--format", "json", stdin=stdin)
    assert b"Traceback" not in done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


# What is odd about calls


def _written(file: Path, *stories: Story) -> Path:
    lines = [msgspec.json.encode(event) for story in stories for event, _ in story.facts]
    file.write_bytes(b"\n".join(lines))
    return file


def test_who_picks_up_a_caller_who_has_gone_has_not_answered(tmp_path: Path) -> None:
    """The agent's desk says so 1.5 s after the switch let the caller go."""
    call = Story("c").start("9:00").enter("9:00", "waste").hang_up("9:00:18")
    file = _written(tmp_path / "calls", call.answer("9:00:19.5", "waste"))
    found = shown(str(file))
    waste = found["lines"]["waste"]
    assert (waste["abandoned"], waste["answered"], waste["reachability"]) == (1, 0, 0.0)
    assert waste["longest_wait"] == 18.0
    assert found["counted"]["after_hangup"] == 1
    said = reachline("replay", str(file)).stdout.decode()
    assert said.splitlines()[-1] == "counted besides: after hangup 1"


def test_a_clock_that_was_set_back_makes_no_negative_wait(tmp_path: Path) -> None:
    """Entered at 9:00:05 by the one clock and answered at 8:59:58 by the other; hung up at 9:00:20
    and answered at 9:00:25; entered at 9:00:30 and hung up at 9:00:29."""
    answered = Story("a").enter("9:00:05", "waste").answer("8:59:58", "waste").hang_up("9:02")
    gone = Story("b").start("9:00:05").choose("9:00:05", "waste").enter("9:00:05", "waste")
    gone.answer("9:00:25", "waste").hang_up("9:00:20")
    at_once = Story("c").enter("9:00:30", "waste").hang_up("9:00:29")
    file = _written(tmp_path / "calls", answered, gone, at_once)
    found = shown(str(file), "--interval", "15m")
    waste = found["lines"]["waste"]
    assert (waste["answered"], waste["abandoned"], waste["short_abandoned"]) == (1, 1, 1)
    assert (waste["average_speed_of_answer"], waste["longest_wait"]) == (0.0, 15.0)
    assert found["counted"] == {
        "conflicting": 0,
        "after_hangup": 1,
        "disordered": 1,
        "too_many_events": 0,
        "ids_forgotten": 0,
    }
    first, second = found["intervals"]
    assert (first["start"], first["city"]["answered"]) == ("2026-11-18T08:45:00Z", 1)
    assert second["city"]["line_offered"] == 2
    said = reachline("replay", str(file)).stdout.decode()
    assert said.splitlines()[-1] == "counted besides: after hangup 1, disordered 1"


def test_of_calls_as_they_are_nothing_is_said_besides(events: Path) -> None:
    assert set(shown(str(events))["counted"].values()) == {0}
    assert b"counted besides" not in reachline("replay", str(events)).stdout


# Intervals

LOCAL_PLAN = """
[city]
time_zone = "{zone}"
[[line]]
id = "waste"
"""


@pytest.mark.parametrize(
    ("zone", "width", "starts"),
    [
        ("Europe/Brussels", "24h", {"2026-11-17T23:00:00Z": 2}),
        ("Asia/Kathmandu", "1h", {"2026-11-17T23:15:00Z": 1, "2026-11-18T12:15:00Z": 1}),
    ],
)
def test_days_begin_at_midnight_and_hours_at_full_hours_of_the_plan(
    tmp_path: Path, zone: str, width: str, starts: dict[str, int]
) -> None:
    """Two calls of one local day: half past midnight and in the early afternoon in Brussels."""
    plan = tmp_path / "plan.toml"
    plan.write_text(LOCAL_PLAN.format(zone=zone))
    night = Story("a").enter(at("23:30", "2026-11-17"), "waste")
    file = _written(tmp_path / "calls", night, Story("b").enter("12:30", "waste"))
    found = shown(str(file), "--plan", str(plan), "--interval", width)["intervals"]
    assert {each["start"]: each["city"]["line_offered"] for each in found} == starts


def test_a_day_and_a_half_is_no_interval(events: Path) -> None:
    done = reachline("replay", str(events), "--interval", "36h")
    assert done.returncode == 2
    assert b"--interval: longer than a day, and no whole days: write 24h" in done.stderr


# 100,000 broken lines

START = {"event": "call-start", "event_id": "e", "call_id": "c", "at": "2026-11-18T09:00:00Z"}
BREAKAGES = {
    "fuzz": "unreadable",
    "truncated": "unreadable",
    "nested": "unreadable",
    "bom": "unreadable",
    "nul": "unreadable",
    "not an object": "unreadable",
    "unknown kind": "unknown_kind",
    "no kind": "unknown_kind",
    "missing field": "missing_field",
    "wrong type": "malformed_field",
    "no such day": "malformed_field",
    "unknown line": "unknown_line",
    "telephone number": "telephone_number",
    "future": "in_future",
    "oversized": "oversized",
}


def broken(kind: str, rng: random.Random) -> bytes:
    """A line that is broken in this way."""

    def line(**change: Any) -> bytes:
        return json.dumps(START | change).encode()

    queue = {"event": "queue", "phase": "entered", "line": "waste"}
    match kind:
        case "fuzz":
            return b"\xff" + rng.randbytes(30).replace(b"\n", b"")
        case "truncated":
            return rng.choice(GOOD)[: rng.randrange(5, 60)]
        case "nested":
            return rng.choice((b"[", b'{"a":')) * 1500
        case "bom":
            return b"\xef\xbb\xbf" + rng.choice(GOOD)
        case "nul":
            return rng.choice(GOOD) + b"\0"
        case "not an object":
            return rng.choice((b"17", b"null", b'"text"', b"[]", b"true"))
        case "unknown kind":
            return line(event=rng.choice(("answer", 7, None, ["queue"])))
        case "no kind":
            return b'{"event_id":"e"}'
        case "missing field":
            return b'{"event":"hangup","event_id":"e","at":"2026-11-18T09:00:00Z"}'
        case "wrong type":
            return line(**(queue | {rng.choice(("visit", "call_id", "phase")): ["x"]}))
        case "no such day":
            return line(at="2026-02-30T09:00:00Z")
        case "unknown line":
            return line(**queue | {"line": f"line{rng.randrange(10**6)}"})
        case "telephone number":
            return line(caller=f"+32 475 {rng.randrange(10**6):06}")
        case "future":
            return line(at="2100-01-01T00:00:00Z")
        case _:
            return line(entry="x" * MAX_BYTES)


HUGE = 8 << 20
"""Bytes of a line that never seems to end."""


def write_broken(file: Path, count: int) -> tuple[int, Counter[str], list[tuple[int, str]]]:
    """A file of good lines with this many broken ones among them; says how many good ones, how
    many refused by reason, and the place and reason of each."""
    rng = random.Random(1)
    places: list[tuple[int, str]] = []
    number = good = 0
    kinds = [kind for kind in BREAKAGES if kind not in ("nested", "oversized")]
    with file.open("wb") as stream:
        stream.write(b"\n")  # at the very beginning a mark of UTF-8 would be no mistake
        number += 1
        for n in range(count):
            kind = "oversized" if n % 1000 == 7 else "nested" if n % 100 == 3 else rng.choice(kinds)
            number += 1
            stream.write(broken(kind, rng) + b"\n")
            places.append((number, BREAKAGES[kind]))
            if n % (count // 100) == 0:
                stream.write(rng.choice((b"\n", b"\r\n", b"   \n", b"\t\r\n")))  # empty: no line
                stream.write(GOOD[good % len(GOOD)] + rng.choice((b"\n", b"\r\n")))
                number, good = number + 2, good + 1
            if n in (count // 3, count // 2):
                stream.write(rng.choice((b"x", b"[", b" ")) * HUGE + b"\n")
                number += 1
                places.append((number, "oversized"))
        stream.write(b"\0" * HUGE)  # and the last line has no end
        places.append((number + 1, "oversized"))
    return good, Counter(reason for _, reason in places), places


PLAN = """
[city]
name = "Testburg"
[[line]]
id = "waste"
[[line]]
id = "desk"
"""

MEASURED = """
import re, sys
from streams.cli import main
status = main(sys.argv[1:])
peak = re.search(r"VmHWM:\\s+(\\d+) kB", open("/proc/self/status").read())
print("PEAK", peak.group(1), file=sys.stderr)
sys.exit(status)
"""


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> str:
    file = tmp_path_factory.mktemp("plan") / "testburg.toml"
    file.write_text(PLAN)
    return str(file)


@pytest.mark.slow
def test_a_hundred_thousand_broken_lines_among_good_ones(tmp_path: Path, plan: str) -> None:
    peaks = []
    for count in (10_000, 100_000):
        file, rejected = tmp_path / f"{count}.ndjson", tmp_path / f"{count}.rejected"
        good, reasons, places = write_broken(file, count)
        words = ["replay", str(file), "--plan", plan, "--format", "json"]
        done = subprocess.run(
            [sys.executable, "-c", MEASURED, *words, "--rejected", str(rejected)],
            capture_output=True,
            cwd=REPOSITORY,
            check=False,
        )
        assert done.returncode == 0
        found = json.loads(done.stdout)
        assert found["rejected"] == dict(reasons)
        assert good >= len(GOOD)
        assert (found["city"]["contacts"], found["city"]["answered"]) == (20, 10)
        *told, peak = done.stderr.decode().splitlines()
        assert all(re.match(rf"{file}:\d+: [a-z_]+: .+", line) for line in told[:20])
        assert told[20] == f"... and {len(places) - 20} more"
        assert told[21] == "refused: " + ", ".join(f"{k} {v}" for k, v in sorted(reasons.items()))
        assert len(told) == 22
        refused = [line.split(": ", 2) for line in rejected.read_text().splitlines()]
        assert [(where, why) for where, why, _ in refused] == [
            (f"{file}:{number}", reason) for number, reason in places
        ]
        assert [line.split(": ")[:2] for line in told[:20]] == [each[:2] for each in refused[:20]]
        peaks.append(int(peak.split()[1]))
    assert peaks[1] - peaks[0] < 8_000, f"peaks of {peaks} kB"


def test_what_is_refused_can_not_move_the_cursor(
    capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "a"
    file.write_bytes(b'{"event":"\\u001b[2J\\u009b1A\\r"}\n' + GOOD[0])
    assert status("replay", str(file)) == 0
    assert not set(capfd.readouterr().err) & {"\x1b", "\x9b", "\r"}


# Files and pipes


def test_several_files_packed_or_not_and_standard_input(tmp_path: Path, events: Path) -> None:
    half = len(GOOD) // 2
    one, two = b"\n".join(GOOD[:half]), b"\n".join(GOOD[half:])
    (tmp_path / "a.gz").write_bytes(gzip.compress(one))
    (tmp_path / "b.zst").write_bytes(zstandard.compress(two))
    (tmp_path / "c").write_bytes(two)
    whole = shown(str(events))
    assert whole["city"]["contacts"] == 20
    assert shown(str(tmp_path / "a.gz"), str(tmp_path / "b.zst")) == whole
    assert shown("-", str(tmp_path / "c"), stdin=one) == whole


def test_order_and_repetition_change_nothing(tmp_path: Path, events: Path) -> None:
    lines = GOOD * 2 + GOOD[:7]
    random.Random(5).shuffle(lines)
    again = shown("-", "--interval", "15m", stdin=b"\n".join(lines))
    whole = shown(str(events), "--interval", "15m")
    assert {name: again[name] for name in ("lines", "city", "intervals")} == {
        name: whole[name] for name in ("lines", "city", "intervals")
    }


# Exit status


def test_done_refused_or_not_as_long_as_something_was_accepted(events: Path) -> None:
    assert reachline("replay", str(events)).returncode == 0
    assert reachline("replay", "-", str(events), stdin=b"{\n").returncode == 0


def status(*words: str) -> int:
    """The exit status, without a process of its own."""
    try:
        return main(list(words))
    except SystemExit as ended:
        assert isinstance(ended.code, int)
        return ended.code
    finally:
        gc.enable()  # which the command does without


@pytest.mark.parametrize("content", [b"", b"{\n", b"\n\n"])
def test_nothing_was_accepted(
    content: bytes, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a").write_bytes(content)
    assert status("replay", str(tmp_path / "a")) == 1
    assert "nothing was accepted" in capfd.readouterr().err


@pytest.mark.parametrize("name", ["gone.ndjson", "broken.gz", "broken.zst", "directory"])
def test_a_file_that_can_not_be_read(
    name: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "directory").mkdir()
    (tmp_path / "broken.gz").write_bytes(gzip.compress(b"\n".join(GOOD))[:-20])
    (tmp_path / "broken.zst").write_bytes(zstandard.compress(b"\n".join(GOOD))[:-20])
    assert status("replay", str(tmp_path / name)) == 1
    (told,) = capfd.readouterr().err.splitlines()
    assert told.startswith(f"reachline: {tmp_path / name}: ")


WRONG = {
    "no file": [],
    "no such format": ["events", "--format", "xml"],
    "no duration": ["events", "--interval", "soon"],
    "no time at all": ["events", "--interval", "0s"],
    "less than an instant": ["events", "--interval", "1e-9s"],
    "no plan": ["events", "--plan", "gone.toml"],
    "a wrong plan": ["events", "--plan", "wrong.toml"],
    "nowhere for what is refused": ["events", "--rejected", "no/such/directory"],
    "the input for what is refused": ["events", "--rejected", "events"],
}


@pytest.mark.parametrize("name", WRONG)
def test_the_arguments_or_the_plan_are_wrong(
    name: str,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("events").write_bytes(GOOD[0])
    Path("wrong.toml").write_text('[[line]]\nid = ""\n')
    assert status("replay", *WRONG[name]) == 2
    said = capfd.readouterr()
    assert said.err and not said.out
    assert Path("events").read_bytes() == GOOD[0]


# Formats


def test_figures_are_complete_in_json(events: Path) -> None:
    found = shown(str(events), "--interval", "15m")
    assert found["rejected"] == {}
    (interval,) = found["intervals"]
    assert interval["start"] == "2026-11-18T09:00:00Z"
    for figures in (*found["lines"].values(), found["city"], interval["city"]):
        counts = {"contacts", "line_offered", "queue_offered", "open", "out_of_hours"}
        assert counts | {*DISPOSITIONS, "answered_within", "abandoned_within"} <= set(figures)
        ended = sum(figures[name] for name in DISPOSITIONS)
        assert figures["line_offered"] == figures["open"] + ended
    assert found["lines"]["waste"]["overflowed"] == 10
    assert found["lines"]["desk"]["answered"] == 10
    assert found["city"]["service_level"]["abandons_negative"] == 0.5
    assert {"abandoned_in_menu", "entrance_blocked", "entrance_closed", "open_in_menu"} <= set(
        found["city"]
    )


def test_csv_has_a_row_per_scope_and_interval(events: Path) -> None:
    rows = list(
        csv.DictReader(
            io.StringIO(
                reachline(
                    "replay", str(events), "--format", "csv", "--interval", "10s"
                ).stdout.decode()
            )
        )
    )
    waste = [row for row in rows if (row["scope"], row["id"]) == ("line", "waste")]
    assert [row["start"][-9:] for row in waste] == ["09:00:00Z", "09:00:10Z", "09:00:20Z"]
    assert sum(int(row["line_offered"]) for row in waste) == 10
    assert sum(int(row["contacts"]) for row in rows if row["scope"] == "city") == 20


def test_a_table_for_people(events: Path, plan: str) -> None:
    done = reachline("replay", str(events), "--plan", plan)
    head, *_, city = done.stdout.decode().splitlines()
    assert "service level" in head
    assert city.split()[:2] == ["Testburg", "20"]
    assert "50.0%" in city


def test_a_line_is_shown_by_its_own_contract_and_name(tmp_path: Path) -> None:
    """Two callers, of whom one hung up after 10 s: a half, and all, by what was agreed."""
    plan = tmp_path / "plan.toml"
    plan.write_text(
        """
        [city]
        name = "Testburg"
        languages = ["en"]
        [[contract]]
        id = "kind"
        formula = "answered_only"
        [[line]]
        id = "waste"
        [[line]]
        id = "desk"
        names = { en = "The desk" }
        contract = "kind"
        valid_until = 2026-12-01
        """
    )
    facts = []
    for line in ("waste", "desk"):
        served = Story(f"{line}-1").enter("9:00", line).answer("9:00:10", line).hang_up("9:05")
        tired = Story(f"{line}-2").enter("9:00", line).hang_up("9:00:10")
        facts += served.facts + tired.facts
    file = tmp_path / "events.ndjson"
    file.write_bytes(b"\n".join(msgspec.json.encode(event) for event, _ in facts))
    done = reachline("replay", str(file), "--plan", str(plan))
    _, _, desk, waste, *_ = done.stdout.decode().splitlines()
    assert desk.startswith("The desk ") and desk.split()[7] == "100.0%"
    assert waste.startswith("waste ") and waste.split()[6] == "50.0%"


# Whoever reads us may go, and whoever typed us may change their mind


def test_a_pipe_that_is_closed_early(tmp_path: Path) -> None:
    file = tmp_path / "many.ndjson"
    file.write_bytes(b"\n".join(calls(2000)))
    words = [*REACHLINE, "replay", str(file), "--format", "csv", "--interval", "10s"]
    with subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=REPOSITORY
    ) as process:
        assert process.stdout is not None and process.stderr is not None
        assert process.stdout.readline().startswith(b"start,scope,id,")
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 1


def test_a_pipe_of_errors_that_is_closed_early() -> None:
    with subprocess.Popen(
        [*REACHLINE, "replay", "-"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=REPOSITORY,
    ) as process:
        assert process.stdin is not None and process.stderr is not None
        process.stderr.close()
        process.stdin.write(b"{\n" * 100)
        process.stdin.close()
        assert process.stdout is not None
        assert process.stdout.read() == b""
    assert process.returncode != 0


def test_ctrl_c_while_it_reads() -> None:
    with subprocess.Popen(
        [*REACHLINE, "replay", "-"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=REPOSITORY,
        # Tests that run in a shell's background ignore Ctrl-C, and their children with them.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as process:
        assert process.stdin is not None and process.stderr is not None
        # More than a pipe holds: once it is written, the command has begun to read.
        process.stdin.write(b"\n".join(GOOD * 50) + b"\n")
        process.stdin.flush()
        process.send_signal(signal.SIGINT)
        told = process.stderr.read()
        process.stdin.close()
    assert (process.returncode, told) == (130, b"")


def test_whatever_the_terminal_can_show(events: Path, tmp_path: Path) -> None:
    """A terminal of ASCII, and names that are not."""
    wide = tmp_path / "wide.ndjson"
    wide.write_bytes(events.read_bytes().replace(b'"waste"', '"déchets 垃圾"'.encode()))
    done = subprocess.run(
        [*REACHLINE, "replay", str(wide), "--rejected", str(tmp_path / "r")],
        input=b"",
        capture_output=True,
        cwd=REPOSITORY,
        env={"PYTHONIOENCODING": "ascii", "PATH": ""},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert b"d\\xe9chets" in done.stdout


# The real calls


def test_the_real_calls_to_the_last_digit(tmp_path: Path) -> None:
    """The figures of tests/data/README.md, through both commands as they are typed."""
    data = REPOSITORY / "tests" / "data"
    log, mapping = data / "bank-calls-1999-02-first-half.tsv.gz", data / "bank.toml"
    imported = reachline("import", "calls", str(log), "--mapping", str(mapping))
    assert imported.returncode == 0
    city = shown("-", stdin=imported.stdout)["city"]
    counted = {
        "contacts": 17_313,
        "queue_offered": 16_290,
        "answered": 14_405,
        "answered_within": 9_163,
        "abandoned_within": 651,
        "short_abandoned": 161,
        "abandoned": 1_885 - 161,
        "open": 0,
    }
    assert {name: city[name] for name in counted} == counted
    assert city["left_before_queue"] + city["abandoned_in_menu"] == 1_023
    level = {name: f"{100 * value:.3f}" for name, value in city["service_level"].items()}
    assert level == {
        "abandons_negative": "56.249",
        "abandons_ignored": "58.591",
        "abandons_positive": "60.246",
        "answered_only": "63.610",
    }
    assert f"{100 * city['reachability']:.3f}" == "83.203"
    assert f"{100 * city['abandonment']:.3f}" == "11.572"
    assert f"{city['average_speed_of_answer']:.3f}" == "34.405"
    assert city["longest_wait"] == 730


def test_a_full_disk_is_named_by_its_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "calls.ndjson"
    file.write_text("?\n" * 3)
    assert main(["replay", str(file), "--rejected", "/dev/full"]) == 1
    said = capsys.readouterr().err.splitlines()
    assert said[-1] == "reachline: --rejected /dev/full: No space left on device"
