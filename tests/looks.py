"""Files that change between any two looks at them."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest


class Looks:
    """Does something before one look at the file system, counted from the beginning."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.seen = 0
        self._at: int | None = None
        self._what: Callable[[], None] = lambda: None
        for name in ("open", "stat", "iterdir"):
            monkeypatch.setattr(Path, name, self._counted(getattr(Path, name)))
        monkeypatch.setattr(os, "fstat", self._counted(os.fstat))
        monkeypatch.setattr(os, "pread", self._counted(os.pread))

    def before(self, look: int, what: Callable[[], None]) -> None:
        self.seen, self._at, self._what = 0, look, what

    def _counted(self, look: Callable[..., Any]) -> Callable[..., Any]:
        def looks(*args: Any, **options: Any) -> Any:
            if self.seen == self._at:
                self._at = None
                self._what()
            self.seen += 1
            return look(*args, **options)

        return looks


class Written:
    """A file that is written line by line and renamed, without any look that is counted.

    Args:
        entry: makes the line of a number.
        header: that each part begins with.
    """

    def __init__(self, path: Path, entry: Callable[[int], bytes], header: bytes = b"") -> None:
        self.path = path
        self.lines = 0
        self._entry = entry
        self._header = header
        self._rotations = 0
        self._written = 0
        self._add(header)

    def write(self, lines: int) -> None:
        for _ in range(lines):
            self._add(self._entry(self.lines))
            self.lines += 1

    def rotate(self) -> None:
        self._rotations += 1
        self.path.rename(f"{self.path}.{self._rotations}")
        self._add(self._header)

    def _add(self, text: bytes) -> None:
        file = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        os.write(file, text)
        self._written += 1  # a clock of its own: the kernel's stands still for milliseconds
        os.utime(file, ns=(self._written * 10**9, self._written * 10**9))
        os.close(file)
