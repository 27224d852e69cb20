"""A fortnight of real calls, and a month of a few, for the commands around a statement."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from streams.sources import call_files as files
from streams.sources import calls
from streams.sources.mapping import Mapping
from tests.commands.months import BANK_LINES, DATA, NOT_LOGGED, PLAN, Month, of_the_bank, run


@pytest.fixture(scope="session")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The fortnight as events, with its plan beside it."""
    directory = tmp_path_factory.mktemp("bank")
    (directory / "plan.toml").write_text(PLAN + NOT_LOGGED + BANK_LINES)
    (directory / "whole-month.toml").write_text(PLAN + BANK_LINES)
    log = DATA / "bank-calls-1999-02-first-half.tsv.gz"
    with (directory / "events.ndjson").open("wb") as out:
        mapping = Mapping.load(DATA / "bank.toml")
        calls.run([log], mapping, lambda e: out.write(files.ndjson(e)), print)
    return directory


@pytest.fixture
def output(capfdbinary: pytest.CaptureFixture[bytes]) -> Callable[[], bytes]:
    """What was written to standard output since it was asked last."""
    return lambda: capfdbinary.readouterr().out


@pytest.fixture(scope="session")
def made(bank: Path) -> dict[str, Any]:
    """The fortnight's statement as an object."""
    path = bank / "statement.json"
    assert run(*of_the_bank(bank), "--format", "json", "--output", path) == 0
    found: dict[str, Any] = json.loads(path.read_bytes())
    return found


@pytest.fixture
def month(tmp_path: Path) -> Month:
    return Month(tmp_path)


@pytest.fixture
def kept_by_0_1(month: Month) -> Month:
    """The same month, frozen by release 0.1: without number, date or hours heard."""
    shutil.copytree(DATA / "kept-by-0.1", month.archive)
    assert b'"issue"' not in (month.archive / "acme" / "2026-03" / "0.json").read_bytes()
    return month
