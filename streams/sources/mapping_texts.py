"""The texts of a mapping file, in ``[call]`` and ``[[row]]``: what a call's fields are made of."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from streams.sources.checking import Check

TEXTS: Final[tuple[str, ...]] = (
    "id", "leg", "attempt", "visit", "revision", "direction", "line", "to_line", "caller", "agent",
    "entry", "channel", "language", "option", "menu",
)  # fmt: skip
_COLUMN: Final = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class Text:
    """A text in which ``{column}`` stands for the column's value.

    Attributes:
        literals: what is between the columns; one more than there are columns.
    """

    literals: tuple[str, ...]
    columns: tuple[str, ...]

    @classmethod
    def parse(cls, text: str) -> "Text":
        """Reads a text.

        >>> Text.parse("{trunk}-{number}")
        Text(literals=('', '-', ''), columns=('trunk', 'number'))
        """
        parts = _COLUMN.split(text)
        return cls(tuple(parts[::2]), tuple(parts[1::2]))

    def filled(self, values: Mapping[str, str]) -> str:
        """The text with the values of a row in it, without the blanks around them; empty where none
        of its columns has one: ``pbx-{id}`` would make one call of all rows without an id.
        """
        first, *rest = self.literals
        found = [values[column].strip() for column in self.columns]
        if found and not any(found):
            return ""
        return first + "".join(v + text for v, text in zip(found, rest, strict=True))


Choices = tuple[Text, ...]
"""Texts of which the first counts that is not empty."""


def filled(choices: Choices, values: Mapping[str, str]) -> str | None:
    """The first text that is not empty, with the values of a row in it; None if all are."""
    return next((found for text in choices if (found := text.filled(values))), None)


def columns_of(texts: Mapping[str, Choices]) -> Iterator[str]:
    """Every column that texts name, some of them more than once."""
    for choices in texts.values():
        for text in choices:
            yield from text.columns


def read_texts(table: Mapping[str, Any], where: str, check: Check) -> dict[str, Choices]:
    """Reads the texts of a table; mistakes go to ``check``."""
    texts = {
        key: tuple(map(Text.parse, check.strings(table[key], f"{where}.{key}")))
        for key in TEXTS
        if key in table
    }
    for key, choices in texts.items():
        if any(text.literals == ("",) and not text.columns for text in choices):
            check.wrong(f"{where}.{key}", "must be a text")
    for text in texts.get("id", ()):
        if not text.columns and text.literals != ("",):
            check.wrong(
                f"{where}.id", "names no {column}, so that every row would be the same call"
            )
    return texts
