"""Text that fits a terminal: how wide it is there, and what is left of it where room is scarce.

A terminal counts columns: a Chinese character takes two, an accent that is put over a letter none.
"""

import re
from collections.abc import Iterator
from typing import Final
from unicodedata import category, east_asian_width

_STYLE: Final = re.compile(r"(\033\[[0-9;]*m)")
"""Colours: they take no room, and are not cut through."""

_UNSTYLED: Final = "\033[0m"


def columns(text: str) -> int:
    """How many columns a text takes.

    >>> columns("Müll"), columns("Mu\u0308ll"), columns("垃圾")
    (4, 4, 4)
    """
    return sum(map(_columns_of, _STYLE.sub("", text)))


def cut(text: str, most: int) -> str:
    """A text that takes at most so many columns; one that was longer ends with "…".

    >>> cut("Desk appointment", 7), cut("Waste", 7), cut("垃圾收集", 6)
    ('Desk a…', 'Waste', '垃圾…')
    """
    if columns(text) <= most:
        return text
    kept, room = [], most - 1
    for part in _STYLE.split(text):
        if _STYLE.fullmatch(part):
            kept.append(part)
            continue
        for letter in part:
            room -= _columns_of(letter)
            if room < 0:
                break
            kept.append(letter)
        if room < 0:
            break
    styled = any(_STYLE.fullmatch(part) for part in kept)
    return "".join(kept) + ("…" if most > 0 else "") + (_UNSTYLED if styled else "")


def left(text: str, width: int) -> str:
    """A text cut or filled up to exactly so many columns."""
    text = cut(text, width)
    return text + " " * (width - columns(text))


def right(text: str, width: int) -> str:
    """The same, with the room before it."""
    text = cut(text, width)
    return " " * (width - columns(text)) + text


def wrapped(text: str, width: int, indent: str) -> Iterator[str]:
    """A text over as many rows as it needs; all but the first begin with the indent."""
    row = ""
    for word in text.split(" "):
        longer = f"{row} {word}" if row else word
        if row.strip() and columns(longer) > width:
            yield row
            longer = indent + word
        row = longer
    yield row


def readable(text: str) -> str:
    """A text without characters that move the cursor, which a name may contain.

    >>> readable("Waste\\033[2J\\n")
    'Waste [2J '
    """
    return "".join(letter if letter.isprintable() else " " for letter in text)


def _columns_of(letter: str) -> int:
    if category(letter) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if east_asian_width(letter) in "WF" else 1
