"""Where frozen statements and their restatements are kept: files that are never written twice.

In the archive's directory, per vendor and period::

    scheldelijn/2026-10/0.json             the statement as it was frozen
    scheldelijn/2026-10/0.books            the books that it rests on; it names their sha256sum
    scheldelijn/2026-10/1.json, 1.books    after the first restatement
    scheldelijn/2026-10/1.restatement.json what changed, why, and the digests of both

Files, not a topic: they are what both parties hold in their hands, can sign and can compare, long
after a broker has forgotten. A number that is there is never replaced.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import orjson

from streams.sinks.statement.plain import Made, canonical

_STATEMENT: Final = re.compile(r"(\d+)\.json", re.ASCII)


class KeptError(Exception):
    """The archive does not allow it; the message says what is there."""


class Archive:
    """An archive of statements.

    Args:
        directory: made when the first statement is kept.
    """

    def __init__(self, directory: str | Path) -> None:
        self._directory = Path(directory)

    def freeze(self, made: Made) -> tuple[int, Path]:
        """Keeps a period's first statement; gives its number, 0, and where it is. Freezing the same
        bytes again changes nothing.

        Raises:
            KeptError: another one is kept, or it is not final.
        """
        if made.object["provisional"] is not None:
            raise KeptError("the statement is provisional: freeze it when all of it is final")
        vendor, period = made.object["vendor"]["id"], made.object["period"]["name"]
        found = self.latest(vendor, period)
        if found is not None:
            number, kept = found
            if kept.json == made.json:
                return number, self._path(vendor, period, number)
            raise KeptError(
                f"number {number} of {vendor}, {period} is kept and differs: a frozen statement "
                "changes through `reachline restate` only"
            )
        return 0, self._write(vendor, period, 0, made)

    def latest(self, vendor: str, period: str) -> tuple[int, Made] | None:
        """The newest statement of a period and its number; None if none is kept."""
        numbers = sorted(self._numbers(vendor, period))
        if not numbers:
            return None
        path = self._path(vendor, period, numbers[-1])
        try:
            books = path.with_suffix(".books").read_text()
        except FileNotFoundError as error:
            raise KeptError(f"{error.filename} is missing: {path} is not whole without") from None
        return numbers[-1], Made(orjson.loads(path.read_bytes()), books)

    def restate(self, after: Made, restatement: dict[str, Any], number: int) -> Path:
        """Keeps a restatement beside what it restates.

        Raises:
            KeptError: that number is there already.
        """
        vendor, period = after.object["vendor"]["id"], after.object["period"]["name"]
        path = self._path(vendor, period, number)
        _write_new(path, ".restatement.json", canonical(restatement))
        return self._write(vendor, period, number, after)

    def _write(self, vendor: str, period: str, number: int, made: Made) -> Path:
        path = self._path(vendor, period, number)
        _write_new(path, ".books", made.books.encode())
        _write_new(path, ".json", made.json)
        return path

    def _path(self, vendor: str, period: str, number: int) -> Path:
        return self._of(vendor, period) / f"{number}.json"

    def _of(self, vendor: str, period: str) -> Path:
        # A vendor's id may hold what file names must not; "." alone would be the archive itself.
        name = quote(vendor, safe=" ")
        if name in (".", ".."):
            name = name.replace(".", "%2E")
        return self._directory / name / period

    def _numbers(self, vendor: str, period: str) -> Iterator[int]:
        directory = self._of(vendor, period)
        if directory.is_dir():
            for path in directory.iterdir():
                match = _STATEMENT.fullmatch(path.name)
                if match:
                    yield int(match[1])


def _write_new(statement: Path, suffix: str, content: bytes) -> None:
    """Writes a statement that is not there yet, or what stands beside it, whole and on the disk, or
    not at all. The statement itself comes last: what was left of an attempt before does not count.
    """
    if statement.exists():
        raise KeptError(f"{statement} is there already")
    path = statement.with_suffix(suffix)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    with part.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.rename(path)
