"""What follows from all calls of a caller is one number: live, kept, replayed, from raw events.

Two people ask to be called back, and are, or are not; days go by. Whatever the order in which that
arrives, the partitions and the crashes: what the workers keep as of an instant is what a statement
from the raw events says of the same instant, and what is final never changes.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from unittest.mock import patch

import msgspec
from aiokafka import TopicPartition
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.domain.books import INTERVAL, books
from streams.domain.instants import DAY, HOUR, MINUTE, SECOND
from streams.domain.ledger import GRACE
from streams.domain.outcome import NEVER
from streams.domain.statement.standing import standing
from streams.domain.tally import CITY, Tally
from streams.engine import audit
from streams.engine.kafka import topics
from streams.engine.kafka.read_to_end import Records
from streams.settings import Settings
from streams.sinks.records import Interval
from tests.calls import BEGIN, Call, Told
from tests.engine.pocket import Deployment
from tests.engine.test_the_same_bytes import contacts_of
from tests.examples import examples
from tests.stories import PLAN

AFTER = (0, 20, 600, HOUR // SECOND, 20 * 3_600, 23 * 3_600, 24 * 3_600, 25 * 3_600, 4 * 86_400)
STEPS = (60, 2_700, 7_000, 90_000)
IDS = ("a", "d", "b", "e", "c", "f")

Cells = dict[tuple[str, int], Tally]


def kept(deployment: Deployment) -> audit.Kept:
    """The quarter-hours as a statement reads them of the topics."""

    class Log:
        def partitions(self, topic: str) -> list[TopicPartition]:
            count = deployment.sources if topic in topics.INPUTS else 2
            return [TopicPartition(topic, n) for n in range(count)]

        async def read(self, topic: str, *_: object) -> AsyncIterator[Records]:
            for partition in range(2):
                yield deployment.topics.log(topic, partition)

        async def read_since(self, topic: str, *_: object) -> AsyncIterator[Records]:
            async for records in self.read(topic):
                yield records

    @asynccontextmanager
    async def opened(_: Settings) -> AsyncIterator[Log]:
        yield Log()

    with patch.object(audit, "_open", opened):
        return asyncio.run(audit.kept(Settings(), -NEVER, NEVER))


def from_raw(deployment: Deployment, now: int) -> tuple[Cells, set[tuple[str, int]]]:
    """The same as a statement makes them of the raw events."""
    intervals, provisional = standing(contacts_of(deployment.accepted()), PLAN, now)
    return dict(intervals), provisional


def filled(cells: Cells) -> Cells:
    return {key: tally for key, tally in cells.items() if not tally.empty()}


@st.composite
def calls(draw: st.DrawFn) -> list[tuple[str, Told]]:
    """Calls of two people, in the order in which they happened, or a little late."""
    came: list[tuple[str, Told]] = []
    for call_id in IDS[: draw(st.integers(1, len(IDS)))]:
        begun = BEGIN + draw(st.sampled_from(AFTER)) * SECOND + draw(st.integers(0, 3)) * MINUTE
        line = draw(st.sampled_from(("waste", "waste", "desk", "migration")))
        call = Call(begun).start(
            0,
            caller=draw(st.sampled_from(("ann", "ann", "bob", None))),
            direction=draw(st.sampled_from((None, None, "outbound"))),
        )
        call.enter(1, line)
        ending = draw(st.sampled_from(("callback", "callback", "answer", "taken back", "none")))
        wait = draw(st.sampled_from((5, 40, 1_000, 10_000)))
        if ending == "callback":
            call.leave(wait, line, "callback")
        elif ending != "none":
            call.answer(wait, line)
        if ending == "taken back":
            call.give_back(wait + draw(st.sampled_from((5, 3_000))), line)
        if draw(st.integers(0, 4)):
            call.hang_up(wait + draw(st.sampled_from((60, 5_000))))
        came += [(call_id, event) for event in call.events]
    delays = [draw(st.integers(0, draw(st.sampled_from((0, 14))))) * MINUTE for _ in came]
    return [
        came[n] for n in sorted(range(len(came)), key=lambda n: (came[n][1]["at"] + delays[n], n))
    ]


def agree(deployment: Deployment, now: int, seen: Cells) -> None:
    """Everything says the same as of an instant; adds what is final to what was seen as such."""
    for _ in range(2):  # what one partition's checkpoint tells of callers, another's brings on
        for source in range(deployment.sources):
            deployment.merge(source)
            deployment.checkpoint(source, now)
    found = kept(deployment)
    assert now <= found.as_of <= now + 9  # a rebuild's last checkpoints are some us later
    now = found.as_of
    raw, provisional = from_raw(deployment, now)
    assert filled(found.intervals) == filled(raw)
    assert provisional & filled(raw).keys() <= found.provisional
    for key, tally in filled(found.intervals).items():
        if key not in found.provisional:
            assert _of_contracts(seen.setdefault(key, tally)) == _of_contracts(tally)
    contacts = contacts_of(deployment.accepted())
    totals = books(contacts, PLAN, now).totals
    for scope, total in totals.items():
        summed = Tally()
        for (where, _), tally in raw.items():
            if where == scope:
                summed.plus(tally)
        assert summed == total
    midnight = PLAN.midnight(now)
    for scope in {scope for scope, _ in raw} | {CITY}:
        today = Tally()
        for (where, start), tally in raw.items():
            if where == scope and start >= midnight:
                today.plus(tally)
        shown = deployment.windows(scope).tally("today")
        assert shown == today, scope


def _of_contracts(tally: Tally) -> Tally:
    """Without what no contract asks for: a repeat may be told of when its own call is long over."""
    again = Tally.of(repeat_callers=tally["repeat_callers"])
    rest = Tally(tally.packed - again.packed)
    rest.waits, rest.longest = tally.waits, tally.longest
    return rest


@settings(max_examples=examples(60), deadline=None)
@given(st.data())
def test_it_is_one_number_at_any_instant_and_what_is_final_never_changes(
    data: st.DataObject,
) -> None:
    deployment = Deployment(data.draw(st.integers(1, 2), label="partitions"))
    seen: Cells = {}
    now = BEGIN
    for call_id, event in data.draw(calls()):
        if event["at"] > now:
            for step in data.draw(
                st.lists(st.sampled_from((60, 2_700, 7_000, 90_000)), max_size=2)
            ):
                if now + step * SECOND < event["at"]:
                    now += step * SECOND
                    agree(deployment, now, seen)
            now = event["at"]
        deployment.send(call_id, event)
        what = data.draw(st.sampled_from(("", "", "agree", "crash", "rebuild")))
        if what == "agree":
            agree(deployment, now, seen)
        elif what == "crash":
            deployment.crash(data.draw(st.integers(0, deployment.sources - 1)))
        elif what == "rebuild" and now > BEGIN:
            agree(deployment, now, seen)
            deployment.rebuild()
    for passed in (HOUR, DAY, DAY, DAY, 6 * DAY, 8 * DAY, 4 * DAY):
        now += passed
        agree(deployment, now, seen)
    found = kept(deployment)
    assert not found.provisional
    _never_otherwise_than_at_first(deployment)
    assert all(start + INTERVAL + GRACE <= now for _, start in found.intervals)


def _never_otherwise_than_at_first(deployment: Deployment) -> None:
    told: dict[bytes, bytes] = {}
    for record in deployment.topics.of(topics.INTERVALS):
        assert record.key is not None and record.value is not None
        assert told.setdefault(record.key, record.value) == record.value
        interval = msgspec.json.decode(record.value, type=Interval)
        assert (interval.callers is None) == (b"|callers|" not in record.key)
