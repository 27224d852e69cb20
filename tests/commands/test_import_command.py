"""`reachline import` on files that are not what they should be: a line for people, no traceback."""

import gzip
import json
from pathlib import Path

import pytest

from streams.cli import main

MAPPING = """
    [file]
    order = "at"
    [time]
    zone = "UTC"
    format = "iso"
    [call]
    id = "{id}"
    [[row]]
    start = "s"
    """
ROW = b"1,2026-10-05 09:00:00\n"


def imported(file: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, list[str], str]:
    """Exit status, ids of the calls, and what is said of the rest."""
    mapping = file.parent / "m.toml"
    mapping.write_text(MAPPING)
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
    """What an empty date becomes in some systems; its events would be refused by any reader."""
    file = tmp_path / "calls.csv"
    file.write_bytes(b"id,s\n2,0001-01-01 00:00:00\n" + ROW)
    status, calls, said = imported(file, capsys)
    assert (status, calls) == (0, ["1"])
    assert said.splitlines()[0] == f"{file}:2: a time outside the years 2 to 9999"
