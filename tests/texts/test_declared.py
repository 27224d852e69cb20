"""What a figure is called where it is declared, English says; other languages translate it."""

from streams.domain.figures import measures
from streams.texts import languages, texts
from streams.texts.declared import words


def test_a_measure_brings_its_name_its_definition_and_its_reasons() -> None:
    found = dict(words())
    assert found["statement.figure.cut_off"] == "Cut off"
    formula = measures()["cut_off"].formula
    assert found["statement.definition.cut_off"] == formula
    assert found["statement.why.cut_off"] == "ended by the agent within 10 s"
    assert found["statement.tally.cut_offs"] == "Cut off by the agent"


def test_the_english_catalogue_says_them_unless_it_has_words_of_its_own() -> None:
    english = texts("en")
    assert english("statement.why.cut_off") == "ended by the agent within 10 s"
    assert dict(words())["statement.figure.reachability"] == "Reachability of the city"
    assert english("statement.figure.reachability") == "Reachability"


def test_another_language_has_a_translation_of_each() -> None:
    for language in languages():
        assert [path for path, _ in words() if not texts(language).has(path)] == []
