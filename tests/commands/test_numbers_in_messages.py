"""No command says a number that people are called at, in whatever field or column it came."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from streams.cli import main
from streams.domain.events import KINDS
from tests.numbers import NUMBERS, digits, repeats, with_number

PLAN = Path(__file__).parents[2] / "deploy" / "plans" / "antwerp.toml"


@pytest.mark.parametrize("plan", [["--plan", str(PLAN)], []], ids=["plan", "none"])
def test_replay_repeats_none(
    plan: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """In a file of a few thousand lines the first are told, and all are kept where one asks."""
    file, rejected = tmp_path / "events", tmp_path / "rejected"
    for number in NUMBERS:
        lines = [value for _, _, value, _ in with_number(number) if value and b"\n" not in value]
        file.write_bytes(b"\n".join(lines))
        words = ["replay", str(file), "--format", "json", "--rejected", str(rejected), *plan]
        main(words)
        out, err = capsys.readouterr()
        kept = rejected.read_text()
        assert kept.count("\n") > len(KINDS)
        for line in (*err.splitlines(), *kept.splitlines()):
            assert not repeats(line.removeprefix(f"{file}:"), number), line
        named = [*json.loads(out)["lines"]]
        assert not [line for line in named if len(digits(line)) >= 7], named


COLUMNS = ("id", "leg", "line", "status", "start", "wait", "end", "lang")
MAPPING = """
[file]
delimiter = "\\u001f"
quotes = "none"
[time]
zone = "UTC"
format = FORMAT
[call]
id = "{id}"
leg = "{leg}"
line = "{line}"
language = "{lang}"
[lines]
"600" = "waste"
[[row]]
when = { status = "ok" }
start = "start"
entered = "start"
answered = { at = "start", plus = "wait" }
hangup = "end"
"""
GOOD = {
    '"iso"': ("2026-10-05 09:00:00", "2026-10-05 09:01:00"),
    '"%d/%m/%Y %H:%M:%S"': ("05/10/2026 09:00:00", "05/10/2026 09:01:00"),
    '"epoch"': ("1791190800", "1791190860"),
    '"epoch_ms"': ("1791190800000", "1791190860000"),
}


@pytest.mark.parametrize("format_", GOOD)
def test_import_repeats_none(
    format_: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, mapping = tmp_path / "calls.csv", tmp_path / "mapping.toml"
    mapping.write_text(MAPPING.replace("FORMAT", format_))
    start, end = GOOD[format_]
    good = ["1", "a", "600", "ok", start, "5", end, "nl"]
    for number in NUMBERS:
        number = number.strip()
        rows = [list(COLUMNS), good]
        for column in range(len(COLUMNS)):
            row = [f"{column + 2}", *good[1:]]
            row[column] = number
            rows += [row, row, row[:-1], [*row, number]]
        file.write_text("\n".join("\x1f".join(row) for row in rows), "utf-8")
        assert main(["import", "calls", str(file), "--mapping", str(mapping)]) == 0
        _, err = capsys.readouterr()
        said = err.splitlines()
        assert len(said) > 2 * len(COLUMNS)
        assert any(line.startswith("33 rows read: ") for line in said)
        for line in said:
            assert not repeats(line.removeprefix(f"{file}:"), number), line


def test_a_row_in_the_place_of_a_header_is_not_repeated(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, mapping = tmp_path / "calls.csv", tmp_path / "mapping.toml"
    mapping.write_text(MAPPING.replace("FORMAT", '"iso"').replace("\\u001f", ";"))
    for number in NUMBERS:
        file.write_text(f"1;Jan Peeters;{number.strip()};2026-10-05 09:00:00\n")
        assert main(["import", "calls", str(file), "--mapping", str(mapping)]) == 2
        _, err = capsys.readouterr()
        assert "no column 'id'; its first line is a row, it seems" in err
        assert not repeats(err.replace(str(file), ""), number)
        assert "Peeters" not in err


@pytest.mark.parametrize("number", NUMBERS)
def test_simulate_repeats_none(number: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", "--start", number]) == 2
    assert not repeats(capsys.readouterr().err, number)
