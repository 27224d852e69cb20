"""What a figure is called where it is declared, English says; other languages translate it."""

import pytest

from streams.domain.figures import measures
from streams.texts import declared, languages, texts
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
    assert dict(words())["statement.figure.reachability"] == "Reachability of a line"
    assert english("statement.figure.reachability") == "Reachability"


def test_a_mean_duration_brings_the_words_for_what_it_adds() -> None:
    assert texts("en")("statement.judged.wait") == "counts with its wait"


def test_two_texts_under_one_path_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """The later one would be read, and nobody would have chosen it."""
    first = measures()["cut_off"]
    assert first.measure is not None
    monkeypatch.setattr(declared, "DECLARED", (first, first._replace(title="something else")))
    with pytest.raises(ValueError, match=r"say statement\.figure\.cut_off: .* another name"):
        dict(words())
    second = first._replace(measure=first.measure._replace(why={"cut_off": "something else"}))
    monkeypatch.setattr(declared, "DECLARED", (first,))
    monkeypatch.setattr(declared, "measures", lambda: {"cut_off": first, "other": second})
    with pytest.raises(ValueError, match=r"say statement\.why\.cut_off: .* another name"):
        dict(words())


def test_another_language_has_a_translation_of_each() -> None:
    for language in languages():
        assert [path for path, _ in words() if not texts(language).has(path)] == []
