"""No figure, no byte of JSON, no metric and no statement differs from what is kept of them.

What is compared, and when it may be written again: `tests/same_figures.py`.
"""

from __future__ import annotations

import pytest

from tests import same_figures


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
