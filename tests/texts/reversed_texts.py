"""A third language for tests: every text of English with its letters from last to first.

It shows what a page, an alert or a dashboard says that no catalogue holds: whatever can still be
read forwards there was written in the code. Fields, and the marks of numbers, stay as they are.
"""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from string import Formatter
from typing import Final

from streams.texts import catalogue, texts

LANGUAGE: Final = "qaa"
"""A code that ISO 639-2 leaves to everybody's own use."""

SAMPLE: Final = "en"


@contextmanager
def reversed_texts(directory: Path) -> Iterator[str]:
    """Adds the catalogue to those that there are, for as long as the context lasts.

    Args:
        directory: an empty one, where the catalogue is written.
    """
    _write(directory / LANGUAGE)
    catalogue._directories.append(directory)
    catalogue.texts.cache_clear()
    try:
        yield LANGUAGE
    finally:
        catalogue._directories.remove(directory)
        catalogue.texts.cache_clear()


def backwards(text: str) -> str:
    """A text from its last letter to its first, its fields whole.

    >>> backwards("Heard in {open} hours of {whole}.")
    '.{whole} fo sruoh {open} ni draeH'
    """
    parts = []
    for before, name, form, conversion in Formatter().parse(text):
        parts.append(before[::-1].translate({ord("{"): "{{", ord("}"): "}}"}))
        if name is not None:
            parts.append(
                "{" + name + (f"!{conversion}" if conversion else "") + (form and f":{form}") + "}"
            )
    return "".join(reversed(parts))


def words(text: str) -> set[str]:
    """The words of two letters and more, in lower case, soft hyphens left out.

    >>> sorted(words("Over\\u00adflowed: 3 calls"))
    ['calls', 'overflowed']
    """
    return set(re.findall(r"[^\W\d_]{2,}", text.replace("\N{SOFT HYPHEN}", "").lower()))


def not_of(language: str, text: str) -> set[str]:
    """The words of a text that the catalogue of a language does not hold."""
    spoken = texts(language)
    held: set[str] = set()
    for path in spoken.paths():
        each = spoken._found[path]
        held |= words(each) if isinstance(each, str) else words(" ".join(each))
    return words(text) - held


def _write(directory: Path) -> None:
    directory.mkdir(parents=True)
    sample = texts(SAMPLE)
    files: dict[str, list[str]] = {}
    for path in sample.paths():
        file, *keys = path.split(".")
        text = sample._found[path]
        turned = backwards(text) if isinstance(text, str) else [backwards(each) for each in text]
        name = ".".join(json.dumps(key) for key in keys)
        files.setdefault(file, []).append(f"{name} = {json.dumps(turned, ensure_ascii=False)}\n")
    for file, lines in files.items():
        (directory / f"{file}.toml").write_text("".join(lines), encoding="utf-8")
