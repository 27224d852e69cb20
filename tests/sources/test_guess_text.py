"""The text of a guess is TOML, whatever the columns and their values are called."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.sources.guess_columns import column
from streams.sources.guess_text import of_call, of_file, of_rules, of_time, quoted


@given(st.text(st.characters(codec="utf-8")))
def test_a_text_is_what_it_is_in_toml(text: str) -> None:
    assert tomllib.loads(f"a = {quoted(text)}") == {"a": text}


@given(st.text(st.characters(codec="utf-8"), min_size=1))
def test_names_and_values_of_any_kind_make_a_table(name: str) -> None:
    start, status = column("start", ["2026-11-20 10:00"]), column(name, ["x\x7f\n", "Yes"])
    found = {"start": start, "status": status, "line": status}
    lines = [
        *of_file("\t", "cp1252", "across_lines", [name]),
        *of_time(found, "UTC"),
        *of_call(found),
        *of_rules(found),
    ]
    read = tomllib.loads("\n".join(lines))
    assert read["row"][0]["when"] == {name: ["Yes"]}
    assert read["file"]["columns"] == [name]


@pytest.mark.parametrize(
    ("values", "answered"),
    [
        (["ANSWERED", "NO ANSWER", "BUSY"], ["ANSWERED"]),
        (["Unanswered", "answered"], ["answered"]),
        (["not connected", "connected"], ["connected"]),
        (["Y", "N"], ["Y"]),
        (["Beantwoord", "Niet beantwoord"], ["Beantwoord"]),
        (["A", "B"], ["CHECK"]),
    ],
)
def test_which_words_mean_that_somebody_answered(values: list[str], answered: list[str]) -> None:
    found = {"start": column("start", ["2026-11-20 10:00"]), "status": column("how", values)}
    assert tomllib.loads("\n".join(of_rules(found)))["row"][0]["when"] == {"how": answered}


def test_an_id_is_never_made_of_persons() -> None:
    found = {
        "start": column("start", ["2026-11-20 10:00"]),
        "caller": column("who", ["0470000001"]),
    }
    assert tomllib.loads("\n".join(of_call(found)))["call"]["id"] == "{start}"
    found["line"] = column("queue", ["a"])
    assert tomllib.loads("\n".join(of_call(found)))["call"]["id"] == "{start}-{queue}"
