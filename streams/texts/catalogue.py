"""Catalogues of texts: found, read once, and asked for a text by its path."""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from streams.texts.declared import words

DIRECTORY: Final = Path(__file__).parent

DEFAULT: Final = "en"
"""Spoken where the plan names no language that we have."""

UNTRANSLATED: Final = "untranslated"
"""The file of a catalogue with the English texts that nobody has translated yet, by whole path."""

_directories: list[Path] = [DIRECTORY]
"""Where catalogues are looked for; a test adds one of its own."""


class Texts:
    """The texts of one language.

    >>> texts("en")("terms.people", count=3)
    '3 people'
    >>> texts("nl")("terms.people", count=1)
    '1 persoon'
    """

    def __init__(self, language: str, found: Mapping[str, str | list[str]]) -> None:
        self.language = language
        self._found = found

    def __call__(self, path: str, **fields: object) -> str:
        """The text under a path, with its fields filled in.

        Where the text depends on a number, ``count`` is one of the fields and chooses it.

        Raises:
            KeyError: there is no such text, or it has a field that is not given.
        """
        text = self._found.get(path)
        if text is None and "count" in fields:
            text = self._found.get(f"{path}.{'one' if fields['count'] == 1 else 'other'}")
        if not isinstance(text, str):
            raise KeyError(f"no text {path} in {self.language}{self._remedy(path)}")
        return text.format(**fields) if fields else text

    def _remedy(self, path: str) -> str:
        """What whoever has added a text has to do so that another language has it too."""
        added = self.language != DEFAULT and texts(DEFAULT).has(path)
        return ": run .ci/regenerate, and the English one stands in for it" if added else ""

    def several(self, path: str) -> list[str]:
        """A list of texts, such as the names of the months.

        Raises:
            KeyError: there is no such list.
        """
        text = self._found.get(path)
        if not isinstance(text, list):
            raise KeyError(f"no list {path} in {self.language}")
        return text

    def has(self, path: str) -> bool:
        """Whether there is a text under this path."""
        return path in self._found

    def paths(self) -> list[str]:
        """The paths of all texts."""
        return sorted(self._found)


def languages() -> tuple[str, ...]:
    """The languages that there is a catalogue of, in the order of their codes."""
    found = {
        each.name
        for directory in _directories
        for each in directory.iterdir()
        if any(each.glob("*.toml"))
    }
    return tuple(sorted(found))


def spoken(wanted: Iterable[str]) -> tuple[str, ...]:
    """Those of the wanted languages that there is a catalogue of, in their order; else English."""
    known = languages()
    return tuple(word for word in wanted if word in known) or (DEFAULT,)


@cache
def texts(language: str) -> Texts:
    """The catalogue of a language, read once.

    Raises:
        KeyError: there is none.
    """
    for directory in _directories:
        files = sorted((directory / language).glob("*.toml"))
        if files:
            found: dict[str, str | list[str]] = dict(words()) if language == DEFAULT else {}
            for file in files:
                read = tomllib.loads(file.read_text("utf-8"))
                if file.stem == UNTRANSLATED:
                    found = {**read, **found}
                else:
                    found.update(_flat(file.stem, read))
            return Texts(language, found)
    raise KeyError(f"no texts in {language!r}; there are {', '.join(languages())}")


def _flat(path: str, table: Mapping[str, Any]) -> Iterator[tuple[str, str | list[str]]]:
    for key, value in table.items():
        below = f"{path}.{key}"
        if isinstance(value, Mapping):
            yield from _flat(below, value)
        else:
            yield below, value
