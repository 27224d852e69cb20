"""The archive of statements on a disk that fills up."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from streams.domain.instants import parse
from streams.sinks.statement import archive, plain
from streams.sinks.statement.archive import Archive, Kept, KeptError
from streams.sinks.statement.issue import issued
from streams.sinks.statement.plain import Made
from streams.sinks.statement.restated import restate
from tests.statements import Booked, plan

BOOKED = Booked(plan(""))
MADE = plain.make(BOOKED.plan, BOOKED.of("acme", "2026-10"), BOOKED.intervals)
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

    def again(why: str) -> object:
        after = issued(Made(MADE.content, ""), NOW, issue=2)
        return kept.restate(after, restate(first[0].statement, after, 1, why, []), first[0])

    first: list[Kept] = []
    for number, keep in enumerate(
        (lambda: first.append(kept.freeze(MADE, NOW)), lambda: again("late"))
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
        again("again")


def test_a_statement_without_its_books_is_not_complete(tmp_path: Path) -> None:
    kept = Archive(tmp_path)
    kept.freeze(MADE, NOW).path.with_suffix(".books").unlink()
    with pytest.raises(KeptError, match="not complete"):
        kept.latest("acme", "2026-10")


def test_what_is_no_statement_is_named(tmp_path: Path) -> None:
    kept = Archive(tmp_path)
    path = kept.freeze(MADE, NOW).path
    path.write_bytes(path.read_bytes().replace(b'"contacts": 0', b'"contacts": "none"'))
    with pytest.raises(KeptError, match=r"0\.json is no statement: .*contacts"):
        kept.latest("acme", "2026-10")


def test_what_is_read_back_is_what_was_kept(tmp_path: Path) -> None:
    kept = Archive(tmp_path)
    first = kept.freeze(MADE, NOW)
    found = kept.latest("acme", "2026-10")
    assert found is not None and found.statement == first.statement
    assert found.statement.json == first.path.read_bytes()
