"""`reachline rules`: Prometheus' rules for the years that are asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from streams.cli import main
from tests.plans import ANTWERP_FILE


@pytest.mark.parametrize("year", ["2027", "2031"])
def test_rules_can_be_made_for_years_to_come(tmp_path: Path, year: str) -> None:
    assert main(["rules", "--plan", str(ANTWERP_FILE), "--to", str(tmp_path), "--since", year]) == 0
    for path in (tmp_path / "rules").glob("*.yml"):
        assert f"# Covers {year}-01-01 to {int(year) + 3}-01-01." in path.read_text()


def test_a_year_that_is_none_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["rules", "--plan", str(ANTWERP_FILE), "--to", str(tmp_path), "--since", "27"]
    assert main(words) == 2
    assert "--since" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
