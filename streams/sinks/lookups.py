"""The log of look-ups: who asked for the calls of one person, when, and of which period.

A city that can find a person's calls must be able to say who did. So a look-up is on the disk
before anything is read, and without it nothing is shown. The log says nothing of the person: it
would be a list of those who complained.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import orjson

from streams.domain import instants

_MODE: Final = 0o600
"""Of a log that is made: who works here is nobody else's business either."""


class LookupLogError(Exception):
    """The log can't be written; the message says why."""


def usual(environment: Mapping[str, str]) -> Path:
    """Where the log is if nobody says where: in the user's own state, as the XDG base directory
    specification has it."""
    state = Path(environment.get("XDG_STATE_HOME", ""))
    base = state if state.is_absolute() else Path.home() / ".local" / "state"
    return base / "reachline" / "lookups.jsonl"


def user(environment: Mapping[str, str]) -> str:
    """Who works at this machine, by the account: what they call themselves can't be believed. Of
    who has become root by ``sudo``, who that was."""
    if not hasattr(os, "getuid"):
        return environment.get("USERNAME", "unknown")
    import pwd

    number = os.getuid()
    try:
        name = pwd.getpwuid(number).pw_name
    except KeyError:
        name = str(number)  # as in a container that has no account of it
    before = environment.get("SUDO_USER", "") if number == 0 else ""
    return f"{before} as {name}" if before else name


def write(path: Path, who: str, asked_by: str | None, at: int, since: int, until: int) -> None:
    """Adds a look-up, and waits until it is on the disk.

    Args:
        path: of the log; it and its directory are made where they are missing.
        who: the account.
        asked_by: for whom, if that was said.
        at: when.
        since, until: the period that was asked for.

    Raises:
        LookupLogError: it can't be written.
    """
    entry = {"at": instants.text(at), "who": who}
    if asked_by is not None:
        entry["asked_by"] = asked_by
    entry |= {"from": instants.text(since), "until": instants.text(until)}
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        log = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, _MODE)
        try:
            line = orjson.dumps(entry, option=orjson.OPT_APPEND_NEWLINE)
            if os.write(log, line) < len(line):
                raise LookupLogError(f"{path}: the disk is full")
            os.fsync(log)
        finally:
            os.close(log)
    except OSError as error:
        raise LookupLogError(f"{path}: {error.strerror}") from error
