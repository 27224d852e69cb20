"""Files that hold a secret: a key, a password, an address with one in it."""

import os
import stat
from pathlib import Path


class PrivateFileError(Exception):
    """A file can't be used for a secret; the message says why, and repeats nothing of it."""


def read_private(file: Path, what: str) -> bytes:
    """What is in the file, without the space around it.

    Args:
        what: the file is, in a message.

    Raises:
        PrivateFileError: the file can't be read, or everybody can read it.
    """
    try:
        content, for_all = file.read_bytes().strip(), open_to_all(file)
    except OSError as error:
        raise PrivateFileError(f"{what} {file}: {error.strerror}") from error
    if for_all:
        raise PrivateFileError(
            f"{what} {file} can be read by everybody on this machine: chmod 600, "
            "then make another if they are not all trusted"
        )
    return content


def read_text(file: Path, what: str) -> str:
    """The same, as text.

    Raises:
        PrivateFileError: as ``read_private``; or it is no text.
    """
    try:
        return read_private(file, what).decode()
    except UnicodeDecodeError:
        raise PrivateFileError(f"{what} {file}: is no text") from None


def open_to_all(file: Path) -> bool:
    """Whether any user of the machine can read the file. One that its owner can't write either was
    put there by a container's engine, in a machine that has no other users."""
    if os.name == "nt":
        return False  # its rights are not in the mode
    mode = file.stat().st_mode
    return (
        bool(mode & stat.S_IROTH)
        and bool(mode & stat.S_IWUSR)
        and all(folder.stat().st_mode & stat.S_IXOTH for folder in file.resolve().parents)
    )
