"""Records of callers' calls: their bytes, and that a caller may be called anything."""

import pytest

from streams.domain.caller_history import Answer, Call, Callback
from streams.engine.state.callers import (
    call_record,
    clock_record,
    from_call_key,
    from_call_value,
    from_clock_record,
)
from tests.stories import at

NINE = at("9:00")
CALL = Call(
    "9f2d",
    NINE,
    "pbx1-17",
    (),
    (("city", NINE), ("line:waste", NINE + 1)),
    (Callback(NINE + 2, NINE + 3, "waste", 1, (("line:waste", NINE + 1),), ("reach_judged",)),),
    left_out=True,
)
ANSWERED = CALL._replace(answers=(Answer(NINE + 9, "waste", 1),))


def test_the_bytes_are_those_that_other_releases_know() -> None:
    assert call_record("9f2d", CALL.contact, CALL) == (
        b'["9f2d","pbx1-17@1794992400000000"]',
        b'["9f2d",1794992400000000,"pbx1-17",[],'
        b'[["city",1794992400000000],["line:waste",1794992400000001]],'
        b'[[1794992400000002,1794992400000003,"waste",1,[["line:waste",1794992400000001]],'
        b'["reach_judged"]]],false,true]',
    )


def test_what_0_1_wrote_is_read_without_what_it_did_not_know() -> None:
    found = from_call_value(
        b'["9f2d",1794992400000000,"pbx1-17",[],[],'
        b'[[1794992400000002,1794992400000003,"waste",1,[["line:waste",1794992400000001]]]],false]'
    )
    assert (found.callbacks[0].if_broken, found.left_out) == ((), False)


def test_a_clock_is_no_call_and_a_call_is_no_clock() -> None:
    key, value = clock_record(3, NINE, [NINE - 1])
    assert (key, value) == (b"c|3", b"[1794992400000000,[1794992399999999]]")
    assert from_clock_record(key, value) == (3, NINE, [NINE - 1])
    for caller in ("c|3", "9f2d"):
        assert from_clock_record(*call_record(caller, CALL.contact, CALL)) is None


def test_a_call_is_read_as_it_was_written() -> None:
    _, value = call_record("9f2d", CALL.contact, ANSWERED)
    assert value is not None
    again = from_call_value(value)
    assert again == ANSWERED and isinstance(again.answers[0], Answer)
    assert isinstance(again.callbacks[0], Callback)


@pytest.mark.parametrize("caller", ["9f2d", 'a","b', "a|b", "é"])
def test_a_call_that_was_another_caller_s_is_removed_under_its_own_key(caller: str) -> None:
    key, value = call_record(caller, CALL.contact, None)
    assert value is None
    assert from_call_key(key) == (caller, CALL.contact)
