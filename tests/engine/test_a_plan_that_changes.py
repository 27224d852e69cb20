"""A plan is corrected while calls come in, on one worker or on several, at any moment.

The past stays as it was judged, whatever the new plan says of it: no figure that was told moves, no
final one is told twice, and lines, vendors and the city stay equal, visit for visit. What comes out
is what the walk of each contact gives by the plan that its partition has come to, which judges each
instant as the plan did that was there then. ``pocket`` is the deployment.
"""

from __future__ import annotations

import orjson
import pytest
from aiokafka import ConsumerRecord
from hypothesis import given, seed, settings
from hypothesis import strategies as st

from streams.domain.books import INTERVAL, Books
from streams.domain.call_events import Contact
from streams.domain.disposition import DISPOSITIONS
from streams.domain.entries import entries
from streams.domain.event_reader import Reader, Refusal
from streams.domain.instants import DAY, HOUR, MINUTE, SECOND
from streams.domain.judge import judge
from streams.engine.kafka import topics
from streams.sinks.records import interval_record
from tests import calls
from tests.calls import BEGIN, Call, Told
from tests.engine.pocket import Deployment
from tests.engine.test_the_same_bytes import END, arrivals, happen
from tests.examples import examples
from tests.plans_that_differ import corrected, with_line
from tests.stories import PLAN

Figures = dict[tuple[str, int], list[object]]
VISITS = ("line_offered", "open", *DISPOSITIONS)


def booked(deployment: Deployment, source: int) -> Figures:
    """All that is booked in the quarter-hours of a source partition that are not final."""
    bookings = deployment.ledger(source).bookings
    return {
        (scope, start): cell.total().stored()
        for start, scopes in bookings.intervals.items()
        for scope, cell in scopes.items()
        if cell.total().packed
    }


def final(deployment: Deployment) -> dict[bytes, bytes]:
    """The final quarter-hours by their keys; none was told otherwise than at first."""
    found: dict[bytes, bytes] = {}
    for record in deployment.topics.of(topics.INTERVALS):
        if b"|callers|" not in record.key:
            assert found.setdefault(record.key, record.value) == record.value, record.key
    return {key: value for key, value in found.items() if any(_counts(value).values())}


def _counts(value: bytes) -> dict[str, int]:
    counts: dict[str, int] = orjson.loads(value)["counts"]
    return counts


def balanced(finals: dict[bytes, bytes]) -> None:
    """Lines, vendors and the city are equal, visit for visit, in every quarter-hour."""
    sums: dict[bytes, dict[bytes, list[int]]] = {}
    for key, value in finals.items():
        scope, start = key.rsplit(b"|", 1)
        kind = scope.split(b":")[0]
        if kind in (b"line", b"vendor", b"city"):
            counts = _counts(value)
            so_far = sums.setdefault(start, {}).get(kind, [0] * len(VISITS))
            sums[start][kind] = [a + counts[name] for a, name in zip(so_far, VISITS, strict=True)]
    for start, by_kind in sums.items():
        nothing = [0] * len(VISITS)
        lines, vendors, city = (by_kind.get(k, nothing) for k in (b"line", b"vendor", b"city"))
        assert lines == vendors == city, start


def accepted(deployment: Deployment, source: int) -> list[Contact]:
    """The contacts of a source partition, of what was neither refused nor late."""
    reader = Reader(lambda line, at: True)
    refused = {record.key for record in deployment.topics.of(topics.DEAD)}
    found: dict[str, Contact] = {}
    for record in deployment.accepted():
        letter = f"{record.topic}|{record.partition}|{record.offset}".encode()
        if record.partition != source or letter in refused:
            continue
        event, at = _read(reader, record)
        found.setdefault(event.call_id, Contact(event.call_id)).merge(event, at)
    return list(found.values())


def _read(reader: Reader, record: ConsumerRecord) -> object:
    read = reader.read(record.value, record.timestamp * 1000)
    assert not isinstance(read, Refusal), read
    return read


