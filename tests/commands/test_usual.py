"""``reachline usual --relearn``: written into the plan, and nothing else of it touched."""

from pathlib import Path

import pytest

from streams.cli import main
from streams.domain.plan import Plan
from streams.domain.tally import CITY, LINE
from streams.domain.watched import _relearns
from tests.plans import town


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    status = main(["usual", *words])
    said = capsys.readouterr()
    return status, said.out, said.err


@pytest.mark.parametrize("end", ["\n", "\r\n", ""])
def test_it_is_added_to_the_file_and_acts_on_the_line_and_whoever_is_over_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], end: str
) -> None:
    file = tmp_path / "plan.toml"
    before = town().rstrip() + end
    file.write_bytes(before.encode())
    status, said, _ = run(capsys, "--relearn", "waste", "--plan", str(file))
    assert status == 0 and said.startswith("what waste has been like today and yesterday is usual")
    assert file.read_bytes().startswith(before.encode())
    plan = Plan.load(str(file))
    [entry] = plan.entries.relearns
    assert entry.line == "waste"
    assert list(_relearns(plan, LINE + "waste")) == list(_relearns(plan, CITY)) == [entry.at]
    assert list(_relearns(plan, LINE + "desk")) == []
    assert run(capsys, "--relearn", "waste", "--plan", str(file))[0] == 0
    assert len(Plan.load(str(file)).entries.relearns) == 2


def test_a_line_that_the_plan_has_not_changes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "plan.toml"
    file.write_text(town())
    for line in ("wast", 'a"b', "\x7f", ""):
        status, said, error = run(capsys, "--relearn", line, "--plan", str(file))
        assert (status, said) == (2, "") and error.endswith("the plan is as it was\n")
    assert file.read_text() == town()


def test_without_a_plan_it_says_so(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("REACHLINE_PLAN", raising=False)
    status, said, error = run(capsys, "--relearn", "waste")
    assert (status, said) == (2, "") and "no plan to write into" in error
