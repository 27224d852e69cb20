"""What each language has not translated yet, kept in English where a translator finds it.

    python -m streams.texts.untranslated      writes ``untranslated.toml`` of each language again

A new text must not wait for somebody who speaks every language. Until they come, English stands in.
They translate a text in the file of its subject; the next run takes it out of here, and removes the
file with its last text. A path that English does not have is no translation: a test names it.
"""

import json
import tomllib
from pathlib import Path
from typing import Final

from streams.texts import catalogue
from streams.texts.catalogue import DEFAULT, DIRECTORY, UNTRANSLATED, languages, texts

_HEAD: Final = """\
# Not translated yet: English stands in. Translate each in the file that its path begins with, then
# run .ci/regenerate, which writes this file.
"""


def made(language: str, directory: Path = DIRECTORY) -> str:
    """The file of a language: empty when all is translated.

    Args:
        directory: where the catalogue is.
    """
    english = texts(DEFAULT)._found
    translated: set[str] = set()
    for file in (directory / language).glob("*.toml"):
        if file.stem != UNTRANSLATED:
            read = tomllib.loads(file.read_text("utf-8"))
            translated.update(path for path, _ in catalogue._flat(file.stem, read))
    lines = [
        f"{json.dumps(path)} = {json.dumps(english[path], ensure_ascii=False)}\n"
        for path in sorted(english.keys() - translated)
    ]
    return _HEAD + "".join(lines) if lines else ""


def write(directory: Path = DIRECTORY) -> None:
    """Writes the file of every language but English, or removes it."""
    for language in languages():
        if language != DEFAULT and (directory / language).is_dir():
            file = directory / language / f"{UNTRANSLATED}.toml"
            if text := made(language, directory):
                file.write_text(text, encoding="utf-8")
            else:
                file.unlink(missing_ok=True)


if __name__ == "__main__":
    write()
