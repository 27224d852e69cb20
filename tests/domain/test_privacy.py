"""What a message repeats of the outside: plain words, and of all else what it looks like."""

from __future__ import annotations

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.domain.privacy import holds_number, shown
from tests.numbers import NUMBERS, digits, repeats


@pytest.mark.parametrize(
    "word", ["garden", "waste-2", "Bürgeramt", "q_1501", "be.city.contact.hangup", "600", "-7", ""]
)
def test_a_plain_word_is_repeated(word: str) -> None:
    assert shown(word) == repr(word)


@pytest.mark.parametrize(
    ("value", "look"),
    [
        ("2026-10-05 09:00:00", "(like ####-##-## ##:##:##)"),
        ("05/10/2026", "(a telephone number)"),
        ("jan.peeters@burgers.example", "(like xxx.xxxxxxx@xxxxxxx.xxxxxxx)"),
        ("NO ANSWER", "(like xx xxxxxx)"),
        ("BE71 0961 2345 6769", "(like xx## #### #### ####)"),
        ("a\x1b[2Jb\n", "(like x?[#xx?)"),
        ("x" * 500, "(like " + "x" * 32 + "...)"),
        ("line-20261", "(like xxxx-#####)"),
        ("\udce9", "(like ?)"),
    ],
)
def test_of_anything_else_its_look_is_told(value: str, look: str) -> None:
    assert shown(value) == look


@pytest.mark.parametrize("number", NUMBERS)
def test_no_number_and_no_address_is_repeated(number: str) -> None:
    assert not repeats(shown(number), number)
    assert len(digits(shown(number))) <= 4


@given(st.text(max_size=200))
def test_never_more_than_four_digits_of_anything(value: str) -> None:
    assert len(digits(shown(value))) <= 4
    assert len(shown(value)) <= 200


@pytest.mark.parametrize("number", [each for each in NUMBERS if len(digits(each)) >= 7])
def test_a_name_with_a_number_in_it(number: str) -> None:
    assert holds_number(number)
    assert holds_number(f"queue {number}")


@given(st.uuids())
def test_names_that_hold_none(name: uuid.UUID) -> None:
    for each in (
        str(name),
        "waste",
        "desk-2",
        "support@default",
        "600",
        "line 123456",
        "9a9b9c9d9e9f9",
    ):
        assert not holds_number(each)
