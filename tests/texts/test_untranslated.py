"""A text that is new in English waits for its translation, in English, in a file that names it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from streams.texts import catalogue, languages, texts
from streams.texts.untranslated import made, write


@pytest.fixture
def copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the Dutch catalogue, read instead of ours."""
    shutil.copytree(catalogue.DIRECTORY / "nl", tmp_path / "nl")
    monkeypatch.setattr(catalogue, "_directories", [tmp_path, catalogue.DIRECTORY])
    catalogue.texts.cache_clear()
    yield tmp_path
    catalogue.texts.cache_clear()


def drop(directory: Path, key: str) -> str:
    """Takes a translation out of the statement's texts; the line that it was."""
    file = directory / "nl" / "statement.toml"
    lines = file.read_text("utf-8").splitlines(keepends=True)
    [line] = [each for each in lines[:40] if each.startswith(f"{key} = ")]
    lines.remove(line)
    file.write_text("".join(lines), "utf-8")
    catalogue.texts.cache_clear()
    return line


@pytest.mark.parametrize("language", [each for each in languages() if each != "en"])
def test_what_is_kept_untranslated_is_what_lacks_a_translation(language: str) -> None:
    file = catalogue.DIRECTORY / language / "untranslated.toml"
    kept = file.read_text("utf-8") if file.exists() else ""
    assert kept == made(language), "run .ci/regenerate"


def test_english_stands_in_until_the_translation_comes(copied: Path) -> None:
    file = copied / "nl" / "untranslated.toml"
    waiting = made("nl", copied)
    line = drop(copied, "title")
    write(copied)
    catalogue.texts.cache_clear()
    assert '"statement.title" = ' in file.read_text("utf-8")
    assert texts("nl")("statement.title") == texts("en")("statement.title")
    assert texts("nl").paths() == texts("en").paths()

    statement = copied / "nl" / "statement.toml"
    statement.write_text(line + statement.read_text("utf-8"), "utf-8")
    catalogue.texts.cache_clear()
    assert texts("nl")("statement.title") != texts("en")("statement.title")
    write(copied)
    assert (file.read_text("utf-8") if file.exists() else "") == waiting


def test_a_misspelt_path_is_no_translation(copied: Path) -> None:
    line = drop(copied, "title")
    statement = copied / "nl" / "statement.toml"
    statement.write_text(f"titel{line.removeprefix('title')}" + statement.read_text("utf-8"))
    write(copied)
    catalogue.texts.cache_clear()
    assert set(texts("nl").paths()) - set(texts("en").paths()) == {"statement.titel"}
