"""A plan's text as TOML values, as much of it as can be read.

The standard library stops at the first mistake. Where that is in the value of one key, the value is
replaced by a mark and the rest is read, so that all mistakes of a plan are shown at once.
"""

import re
import tomllib
from decimal import Decimal
from typing import Any, Final, NamedTuple

from streams.domain.plan.fields import BROKEN

MOST_MISTAKES: Final = 20
"""A text with more of them is no TOML at all."""

_AT_LINE = re.compile(r"\(at line (\d+), column \d+\)$")
_ONE_VALUE = re.compile(r"[ \t]*[A-Za-z0-9_-]+[ \t]*=")


class Parsed(NamedTuple):
    """What a text says.

    Attributes:
        values: its values, with marks for those that could not be read; None: no TOML.
        source: the text that they were read from, marks and all.
        mistakes: what is no TOML, and on which line.
    """

    values: dict[str, Any] | None
    source: str
    mistakes: list[tuple[int | None, str]]


def parse(text: str) -> Parsed:
    """Reads a text, numbers with a point as decimals."""
    lines = text.replace("\r\n", "\n").split("\n")
    mistakes: list[tuple[int | None, str]] = []
    while True:
        source = "\n".join(lines)
        try:
            return Parsed(tomllib.loads(source, parse_float=Decimal), source, mistakes)
        except RecursionError:
            return Parsed(None, source, [*mistakes, (None, "is nested too deeply: flatten it")])
        except (ValueError, ArithmeticError) as error:
            line, why = _where(str(error), len(text.rstrip().split("\n")))
        if any(line == known for known, _ in mistakes) or len(mistakes) >= MOST_MISTAKES:
            return Parsed(None, source, mistakes)
        mistakes.append((line, f"is not TOML: {why}; correct this line"))
        statement = _ONE_VALUE.match(lines[line - 1]) if line else None
        if line is None or statement is None:
            return Parsed(None, source, mistakes)
        lines[line - 1] = f'{statement[0]} "\\u{ord(BROKEN):04x}"'


def _where(error: str, last: int) -> tuple[int | None, str]:
    """The line of an error of the standard library's, and what it says."""
    at = _AT_LINE.search(error)
    if at:
        return int(at[1]), error[: at.start()].strip()
    if error.endswith("(at end of document)"):
        return last, error.removesuffix("(at end of document)").strip()
    return None, error
