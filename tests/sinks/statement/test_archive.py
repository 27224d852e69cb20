"""The archive of statements on a disk that fills up."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from streams.domain.instants import parse
from streams.sinks.statement import archive
from streams.sinks.statement.archive import Archive, Kept, KeptError
from streams.sinks.statement.issue import issued
from streams.sinks.statement.plain import FORM, Made

OBJECT: dict[str, Any] = {
    "form": FORM,
    "provisional": None,
    "vendor": {"id": "acme"},
    "period": {"name": "2026-10", "time_zone": "UTC"},
}
NOW = parse("2026-11-02T09:30:00Z")
Write = Callable[[Path, str, bytes], None]


@pytest.fixture
def full(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Fills the disk up just before a file of this ending is written."""
    write: Write = archive._write_new

    def before(ending: str) -> None:
        def fails(statement: Path, suffix: str, content: bytes) -> None:
            if suffix == ending:
                raise OSError(28, "No space left on device")
            write(statement, suffix, content)

        monkeypatch.setattr(archive, "_write_new", fails if ending else write)

    return before


@pytest.mark.parametrize("ending", [".books", ".json"])
def test_what_failed_halfway_can_be_done_again(
    tmp_path: Path, full: Callable[[str], None], ending: str
) -> None:
    kept = Archive(tmp_path)

    def restate(why: str) -> object:
        after = issued(Made(OBJECT, "other books"), NOW, issue=2)
        return kept.restate(after, {"why": why}, first[0])

    first: list[Kept] = []
    for number, keep in enumerate(
        (lambda: first.append(kept.freeze(Made(OBJECT, "books"), NOW)), lambda: restate("late"))
    ):
        full(ending)
        with pytest.raises(OSError, match="No space"):
            keep()
        assert (kept.latest("acme", "2026-10") is None) == (number == 0)
        full("")
        keep()
        found = kept.latest("acme", "2026-10")
        assert found is not None and found.file == number
    with pytest.raises(KeptError, match="there already"):
        restate("again")


def test_a_statement_without_its_books_is_not_whole(tmp_path: Path) -> None:
    kept = Archive(tmp_path)
    kept.freeze(Made(OBJECT, "books"), NOW).path.with_suffix(".books").unlink()
    with pytest.raises(KeptError, match="not whole"):
        kept.latest("acme", "2026-10")
