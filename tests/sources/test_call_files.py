"""Files that grow while they are read."""

from __future__ import annotations

import os
from pathlib import Path

from streams.sources.call_files import follow


def test_what_is_written_to_a_log_after_it_was_moved_away_is_read(tmp_path: Path) -> None:
    """A rotation moves the log away and makes an empty one; the phone system goes on writing to the
    old one until it is told."""
    log = tmp_path / "log.csv"
    writing = log.open("w")
    writing.write("first\n")
    writing.flush()
    steps = 0

    def sleep(_: float) -> None:
        nonlocal steps, writing
        steps += 1
        if steps == 1:
            os.rename(log, tmp_path / "log.csv.1")  # noqa: PTH104 - what logrotate does
            log.touch()
        elif steps == 2:
            writing.write("second\n")
            writing.close()
            writing = log.open("a")
        elif steps == 3:
            writing.write("third\n")
            writing.flush()

    lines = list(follow(log, "utf-8", False, sleep, lambda: steps == 4))
    writing.close()
    assert lines == ["first\n", "second\n", "third\n"]
