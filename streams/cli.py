"""The command ``reachline``."""

import argparse
import errno
import importlib
import os
import sys
from io import TextIOWrapper
from typing import Final, TextIO

from streams import __version__, logs
from streams.commands.common import FAILED, CommandError
from streams.engine.failures import in_words

_COMMANDS: Final = {
    "demo": "demo",
    "replay": "replay",
    "statement": "statement",
    "explain": "explain",
    "restate": "restate",
    "compare": "compare",
    "import": "imports",
    "simulate": "simulate",
    "plan": "plan",
    "worker": "worker",
    "rebuild": "rebuild",
    "topics": "topics",
    "usual": "usual",
    "doctor": "doctor",
    "rules": "rules",
    "schemas": "schemas",
}
"""Commands and their modules of ``streams.commands``, in the order of the help."""


def parser(command: str | None = None) -> argparse.ArgumentParser:
    """The command line, with all commands; of a ``command`` that there is, with that one alone: all
    others together take an eighth of a second to import, as long as to replay 30,000 events."""
    top = argparse.ArgumentParser(
        prog="reachline",
        description="Tells a city, while it is happening, whether people who phone it get through.",
    )
    top.add_argument("--version", action="version", version=f"reachline {__version__}")
    commands = top.add_subparsers(required=True, metavar="COMMAND")
    for name in [command] if command in _COMMANDS else _COMMANDS:
        importlib.import_module(f"streams.commands.{_COMMANDS[name]}").add(commands)
    return top


def main(words: list[str] | None = None) -> int:
    """Runs a command; the exit status is 0 done, 1 the work failed, 2 arguments or plan wrong,
    130 ended by Ctrl-C."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # names that a terminal can't show
    logs.leave_to_us()
    try:
        status = _run(words)
        sys.stdout.flush()
        return status
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # The reader has gone: nothing is written any more, not even at the interpreter's exit.
        _to_nowhere(sys.stdout, sys.stderr)
        return FAILED
    except OSError as error:
        if not _is_full(error):
            raise
        print(f"reachline: standard output: {error.strerror}", file=sys.stderr)
        _to_nowhere(sys.stdout)
        return FAILED


def _is_full(error: Exception) -> bool:
    """Whether there is no room for what is printed: of a file that is written the name is known."""
    full = (errno.ENOSPC, errno.EDQUOT)
    return isinstance(error, OSError) and error.errno in full and error.filename is None


def _to_nowhere(*streams: TextIO) -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in streams:
        os.dup2(nowhere, stream.fileno())


def _run(words: list[str] | None) -> int:
    words = sys.argv[1:] if words is None else words
    arguments = parser(words[0] if words else None).parse_args(words)
    try:
        status: int = arguments.run(arguments)
        return status
    except CommandError as error:
        print(f"reachline: {error}", file=sys.stderr)
        return error.status
    except BrokenPipeError:
        raise
    except Exception as error:
        if _is_full(error):
            raise
        if os.environ.get("REACHLINE_TRACEBACK"):
            raise
        print(f"reachline: {in_words(error)}", file=sys.stderr)
        return FAILED


if __name__ == "__main__":
    raise SystemExit(main())
