"""The third catalogue that tests make is a catalogue like the others."""

import doctest
from pathlib import Path

from streams.texts import languages, texts
from tests.texts import reversed_texts as module
from tests.texts.reversed_texts import LANGUAGE, not_of, reversed_texts


def test_it_has_every_text_of_english_from_its_last_letter_to_its_first(tmp_path: Path) -> None:
    before = languages()
    with reversed_texts(tmp_path) as language:
        assert set(languages()) == {*before, language}
        turned = texts(language)
        assert turned.paths() == texts("en").paths()
        assert turned("terms.people", count=3) == "elpoep 3"
        assert turned.several("terms.days")[0] == "noM"
        assert turned("terms.decimal") == "."
    assert languages() == before


def test_what_another_language_says_is_seen(tmp_path: Path) -> None:
    with reversed_texts(tmp_path):
        assert not_of(LANGUAGE, "elpoep 3 in Mon") == {"in", "mon"}


def test_examples() -> None:
    assert doctest.testmod(module).failed == 0
    assert doctest.testmod(module).attempted == 2
