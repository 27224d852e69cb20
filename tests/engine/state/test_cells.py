"""Records of cells: their bytes, and that a scope may have any name."""

import pytest

from streams.domain.books import INTERVAL, SLOT
from streams.domain.instants import SECOND
from streams.domain.tally import Tally
from streams.engine.state.cells import (
    CELL_PREFIX,
    cell_record,
    decoded,
    encoded,
    from_cell_name,
)
from tests.stories import at

NINE = at("9:00")


def test_the_bytes_are_those_that_other_releases_know() -> None:
    tally = Tally.of(contacts=3)
    tally.waits = {20: 1, 5: 2}
    tally.longest = 17 * SECOND
    key = ("line:waste", INTERVAL, NINE)
    assert cell_record(key, encoded(tally)) == (
        b"p|line:waste|900000000|1794992400000000",
        b"[[0],[3],[[5,2],[20,1]],17000000]",
    )
    assert cell_record(key, None) == (b"p|line:waste|900000000|1794992400000000", None)


def test_a_tally_is_read_as_it_was_written() -> None:
    tally = Tally.of(contacts=2, line_offered=2, answered=1, open=1)
    tally.waits = {5: 1}
    tally.longest = 4 * SECOND
    again = decoded(encoded(tally))
    assert again == tally and again["answered"] == 1


@pytest.mark.parametrize("scope", ["city", "line:waste", "line:a|b", "vendor:x|900000000|0"])
@pytest.mark.parametrize("width", [SLOT, INTERVAL])
def test_a_key_names_its_cell_whatever_the_scope_is_called(scope: str, width: int) -> None:
    name, _ = cell_record((scope, width, NINE), None)
    assert from_cell_name(name.removeprefix(CELL_PREFIX)) == (scope, width, NINE)
