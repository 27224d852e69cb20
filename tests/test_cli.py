"""The command line: every command is there, and whatever is wrong is a line and a status."""

import subprocess
import sys
from pathlib import Path

import pytest

from streams import __version__
from streams.cli import main, parser


@pytest.mark.parametrize("command", ["demo", "replay", "statement", "worker", "topics", "doctor"])
def test_each_command_explains_itself(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        parser().parse_args([command, "--help"])
    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith(f"usage: reachline {command}")


def test_the_version_is_the_packages(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--version"])
    assert capsys.readouterr().out == f"reachline {__version__}\n"


def test_a_plan_that_is_not_there_is_said_by_its_name_with_status_2(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["plan", "check", "nowhere.toml"]) == 2
    said = capsys.readouterr().err
    assert said.startswith("nowhere.toml: cannot be read: ")
    assert "Error" not in said


def test_no_such_command_is_status_2(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["answer"])
    assert ended.value.code == 2
    assert "answer" in capsys.readouterr().err


def test_a_command_starts_without_what_only_others_need() -> None:
    """All of them together took longer to import than replay takes for a city's day."""
    asked = "import sys; from streams.cli import main\ntry: main(['replay', '--help'])\nfinally: "
    told = "print('streams.commands.replay' in sys.modules, 'jinja2' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", asked + told], capture_output=True, text=True)
    assert done.stdout.splitlines()[-1] == "True False", done.stderr


def test_a_full_disk_behind_standard_output_is_one_line() -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "streams.cli", "--help"], stdout=full, stderr=subprocess.PIPE
        )
        plan = subprocess.run(
            [sys.executable, "-m", "streams.cli", "schemas"], stdout=full, stderr=subprocess.PIPE
        )
    assert b"Traceback" not in plan.stderr and b"Traceback" not in done.stderr
    assert plan.returncode == 1
    assert plan.stderr == b"reachline: standard output: No space left on device\n"
