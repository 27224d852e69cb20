"""Every language says the same things: no text and no field is missing in one of them."""

import doctest
from string import Formatter

import pytest

from streams.texts import catalogue, languages, spoken, texts


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("language", languages())
def test_no_text_is_missing(language: str) -> None:
    assert texts(language).paths() == texts("en").paths()


@pytest.mark.parametrize("language", languages())
def test_a_text_has_the_same_fields_in_every_language(language: str) -> None:
    for path, text in catalogue.texts("en")._found.items():
        other = texts(language)._found[path]
        if isinstance(text, str):
            assert isinstance(other, str) and fields(other) == fields(text), path
        else:
            assert isinstance(other, list) and len(other) == len(text), path


def test_a_text_that_there_is_not_is_named() -> None:
    with pytest.raises(KeyError, match=r"no text statement\.nothing in nl"):
        texts("nl")("statement.nothing")
    with pytest.raises(KeyError, match=r"no text statement\.nothing in nl'$"):
        texts("nl")("statement.nothing")
    with pytest.raises(KeyError, match="no texts in 'xx'"):
        texts("xx")


def test_a_text_that_only_english_has_yet_is_named_with_the_remedy() -> None:
    dutch = catalogue.Texts("nl", {})
    with pytest.raises(KeyError, match=r"no text terms\.decimal in nl: run \.ci/regenerate"):
        dutch("terms.decimal")


def test_the_city_speaks_the_languages_of_its_plan_that_we_have() -> None:
    assert spoken(["tlh", "nl", "en"]) == ("nl", "en")
    assert spoken(["tlh"]) == ("en",)


def test_examples() -> None:
    assert doctest.testmod(catalogue).failed == 0
    assert doctest.testmod(catalogue).attempted == 2
