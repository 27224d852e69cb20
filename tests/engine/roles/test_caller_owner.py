"""The owner of callers' calls: what it tells is whole, never less than nothing, and paid for."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from aiokafka import ConsumerRecord

from streams.domain.books import INTERVAL, SLOT
from streams.domain.caller_history import Answer, Call, Callback
from streams.domain.instants import DAY, HOUR
from streams.domain.tally import CITY
from streams.engine.kafka import topics
from streams.engine.kafka.outputs import Record
from streams.engine.roles import caller_owner as callers
from streams.engine.roles.caller_owner import CallerOwner
from streams.engine.roles.routes import Routes
from streams.engine.state.callers import call_record, clock_record
from streams.engine.state.partials import Figures, read_partial
from tests.stories import at

ROUTES = Routes(1, 1, 1)


class Log:
    """A partition of callers' calls."""

    def __init__(self) -> None:
        self.records: list[ConsumerRecord[bytes, bytes]] = []

    def call(
        self,
        caller: str,
        call_id: str,
        begun: str | int,
        answered: str | None = None,
        until: int | None = None,
    ) -> None:
        instant = at(begun) if isinstance(begun, str) else begun
        of = Call(
            caller,
            instant,
            call_id,
            () if answered is None else (Answer(at(answered), "waste", 1),),
            ((CITY, instant),),
            () if until is None else (_promise(instant, until),),
        )
        self._append(call_record(caller, call_id, of))

    def gone(self, caller: str, call_id: str) -> None:
        """The call turns out to be another's."""
        self._append(call_record(caller, call_id, None))

    def clock(self, now: str | int, *held: str, source: int = 0) -> None:
        """A source partition has come to an instant."""
        instant = at(now) if isinstance(now, str) else now
        self._append(clock_record(source, instant, [at(each) for each in held]))

    def _append(self, record: Record) -> None:
        key, value = record
        offset = len(self.records)
        self.records.append(
            ConsumerRecord(topics.CALLERS, 0, offset, 0, 0, key, value, None, 0, 0, ())
        )


def _promise(accepted: int, until: int) -> Callback:
    broken = ("callbacks_broken", "reach_judged")
    return Callback(accepted, until, "waste", 1, ((CITY, accepted),), broken)


def told(owner: CallerOwner) -> Iterator[Figures]:
    for records in owner.outputs(1).values():
        for key, value in records:
            figures = read_partial(key, value) if b"|callers|" not in key else None
            if isinstance(figures, Figures):
                yield figures


def repeats(owner: CallerOwner, width: int | None = None) -> dict[int, int]:
    return {
        each.start: each.tally["repeat_callers"]
        for each in told(owner)
        if (each.width == SLOT) == (width == SLOT) and each.tally["repeat_callers"]
    }


def test_half_a_history_is_not_told() -> None:
    log = Log()
    for number in range(100):
        log.call(f"caller-{number % 50}", f"call-{number}", at("9:00") + number * 5_000_000)
    owner = CallerOwner(0, ROUTES, end=100)
    owner.apply(log.records[:75])
    assert not owner.outputs(1)
    owner.apply(log.records[75:])
    assert sum(repeats(owner).values()) == 50


def test_a_log_that_ends_with_no_record_is_whole_all_the_same() -> None:
    log = Log()
    log.call("a", "1", "9:00")
    log.call("a", "2", "9:01")
    owner = CallerOwner(0, ROUTES, end=4)
    owner.apply(log.records)
    assert not owner.outputs(1)
    owner.read_to(4)
    assert sum(repeats(owner).values()) == 1


def test_a_slot_let_go_of_is_not_begun_anew() -> None:
    """A source partition that lags by hours tells of callers in slots of long ago."""
    log = Log()
    for caller in "pq":
        log.call(caller, f"{caller}1", "9:00")
        log.call(caller, f"{caller}2", "9:30:01")
    owner = CallerOwner(0, ROUTES, end=0)
    owner.apply(log.records)
    assert repeats(owner, SLOT)[at("9:30")] == 2
    log.call("z", "z1", "11:00")
    owner.apply(log.records[4:])
    assert not repeats(owner, SLOT)
    log.call("r", "r1", "9:00")
    log.call("r", "r2", "9:30:02")
    owner.apply(log.records[5:])
    figures = list(told(owner))
    assert at("9:30") not in {each.start for each in figures if each.width == SLOT}
    booked = [each.tally["repeat_callers"] for each in figures]
    assert [count for count in booked if count] == [3]  # the interval is kept
    for caller in "pq":
        log.call(caller, f"{caller}1", "9:00", answered="9:20")
    owner.apply(log.records[7:])
    assert list(repeats(owner).values()) == [1]


def test_a_crowd_under_one_pseudonym_takes_no_more_than_its_share(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """All who withhold their number: each booking looks at all of their calls."""
    now = 0.0
    booked = 0
    entries = callers.callers.entries

    def slow(calls: object, as_of: int, day_of: object) -> object:
        nonlocal now, booked
        now += 1.0
        booked += 1
        return entries(calls, as_of, day_of)  # type: ignore[arg-type]

    monkeypatch.setattr(callers.callers, "entries", slow)
    log = Log()
    for number in range(callers.CROWD + 100):
        log.call("withheld", f"call-{number}", at("9:00") + number * 1_000_000)
    owner = CallerOwner(0, ROUTES, end=0, clock=lambda: now)
    owner.apply(log.records[: callers.CROWD + 1])
    assert sum(repeats(owner).values()) == callers.CROWD
    for record in log.records[callers.CROWD + 1 :]:
        owner.apply([record])
        assert not list(told(owner))
    assert booked == 1
    now += 1 / callers.CROWDS_SHARE
    assert sum(repeats(owner).values()) == callers.CROWD + 99
    assert booked == 2


def test_a_call_is_forgotten_after_sixteen_days_and_who_calls_again_is_not() -> None:
    log = Log()
    begun = at("9:00")
    log.call("once", "1", begun)
    log.call("again", "2", begun)
    log.call("again", "3", begun + 15 * DAY)
    log.call("moved", "4", begun)
    log.call("moved", "4", begun + DAY)
    owner = CallerOwner(0, ROUTES, end=0)
    owner.apply(log.records)
    owner.outputs(1)
    later = begun + 16 * DAY + HOUR + 2 * INTERVAL
    log.call("other", "5", later)
    log.clock(later)  # what callers add to a quarter-hour is kept until it is final
    owner.apply(log.records[5:])
    owner.outputs(1)
    assert {caller: set(calls) for caller, calls in owner._calls.items()} == {
        "again": {"3"},
        "moved": {"4"},
        "other": {"5"},
    }
    log.call("other", "6", begun + 33 * DAY)
    log.clock(begun + 33 * DAY)
    owner.apply(log.records[7:])
    owner.outputs(1)
    assert set(owner._calls) == {"other"}
    assert len(owner._begun) == 1
