"""What a column is: by the spelling that most of its values have, and by its name."""

import pytest

from streams.sources.guess_columns import (
    CLOCK_TIME,
    INSTANT,
    LENGTH,
    TEXT,
    WHOLE_DAY,
    column,
    roles,
)


@pytest.mark.parametrize(
    ("values", "kind", "format_"),
    [
        (["2026-11-20 10:00:00", "2026-11-20T10:00:00Z"], INSTANT, "iso"),
        (["1763629200", "1763629209.5"], INSTANT, "epoch"),
        (["1763629200000"], INSTANT, "epoch_ms"),
        (["20/11/2026 10:00:00"], INSTANT, "%d/%m/%Y %H:%M:%S"),
        (["11/20/2026 10:00 PM"], INSTANT, "%m/%d/%Y %I:%M %p"),
        (["20.11.2026"], WHOLE_DAY, "%d.%m.%Y"),
        (["9:12:58"], CLOCK_TIME, "%H:%M:%S"),
        (["26:03:04", "0:00:05"], LENGTH, ""),
        (["5", "109"], LENGTH, ""),
        (["waste"], TEXT, None),
        (["5", "waste"], TEXT, None),
        (["5.787037E-05"], TEXT, None),
        ([""], TEXT, None),
    ],
)
def test_values_have_one_spelling(values: list[str], kind: str, format_: str | None) -> None:
    found = column("x", values)
    assert (found.kind, found.formats[0] if found.formats else None) == (kind, format_)


def test_a_few_values_that_are_something_else_do_not_hide_what_a_column_is() -> None:
    found = column("x", ["20/11/2026 10:00:00", "20/11/2026 10:05:00", "20/11/2026", "0"])
    assert (found.kind, found.formats, found.filled) == (INSTANT, ("%d/%m/%Y %H:%M:%S",), 3)
    assert column("x", ["waste", "5"]).kind == TEXT


def test_a_day_that_may_be_a_month_fits_two_spellings() -> None:
    assert column("x", ["03/04/2026 10:00"]).formats == ("%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M")
    assert column("x", ["03/04/2026 10:00", "13/04/2026 10:00"]).formats == ("%d/%m/%Y %H:%M",)


def test_what_did_not_happen_is_no_time() -> None:
    found = column("answer", ["2026-11-20 10:00:00", "0", "", "0000-00-00 00:00:00"])
    assert (found.kind, found.never) == (INSTANT, ("0", "0000-00-00 00:00:00"))
    assert (found.filled, found.rows) == (1, 4)


def test_each_role_has_the_column_whose_name_fits_best_and_whose_values_can_be_it() -> None:
    time, length = ["2026-11-20 10:00:00"], ["5"]
    found = roles(
        [
            column("Call ID", ["a1"]),
            column("Start Time", time),
            column("AnswerTime", time),
            column("answered", ["Y"]),
            column("end_stamp", time),
            column("Wait Time (s)", length),
            column("Numéro appelant", ["0470000001"]),
            column("Wachtrij", ["waste"]),
            column("remarks", ["none"]),
            column("empty queue", [""]),
        ]
    )
    assert {role: one.name for role, one in found.items()} == {
        "id": "Call ID",
        "start": "Start Time",
        "answered": "AnswerTime",
        "status": "answered",
        "end": "end_stamp",
        "wait": "Wait Time (s)",
        "caller": "Numéro appelant",
        "line": "Wachtrij",
    }
