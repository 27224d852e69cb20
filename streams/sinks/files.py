"""Files that are written as a whole: what is there is complete, and outlives a power cut."""

import os
import shutil
from pathlib import Path


def write_whole(path: Path, content: bytes) -> None:
    """Writes a file beside the one of that name and puts it in its place, all on the disk. What is
    no file, as a terminal or a pipe, is written to directly.

    Raises:
        OSError: with the name of the file; a file that was there before is as it was.
    """
    path = path.resolve()
    part = path.with_name(path.name + ".part")
    try:
        if path.exists() and not path.is_file():
            path.write_bytes(content)
            return
        try:
            with part.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            if path.exists():
                shutil.copymode(path, part)
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
        sync_directory(path.parent)
    except OSError as error:
        error.filename = str(path)  # a full disk is known by its number alone
        raise


def sync_directory(directory: Path) -> None:
    """Has the disk know the names in a directory: a synced file may still be lost by its name."""
    opened = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
