"""`reachline import` on files that are not what they should be: a line for people, no traceback."""

import gzip
import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from streams.cli import main
from streams.commands import sending_calls

FILE = """
    [file]
    order = "at"
    """
MAPPING = """
    [time]
    zone = "UTC"
    format = "iso"
    [call]
    id = "{id}"
    [[row]]
    start = "s"
    """
ROW = b"1,2026-10-05 09:00:00\n"


def imported(
    file: Path, capsys: pytest.CaptureFixture[str], mapped: str = FILE
) -> tuple[int, list[str], str]:
    """Exit status, ids of the calls, and what is said of the rest."""
    mapping = file.parent / "m.toml"
    mapping.write_text(mapped + MAPPING)
    status = main(["import", "calls", str(file), "--mapping", str(mapping)])
    out, err = capsys.readouterr()
    return status, [json.loads(line)["call_id"] for line in out.splitlines()], err


@pytest.mark.parametrize("how", ["broken off", "damaged", "no gzip at all"])
def test_a_packed_file_that_is_damaged(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], how: str
) -> None:
    whole = b"id,s\n" + b"".join(b"%d,2026-10-05 09:00:00\n" % n for n in range(1000))
    content = bytearray(whole if how == "no gzip at all" else gzip.compress(whole))
    if how == "broken off":
        del content[-200:]
    if how == "damaged":
        content[40:60] = bytes(255 - byte for byte in content[40:60])
    file = tmp_path / "calls.csv.gz"
    file.write_bytes(content)
    status, _, said = imported(file, capsys)
    assert status == 1
    assert said.startswith(f"reachline: {file}: can't be read: ")


def test_a_file_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "calls.csv"
    assert imported(file, capsys) == (1, [], f"reachline: {file}: No such file or directory\n")


