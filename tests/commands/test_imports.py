"""`reachline import KIND`: each kind is read by a module of its own."""

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
