"""Where frozen statements and their restatements are kept: files that are never written twice.

In the archive's directory, per vendor and period::

    scheldelijn/2026-10/0.json             the statement as it was frozen: issue 1
    scheldelijn/2026-10/0.books            the books that it rests on; it names their sha256sum
    scheldelijn/2026-10/1.json, 1.books    after the first restatement: issue 2
    scheldelijn/2026-10/1.restatement.json what changed, why, and the digests of both

Files, not a topic: both parties can keep, sign and compare them, long after a broker has deleted
its records. What is there is never replaced. Statements that release 0.1 has kept
are read as well, for ever.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple
from urllib.parse import quote

import msgspec

from streams.domain.statement import evidence
from streams.domain.statement.restatement import changes
from streams.sinks.files import write_whole
from streams.sinks.statement.issue import issued, of_archive
from streams.sinks.statement.objects import CONTENT_FORM, Content, canonical
from streams.sinks.statement.plain import Issued, Made
from streams.sinks.statement.restated import Restatement

_STATEMENT: Final = re.compile(r"(\d+)\.json", re.ASCII)


class KeptError(Exception):
    """The archive does not allow it; the message says what is there."""


class Kept(NamedTuple):
    """A statement in the archive: the number of its file, where that is, and what it says."""

    file: int
    path: Path
    statement: Issued


class Archive:
    """An archive of statements.

    Args:
        directory: made when the first statement is kept.
    """

    def __init__(self, directory: str | Path) -> None:
        self._directory = Path(directory)

    def freeze(self, made: Made, now: int) -> Kept:
        """Keeps a period's first statement, issued now. One that says the same as the one that is
        kept changes nothing: what is kept, with its own date of issue, is given.

        Raises:
            KeptError: another one is kept, or it is not final.
        """
        if made.content.provisional is not None:
            raise KeptError("the statement is provisional: freeze it when all of it is final")
        vendor, period = _of(made.content)
        found = self.latest(vendor, period)
        if found is None:
            first = issued(made, now, issue=1)
            return Kept(0, self._write(vendor, period, 0, first), first)
        if _same(found.statement, made):
            return found
        raise KeptError(
            f"{found.statement.object.issue.number} is kept for {vendor}, {period} and differs: "
            "a frozen statement changes through `reachline restate` only"
        )

    def latest(self, vendor: str, period: str) -> Kept | None:
        """The newest statement of a period; None if none is kept.

        Raises:
            KeptError: a file is missing, or is no statement.
        """
        numbers = sorted(self._numbers(vendor, period))
        if not numbers:
            return None
        path = self._path(vendor, period, numbers[-1])
        try:
            books = path.with_suffix(".books").read_text()
        except FileNotFoundError as error:
            raise KeptError(
                f"{error.filename} is missing: {path} is not complete without it"
            ) from None
        try:
            kept = msgspec.json.decode(path.read_bytes(), type=dict[str, Any])
            return Kept(numbers[-1], path, of_archive(kept, books, numbers[-1] + 1))
        except msgspec.MsgspecError as error:
            raise KeptError(f"{path} is no statement: {error}") from None

    def restate(self, after: Issued, restatement: Restatement, before: Kept) -> Kept:
        """Keeps a restatement, and the statement after it, beside the one that it restates.

        Raises:
            KeptError: that one has been restated already.
        """
        vendor, period = _of(after.object)
        file = before.file + 1
        path = self._path(vendor, period, file)
        _write_new(path, ".restatement.json", canonical(restatement))
        return Kept(file, self._write(vendor, period, file, after), after)

    def _write(self, vendor: str, period: str, number: int, statement: Issued) -> Path:
        path = self._path(vendor, period, number)
        _write_new(path, ".books", statement.books.encode())
        _write_new(path, ".json", statement.json)
        return path

    def _path(self, vendor: str, period: str, number: int) -> Path:
        return self._directory_of(vendor, period) / f"{number}.json"

    def _directory_of(self, vendor: str, period: str) -> Path:
        # A vendor's id may hold what file names must not; "." alone would be the archive itself.
        name = quote(vendor, safe=" ")
        if name in (".", ".."):
            name = name.replace(".", "%2E")
        return self._directory / name / period

    def _numbers(self, vendor: str, period: str) -> Iterator[int]:
        directory = self._directory_of(vendor, period)
        if directory.is_dir():
            for path in directory.iterdir():
                match = _STATEMENT.fullmatch(path.name)
                if match:
                    yield int(match[1])


def _of(content: Content) -> tuple[str, str]:
    """Its vendor and its period."""
    return content.vendor.id, content.period.name


def _same(kept: Issued, made: Made) -> bool:
    """Whether two statements say the same. Of an earlier form, which says less, what both say."""
    before, after = msgspec.to_builtins(kept.object), msgspec.to_builtins(made.content)
    if kept.object.form >= CONTENT_FORM:
        del before["issue"]
        return canonical(before) == canonical(after)
    books = made.books if "outcomes" in before else evidence.without_outcomes(made.books)
    return kept.books == books and not changes(before, after)


def _write_new(statement: Path, suffix: str, content: bytes) -> None:
    """Writes a statement that is not there yet, or what stands beside it: complete and on the disk,
    or not at all. The statement comes last: what an attempt before has left does not count."""
    if statement.exists():
        raise KeptError(f"{statement} is there already")
    path = statement.with_suffix(suffix)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, content)
