"""Numbers, times and texts as the reader of a language writes them."""

import pytest

from streams.sinks.statement.writing import Writing


@pytest.mark.parametrize(
    ("value", "met", "shown"),
    [
        (0.8, True, "80.00"),
        (0.799999, False, "79.9999"),  # never shown as the 80 % that it is not
        (0.79996, False, "79.996"),
        (0.5, False, "50.00"),
    ],
)
def test_a_result_is_shown_on_its_side_of_the_target(value: float, met: bool, shown: str) -> None:
    w = Writing("en", "UTC")
    assert w.measured(value, 0.8, met, "service_level") == shown + "\N{NO-BREAK SPACE}%"


def test_numbers_as_the_reader_writes_them() -> None:
    assert Writing("en", "UTC").number(1234567.5) == "1,234,567.5"
    assert Writing("nl", "UTC").number(1234567.5) == "1.234.567,5"
    assert Writing("nl", "UTC").money("-12.3", "money", "EUR") == "EUR\N{NO-BREAK SPACE}-12,30"
