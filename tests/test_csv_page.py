"""The page that takes an administrator through a CSV: each command does what it says there."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "deploy" / "sources" / "csv.md"
TEXT = PAGE.read_text()
STEP = re.compile(r"(<!-- kafka -->\n)?```sh\n(.*?)```\n(?:```text\n(.*?)```)?", re.S)


def steps() -> list[tuple[str, str, str]]:
    """The commands of the page in their order, and what is shown below them."""
    return STEP.findall(TEXT)


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """Of a newcomer in Brussels, whose `reachline` is the one under test."""
    tool = tmp_path / "bin" / "reachline"
    tool.parent.mkdir()
    tool.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m streams.cli "$@"\n')
    tool.chmod(0o755)
    path = f"{tool.parent}:{os.environ['PATH']}"
    return {"PATH": path, "PYTHONPATH": str(ROOT), "TZ": "Europe/Brussels", "LC_ALL": "C.UTF-8"}


def test_a_newcomer_types_all_of_it(tmp_path: Path, environment: dict[str, str]) -> None:
    for kafka, command, shown in steps():
        if kafka:
            continue
        ran = subprocess.run(
            ["sh", "-ec", command],
            cwd=tmp_path,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
        )
        assert ran.returncode == 0, (command, ran.stdout)
        assert shown in ran.stdout if "replay" in command else shown == ran.stdout, command


def test_nothing_of_it_is_left_out() -> None:
    assert len(steps()) == TEXT.count("```sh\n")
    assert sum(bool(kafka) for kafka, _, _ in steps()) == 1


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\]\((?!http)([^)#]+)\)", TEXT))))
def test_a_link_leads_to_a_file(target: str) -> None:
    assert (PAGE.parent / target).exists()
