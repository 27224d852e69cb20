"""A caller's only call is booked with all such, and is worked out again once more is known."""

from __future__ import annotations

from itertools import pairwise

from aiokafka import ConsumerRecord
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.domain import caller_history
from streams.domain.books import INTERVAL
from streams.domain.caller_history import Answer, Call, Callback
from streams.domain.instants import HOUR, MINUTE, SECOND
from streams.domain.tally import CITY, Tally
from streams.engine.kafka import topics
from streams.engine.kafka.outputs import Record
from streams.engine.roles.caller_owner import CallerOwner
from streams.engine.roles.routes import Routes
from streams.engine.state.callers import call_record
from streams.engine.state.partials import Figures, read_partial
from tests.examples import examples
from tests.stories import at

NOON = at("12:00")
SCOPES = (CITY, "language:nl", "line:waste", "vendor:city", "vendor:scheldelijn")

Told = tuple[str, str, Call | None]


@st.composite
def told_of_calls(draw: st.DrawFn) -> Told:
    """What a contact tells of its caller, or that it turned out to be another's."""
    caller, call_id = draw(st.sampled_from("abc")), draw(st.sampled_from("xyz"))
    if draw(st.integers(0, 5)) == 0:
        return caller, call_id, None
    begun = NOON + draw(st.integers(0, 3)) * 7 * MINUTE
    answers = (Answer(begun + 20 * SECOND, "waste", 1),) if draw(st.booleans()) else ()
    if draw(st.integers(0, 5)) == 0:
        return caller, call_id, Call(caller, begun, call_id, answers, (), (), outgoing=True)
    scopes = draw(st.lists(st.sampled_from(SCOPES), unique=True))
    booked = tuple((scope, begun) for scope in scopes)
    kept = Callback(begun + MINUTE, begun + HOUR, "waste", 1, booked, ("callbacks_broken",))
    callbacks = (kept,) if draw(st.integers(0, 5)) == 0 else ()
    return caller, call_id, Call(caller, begun, call_id, answers, booked, callbacks)


def records(told: list[Told]) -> list[ConsumerRecord[bytes, bytes]]:
    made: list[Record] = [call_record(*each) for each in told]
    return [
        ConsumerRecord(topics.CALLERS, 0, offset, 0, 0, key, value, None, 0, 0, ())
        for offset, (key, value) in enumerate(made)
    ]


@given(st.lists(told_of_calls(), max_size=12), st.sets(st.integers(0, 12)))
@settings(max_examples=examples(150), deadline=None)
def test_whatever_is_told_and_however_it_is_parted(told: list[Told], cuts: set[int]) -> None:
    owner = CallerOwner(0, Routes(1, 1, 1), end=0)
    published: dict[tuple[str, int], Tally] = {}
    for since, until in pairwise(sorted({0, *cuts, len(told)} - {*range(len(told) + 1, 20)})):
        owner.apply(records(told)[since:until])
        for key, value in owner.outputs(1).get((topics.PARTIALS, 0), []):
            figures = read_partial(key, value) if b"|callers|" not in key else None
            if isinstance(figures, Figures) and figures.width == INTERVAL:
                published[figures.scope, figures.start] = figures.tally
    known: dict[str, dict[str, Call]] = {}
    for caller, call_id, call in told:
        known.setdefault(caller, {}).pop(call_id, None)
        if call is not None:
            known[caller][call_id] = call
    wanted: dict[tuple[str, int], Tally] = {}
    for calls in known.values():
        for entry in caller_history.entries(calls.values(), -(2**62)):
            place = entry[0], entry[1] - entry[1] % INTERVAL
            wanted.setdefault(place, Tally()).add(entry)
    assert {place: tally for place, tally in published.items() if not tally.empty()} == wanted
