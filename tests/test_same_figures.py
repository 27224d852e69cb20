"""No figure, no byte of JSON, no metric and no statement differs from what is kept of them.

What is compared, and when it may be written again: `tests/same_figures.py`.
"""

from __future__ import annotations

import pytest

from tests import same_figures
from tests.same_figures_changes import changes


@pytest.fixture(scope="module")
def made() -> dict[str, bytes]:
    """Every output as it is now."""
    return dict(same_figures.outputs())


@pytest.mark.slow
@pytest.mark.parametrize("name", same_figures.names())
def test_what_is_said_of_the_same_calls_is_the_same(name: str, made: dict[str, bytes]) -> None:
    differs = same_figures.difference(same_figures.kept(name), made.get(name, b""))
    if differs is not None:
        pytest.fail(
            f"{name}, {differs}\nIf this is meant, read tests/same_figures.py on what belongs to "
            "such a change",
            pytrace=False,
        )


@pytest.mark.slow
def test_every_output_is_kept(made: dict[str, bytes]) -> None:
    assert sorted(made) == same_figures.names()


@pytest.mark.parametrize(
    ("before", "now", "says"),
    [
        (b"a 1\nb 2\n", b"a 1\nb 3\n", "line 2, byte 3:\n  kept  b'b 2\\n'\n  now   b'b 3\\n'\n"),
        (b"a 1\n", b"a 1\nb 2\n", "line 2, byte 1:\n  kept  b''\n  now   b'b 2\\n'\n"),
        (b"a 1\r\n", b"a 1\n", "line 1, byte 4:\n  kept  b'a 1\\r\\n'\n  now   b'a 1\\n'\n"),
        (b"x" * 900 + b"1", b"x" * 900 + b"2", "line 1, byte 901:\n"),
    ],
)
def test_a_difference_is_shown_where_it_is(before: bytes, now: bytes, says: str) -> None:
    found = same_figures.difference(before, now)
    assert found is not None and found.startswith(says)
    assert len(found) < 400
    assert same_figures.difference(now, now) is None


BOOKS = b'{"lines": {"waste": {"asked": 3, "waits": [1, 2]}, "desk": {"asked": 4, "waits": []}}}'


@pytest.mark.parametrize(
    ("name", "before", "now", "says"),
    [
        (
            "week/replay.json",
            BOOKS,
            BOOKS.replace(b'"asked"', b'"talk": 9, "asked"'),
            ["adds talk (2 times, first at .lines.waste.talk)"],
        ),
        (
            "week/replay.json",
            BOOKS,
            BOOKS.replace(b"4", b"5").replace(b'"waits": [1, 2]', b'"late": 0'),
            [
                "adds late (1 times, first at .lines.waste.late)",
                "alters asked (1 times, first 4 -> 5 at .lines.desk.asked)",
                "takes away waits (1 times, first at .lines.waste.waits)",
            ],
        ),
        (
            "week/replay.json",
            BOOKS,
            BOOKS.replace(b"1, 2", b"1"),
            ["alters the number of waits (1 times, first 2 -> 1)"],
        ),
        (
            "week/whole.csv",
            b"line,asked\nwaste,3\n",
            b"line,talk,asked\nwaste,9,3\n",
            ["adds talk (1 times, first at [0].talk)"],
        ),
        (
            "week/published-intervals",
            b'waste {"asked":3}\ndesk null\n',
            b'waste {"asked":4}\ndesk null\n',
            ["alters asked (1 times, first 3 -> 4 at [0].asked)"],
        ),
        (
            "week/at-11-00.metrics",
            b"asked 3\nlate 1\n",
            b"asked 3\ntalk 9\nlate 2\n",
            [
                "adds lines (2 times, first 'talk 9')",
                "takes away lines (1 times, first 'late 1')",
            ],
        ),
        ("week/a.json", b'{"a":1}', b'{"a": 1}', ["says the same in another order or form"]),
        ("week/a.json", BOOKS, BOOKS, []),
    ],
)
def test_what_changes_is_told_by_its_names(
    name: str, before: bytes, now: bytes, says: list[str]
) -> None:
    assert changes(name, before, now) == says
