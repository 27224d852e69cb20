"""How much of a period was heard, and whether that is enough to judge by."""

import pytest

from streams.domain.statement.heard import Hours


def test_hours_of_two_lines_add_up() -> None:
    assert Hours(8, 6, 4).plus(Hours(10, 9, 1)) == Hours(open=18, heard=15, visited=5)
    assert Hours().plus(Hours(1, 1, 0)) == Hours(1, 1, 0)


@pytest.mark.parametrize(
    ("open_", "heard", "enough"),
    [
        (100, 95, True),
        (1000, 949, False),
        (22, 21, True),  # a month's working days without one of them
        (22, 20, False),
        (0, 0, True),  # where nothing was open, nothing was missed
        (1, 0, False),
    ],
)
def test_enough_is_nineteen_of_twenty(open_: int, heard: int, enough: bool) -> None:
    assert Hours(open_, heard).enough is enough
    assert Hours(open_, heard, 0).enough is Hours(open_, heard, heard).enough
