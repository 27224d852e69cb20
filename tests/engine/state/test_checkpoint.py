"""The record of a checkpoint: its bytes, and that a newer form is refused."""

import pytest

from streams.domain.books import INTERVAL, SLOT
from streams.engine.state import checkpoint
from streams.engine.state.checkpoint import REBUILDING, REBUILT, Checkpoint, Stored
from streams.engine.state.errors import StateError
from tests.stories import at

NINE = at("9:00")
LAST = Checkpoint(
    number=5,
    generation=7,
    watermark=NINE + 1,
    positions={"contact.queue": 9},
    newest={"contact.queue": NINE},
    covered={"a": NINE, "b": NINE + 1},
    cells=[(("line:a|b", INTERVAL, NINE), b"[[0],[2],[],-1]")],
    evicted=[("city", SLOT, NINE)],
    stored=Stored(contacts=1, cells=2, retired=3),
    judged="0123456789abcdef",
)


def test_the_bytes_are_those_that_other_releases_know() -> None:
    """The form has names of its own: what is called otherwise today is stored as it was."""
    key, value = LAST.record()
    assert key == b"k"
    assert value == (
        b'{"version":4,"number":5,"generation":7,"clock":1794992400000001,'
        b'"positions":{"contact.queue":9},"newest":{"contact.queue":1794992400000000},'
        b'"covered":{"a":1794992400000000,"b":1794992400000001},"places":[["line:a|b",900000000,1794992400000000,[[0],[2],[],-1]]],'
        b'"dropped":[["city",10000000,1794992400000000]],"kept":[1,2,3],"judged":"0123456789abcdef"}'
    )


def test_a_checkpoint_is_read_as_it_was_written() -> None:
    _, value = LAST.record()
    assert value is not None
    assert Checkpoint.from_value(value) == LAST


def test_what_was_written_before_the_forms_that_are_read_is_refused_whatever_it_holds() -> None:
    with pytest.raises(StateError) as refused:
        Checkpoint.from_value(b'{"version":3}')
    assert str(refused.value) == (
        "the state was written in form 3 by a release before 0.2, which kept contacts otherwise: "
        "`reachline rebuild` makes it from the raw topics"
    )


def test_the_end_of_a_rebuild_removes_the_mark_of_its_begin() -> None:
    (begun, mark), (ended, nothing) = REBUILDING, REBUILT
    assert begun == ended and mark is not None and nothing is None
    assert begun != checkpoint.KEY
