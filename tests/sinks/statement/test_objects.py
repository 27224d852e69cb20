"""What a statement's object is: one byte sequence for one content, whoever writes it."""

import json

import msgspec
import pytest

from streams.sinks.statement.objects import (
    CONTENT_FORM,
    BooksUsed,
    Content,
    Hours,
    Silence,
    Statement,
    canonical,
)
from tests.sinks.statement import march

MADE = march.with_a_silent_line()


def test_canonical_json_has_sorted_keys_two_spaces_and_one_line_feed() -> None:
    assert canonical(BooksUsed(digest="5e", quarter_hours=3, since="a", until="é")) == (
        b'{\n  "digest": "5e",\n  "from": "a",\n  "quarter_hours": 3,\n  "until": "\xc3\xa9"\n}\n'
    )
    assert canonical({"b": [], "a": {}}) == canonical({"a": {}, "b": []})


def test_what_is_read_back_is_the_same_and_writes_the_same_bytes() -> None:
    read = msgspec.json.decode(MADE.json, type=Statement)
    assert read == MADE.object
    assert canonical(read) == MADE.json


def test_beginnings_are_called_from_and_a_line_that_was_not_silent_alone_is_null() -> None:
    silence = Silence(since="a", until="b", open=1.5, line=None, queue=True)
    assert msgspec.to_builtins(silence) == {
        "from": "a", "until": "b", "open": 1.5, "line": None, "queue": True,
    }  # fmt: skip
    found = json.loads(MADE.json)
    for part in (
        found["books"],
        found["lines"][0],
        found["results"][0],
        *found["heard"]["silences"],
    ):
        assert "from" in part and "since" not in part


def test_hours_of_the_period_are_those_of_a_line_with_more() -> None:
    heard = MADE.object.heard
    assert isinstance(heard, Hours)
    assert set(json.loads(MADE.json)["heard"]["lines"]["afval"]) == {"open", "heard", "with_visit"}


def test_a_statement_is_its_content_and_what_it_is_called() -> None:
    beside = set(Statement.__struct_fields__) - set(Content.__struct_fields__)
    assert beside == {"issue"} and MADE.object.form == CONTENT_FORM


def test_nothing_of_it_can_be_changed() -> None:
    with pytest.raises(AttributeError):
        MADE.object.complete = True  # type: ignore[misc]