def walked(deployment: Deployment) -> dict[bytes, bytes]:
    """What must come out: each contact is walked alone, by what its partition has come to."""
    books = Books(INTERVAL)
    for source in range(deployment.sources):
        plan = deployment.ledger(source).plan
        for contact in accepted(deployment, source):
            for piece in contact.pieces():
                outcome = judge(piece, plan, END)
                assert outcome is not None
                for entry in entries(outcome):
                    books.add(entry)
    assert books.imbalance() == 0
    return dict(interval_record(*key, tally) for key, tally in books.intervals.items())


def the_past_stays(data: st.DataObject, call: st.SearchStrategy[list[Told]]) -> None:
    came = data.draw(arrivals(call))
    plans = st.sampled_from([PLAN, *(data.draw(corrected(BEGIN, BEGIN + HOUR)) for _ in "two")])

    def change(deployment: Deployment, source: int) -> None:
        deployment.checkpoint(source, 0)
        before = booked(deployment, source)
        deployment.plan = data.draw(plans)
        deployment.crash(source)
        deployment.checkpoint(source, 0)
        assert booked(deployment, source) == before

    deployment = happen(data, came, change)
    finals = final(deployment)
    balanced(finals)
    # To which line a call was passed on is dropped where the plan of that moment has none of it.
    if not any("to_line" in event for _, event in came):
        assert finals == walked(deployment)


@settings(max_examples=examples(40))
@given(st.data())
def test_the_past_of_plausible_calls_stays_as_it_was_judged(data: st.DataObject) -> None:
    the_past_stays(data, calls.disturbed())


@settings(max_examples=examples(25))
@given(st.data())
def test_the_past_of_junk_stays_as_it_was_judged(data: st.DataObject) -> None:
    the_past_stays(data, calls.junk())


@pytest.mark.slow
@pytest.mark.in_turn("tenth")
@pytest.mark.parametrize("tenth", range(10))
def test_the_past_of_thousands_of_calls_stays_as_it_was_judged(tenth: int) -> None:
    @seed(tenth)
    @settings(max_examples=150, database=None)
    @given(st.data())
    def a_tenth(data: st.DataObject) -> None:
        the_past_stays(data, calls.disturbed() | calls.junk())

    a_tenth()


def test_after_a_rebuild_all_is_judged_by_the_new_plan_alone() -> None:
    """A vendor is corrected, and then the past is judged anew: what the one before was told of it
    is nothing, also where it was final for days, and nobody answers a call twice."""
    deployment = Deployment(2)
    days = (BEGIN - 10 * DAY, BEGIN - DAY, BEGIN)
    for n, begun in enumerate(days):
        for call_id in ("a", "d"):
            call = Call(begun).start(0).enter(5, "waste").answer(9, "waste").hang_up(60)
            for event in call.events:
                deployment.send(f"{call_id}{n}", event)
        for source in range(2):
            deployment.merge(source)
            deployment.checkpoint(source, begun + 20 * SECOND)
    deployment.plan = with_line(PLAN, "waste", vendor="nova")
    for source in range(2):
        deployment.crash(source)
        deployment.checkpoint(source, BEGIN + MINUTE)
    assert {key for key in final(deployment) if b"vendor" in key} == {
        b"vendor:acme|%d" % (begun - begun % INTERVAL) for begun in days[:2]
    }
    deployment.rebuild()
    deployment.close(END)
    finals = latest(deployment)
    balanced(finals)
    assert {key for key in finals if b"vendor" in key} == {
        b"vendor:nova|%d" % (begun - begun % INTERVAL) for begun in days
    }


def latest(deployment: Deployment) -> dict[bytes, bytes]:
    """The final quarter-hours as they were told last."""
    found = deployment.topics.latest(topics.INTERVALS)
    return {
        key: value
        for key, value in found.items()
        if b"|callers|" not in key and any(_counts(value).values())
    }
