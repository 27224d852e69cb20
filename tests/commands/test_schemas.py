"""`reachline schemas`: writes the contract, and says what differs from it."""

from __future__ import annotations

from pathlib import Path

import pytest

from streams.cli import main
from streams.published import asyncapi

FILES = asyncapi.files()


def schemas(directory: Path, *words: str) -> int:
    return main(["schemas", "--to", str(directory), *words])


def test_it_is_written_once_and_then_as_it_should_be(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    to = tmp_path / "new" / "schemas"
    assert schemas(to) == 0
    assert {each.name: each.read_text(encoding="utf-8") for each in to.iterdir()} == FILES
    assert capsys.readouterr().out == f"{len(FILES)} files in {to}\n"
    assert schemas(to, "--check") == 0
    assert capsys.readouterr() == ("", "")


def test_what_differs_is_named_and_left_to_whoever_asks(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert schemas(tmp_path) == 0
    changed, missing = tmp_path / asyncapi.ASYNCAPI_FILE, tmp_path / "alerts.schema.json"
    changed.write_text("{}")
    missing.unlink()
    stale = tmp_path / "telegrams.schema.json"
    stale.write_text("{}")
    (tmp_path / "notes.md").write_text("not of this command")
    capsys.readouterr()

    assert schemas(tmp_path, "--check") == 1
    assert sorted(capsys.readouterr().err.splitlines()) == sorted(
        [
            f"{changed}: differs; run `reachline schemas`",
            f"{missing}: differs; run `reachline schemas`",
            f"{stale}: is no schema of this version; remove it",
        ]
    )
    assert changed.read_text() == "{}" and not missing.exists()

    assert schemas(tmp_path) == 0
    assert changed.read_text(encoding="utf-8") == FILES[asyncapi.ASYNCAPI_FILE] and missing.exists()
    assert stale.exists(), "it may be somebody's own"
    assert schemas(tmp_path, "--check") == 1


def test_a_directory_that_can_not_be_made_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    assert schemas(tmp_path / "file" / "schemas") == 1
    assert capsys.readouterr().err == (
        f"reachline: {tmp_path / 'file' / 'schemas'}: Not a directory\n"
    )
