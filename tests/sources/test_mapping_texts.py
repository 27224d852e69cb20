"""Texts in which a column's value stands, and lists of which the first counts."""

import pytest

from streams.sources.checking import Check
from streams.sources.mapping_texts import Text, columns_of, filled, read_texts


def read(**texts: object) -> dict[str, tuple[Text, ...]]:
    check = Check()
    found = read_texts(texts, "call", check)
    assert check.mistakes == []
    return found


def test_values_stand_in_a_text_without_the_blanks_around_them() -> None:
    assert Text.parse("{a}-{b}").filled({"a": " 1 ", "b": "2"}) == "1-2"
    assert Text.parse("waste").filled({}) == "waste"


def test_a_text_none_of_whose_columns_says_anything_is_empty() -> None:
    """`pbx-` would be one call of all rows without an id."""
    text = Text.parse("pbx-{a}{b}")
    assert text.filled({"a": " ", "b": ""}) == ""
    assert text.filled({"a": "", "b": "7"}) == "pbx-7"


def test_of_a_list_the_first_that_is_not_empty_counts() -> None:
    texts = read(id=["{first}", "x{second}", "{third}"])
    assert filled(texts["id"], {"first": "", "second": "2", "third": "3"}) == "x2"
    assert filled(texts["id"], {"first": "", "second": "", "third": "3"}) == "3"
    assert filled(texts["id"], {"first": "", "second": "", "third": ""}) is None
    assert filled((), {}) is None
    assert set(columns_of(texts)) == {"first", "second", "third"}


@pytest.mark.parametrize(
    ("texts", "mistake"),
    [
        ({"line": ""}, "call.line: must be a text"),
        ({"line": 7}, "call.line: must be a text or a list of texts"),
        ({"id": ["{a}", "b"]}, "call.id: names no {column}, so that every row would be"),
        ({"id": []}, "call.id: must be a text or a list of texts"),
    ],
)
def test_what_is_no_text(texts: dict[str, object], mistake: str) -> None:
    check = Check()
    read_texts(texts, "call", check)
    assert [one[: len(mistake)] for one in check.mistakes] == [mistake]
