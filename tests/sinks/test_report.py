"""A replay's tables: as wide as the terminal, whole where there is room."""

import pytest

from streams.domain.books import Books
from streams.sinks import report
from tests.plans import ANTWERP


@pytest.mark.parametrize("width", [80, 100, 139])
def test_the_books_fit_too(width: int) -> None:
    table = report.as_table(Books(), ANTWERP, width=width).splitlines()
    assert max(map(len, table)) <= width
    assert {"contacts", "answered"} <= set(table[0].split())


def test_the_books_are_whole_where_there_is_room() -> None:
    assert report.as_table(Books(), ANTWERP, width=200) == report.as_table(Books(), ANTWERP)