def test_a_call_before_all_calendars_costs_its_row(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What an empty date becomes in some systems."""
    file = tmp_path / "calls.csv"
    file.write_bytes(b"id,s\n2,0001-01-01 00:00:00\n" + ROW)
    status, calls, said = imported(file, capsys)
    assert (status, calls) == (0, ["1"])
    assert said.splitlines()[0].startswith(f"{file}:2: start: a time before 1990; ")


def test_the_last_line_says_what_became_of_every_row(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    more = '[file]\nquotes = "across_lines"\n'
    more += '[[row]]\nwhen = { what = "test" }\nleave_out = true\n'
    file = tmp_path / "calls.csv"
    rows = (
        "id,s,what",
        "1,2026-10-05 09:00:00,call",
        '2,2026-10-05 09:00:00,"a call\nof two lines"',
        "3,2026-10-05 09:00:00,test",
        "4,then,call",
        "5,call",
        '6,2026-10-05 09:00:00,"call',
        "",
        "7,2026-10-05 09:00:00,call",
    )
    file.write_text("\n".join(rows) + "\n")
    status, calls, said = imported(file, capsys, more)
    assert (status, calls) == (0, ["1", "2", "6", "7"])
    assert said.splitlines()[-1] == (
        "7 rows read: 4 calls, 1 left out by the mapping, 2 refused; "
        "1 lines swallowed by quoted fields; 4 events"
    )


def test_a_file_that_grows_is_summed_up_when_following_ends(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(seconds: float) -> None:
        raise KeyboardInterrupt

    file, mapping = tmp_path / "calls.csv", tmp_path / "m.toml"
    mapping.write_text(MAPPING)
    file.write_bytes(b"id,s\n" + ROW + b"2,then\n" + b'"3')
    monkeypatch.setattr(sending_calls, "time", SimpleNamespace(sleep=interrupted))
    assert main(["import", "calls", str(file), "--mapping", str(mapping), "--follow"]) == 0
    assert (
        capsys.readouterr()
        .err.splitlines()[-1]
        .startswith("2 rows read: 1 calls, 0 left out by the mapping, 1 refused; 0 lines swallowed")
    )


def test_a_file_whose_encoding_breaks_off_is_not_half_read_in_silence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """In UTF-16 half a sign hides where the next begins: what follows can't be read by lines."""
    file = tmp_path / "calls.csv"
    file.write_bytes(("id,s\n" + ROW.decode()).encode("utf-16") + b"2")
    status, _, said = imported(file, capsys, '[file]\nencoding = "utf-16"\n')
    assert status == 1
    assert said.startswith(f"reachline: {file}: can't be read: ")


def test_the_name_of_a_zone_in_a_format_is_a_mistake_of_the_mapping(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, mapping = tmp_path / "calls.csv", tmp_path / "m.toml"
    file.write_text("id,s\n1,2026-11-20 10:00:00 UTC\n")
    mapping.write_text(MAPPING.replace('"iso"', '"%Y-%m-%d %H:%M:%S %Z"'))
    assert main(["import", "calls", str(file), "--mapping", str(mapping)]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"reachline: {mapping}: time.format: %Z ") and err.count("\n") == 1
    assert "%z" in err and "time.zone" in err


def test_a_call_is_explained_without_a_key_and_nothing_is_sent(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, mapping = tmp_path / "calls.csv", tmp_path / "m.toml"
    mapping.write_text(MAPPING.replace("[[row]]", 'caller = "{who}"\n[[row]]'))
    file.write_text("id,s,who\n1,2026-10-05 09:00:00,+32470123456\n")
    arguments = ["import", "calls", str(file), "--mapping", str(mapping), "--explain", "1"]
    assert main(arguments) == 0
    out, err = capsys.readouterr()
    assert out.splitlines()[-1] == "1 row is of call 1" and err == ""
    assert "470" not in out
    assert main([*arguments, "--follow"]) == 2
    assert main(["import", "calls", str(file), "--explain", "1"]) == 2
    assert "--mapping FILE says what the columns mean" in capsys.readouterr().err


def test_a_mapping_is_proposed_that_reads_the_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "Europe/Stockholm")
    file, mapping = tmp_path / "calls.csv", tmp_path / "m.toml"
    file.write_text("id,queue,start,answer,end\n1,a,2025-11-20 10:00,,2025-11-20 10:01\n")
    assert main(["import", "calls", str(file), "--guess"]) == 0
    out, err = capsys.readouterr()
    assert 'zone = "Europe/Stockholm"' in out and err == ""
    mapping.write_text(out)
    assert main(["import", "calls", str(file), "--mapping", str(mapping)]) == 0
    assert '"2025-11-20T10:00:00+01:00"' in capsys.readouterr().out


@pytest.mark.parametrize("zone", ["", ":", "/nowhere", "../x", "No/Where"])
def test_a_machine_without_a_time_zone_is_in_utc(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    zone: str,
) -> None:
    monkeypatch.setenv("TZ", zone)
    monkeypatch.setattr(Path, "resolve", lambda self: self)
    file = tmp_path / "calls.csv"
    file.write_text("id,queue,start\n1,a,2025-11-20 10:00\n")
    assert main(["import", "calls", str(file), "--guess"]) == 0
    assert 'zone = "UTC"' in capsys.readouterr().out


def test_a_guess_is_of_one_file_that_has_something_to_guess_from(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "calls.csv"
    file.write_text("nothing\n")
    assert main(["import", "calls", str(file), "--guess"]) == 1
    assert capsys.readouterr().err == (
        f"reachline: {file}: nothing to guess from: no separator parts its lines into the same "
        "number of fields\n"
    )
    assert main(["import", "calls", str(file), str(file), "--guess"]) == 2
    assert main(["import", "calls", str(tmp_path / "none.csv"), "--guess"]) == 1
    assert "No such file" in capsys.readouterr().err


def test_queues_of_no_line_are_said_once_counted_and_explained(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, mapping, plan = (tmp_path / name for name in ("calls.csv", "m.toml", "plan.toml"))
    mapping.write_text(MAPPING.replace("[[row]]", 'line = "{queue}"\n[[row]]\nentered = "s"'))
    plan.write_text('[city]\ntime_zone = "UTC"\n[[line]]\nid = "waste"\nqueues = ["600"]\n')
    rows = (f"{n},2026-10-05 09:00:00,{queue}\n" for n, queue in enumerate((600, 602, 602, 603)))
    file.write_text("id,s,queue\n" + "".join(rows))
    words = ["import", "calls", str(file), "--mapping", str(mapping), "--plan", str(plan)]
    assert main(words) == 0
    out, err = capsys.readouterr()
    assert [json.loads(line)["call_id"] for line in out.splitlines()] == ["0", "0"]
    assert [line.split(": add")[0] for line in err.splitlines()] == [
        f"{file}:3: the queue 602 feeds no line of the plan",
        f"{file}:5: the queue 603 feeds no line of the plan",
        "4 rows read: 1 calls, 0 left out by the mapping, 3 of queues that feed no line, "
        "0 refused; 0 lines swallowed by quoted fields; 2 events",
        "  2 calls of the queue 602, which feeds no line",
        "  1 calls of the queue 603, which feeds no line",
    ]
    assert main([*words, "--explain", "2"]) == 0
    assert (
        capsys.readouterr()
        .out.splitlines()[0]
        .startswith(f"{file}:4: the queue 602 feeds no line of the plan")
    )
