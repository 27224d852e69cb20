"""`reachline import KIND`: each kind is read by a module of its own."""

from pathlib import Path

import pytest

from streams.cli import main


def test_a_kind_that_nobody_knows_is_said_with_those_that_are(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["import", "smoke-signals", "calls.csv"])
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert "smoke-signals" in said and "calls" in said


def test_a_kind_goes_to_its_module(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["import", "calls", "calls.csv"]) == 2
    assert capsys.readouterr().err.startswith("reachline: calls: --mapping FILE says")


@pytest.mark.parametrize("order", [1, -1])
def test_files_may_stand_behind_options(
    order: int, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    words = [[str(tmp_path / "none.csv")], ["--key-file", str(tmp_path / "none")]][::order]
    assert main(["import", "asterisk", *words[0], *words[1]]) == 2
    assert "none: No such file" in capsys.readouterr().err


@pytest.mark.parametrize("kind", ["calls", "asterisk"])
def test_a_kind_that_reads_files_asks_for_them(
    kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["import", kind]) == 2
    assert "give the FILE" in capsys.readouterr().err
