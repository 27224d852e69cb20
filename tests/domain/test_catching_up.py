"""While a backlog is worked off nothing is called late, and nothing is lost on the way."""

from collections import Counter, deque

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from streams.domain.board import Board
from streams.domain.books import INTERVAL
from streams.domain.decision_slots import DecisionChanges
from streams.domain.decisions import Told
from streams.domain.detector import Detector
from streams.domain.detector import Fact as Happened
from streams.domain.events import Queue
from streams.domain.instants import HOUR, MINUTE, SECOND
from streams.domain.ledger import Ledger
from streams.domain.tally import Tally
from streams.domain.windows import WINDOWS
from tests.examples import examples
from tests.stories import PLAN, Fact, Story, at, events

NOON = at("12:00")


@settings(max_examples=examples(150))
@given(st.data())
def test_what_comes_in_order_is_not_late(data: st.DataObject) -> None:
    """However far apart the clock moves, and whenever contacts are read. Visits have no numbers:
    a lower one that comes after a higher one may move what was told of that long ago."""
    facts = sorted(data.draw(events(NOON, NOON + 3 * HOUR)), key=lambda fact: fact[1])
    ledger = Ledger(PLAN)
    for told, instant in facts:
        event = replace(told, visit=None) if type(told) is Queue else told
        accepted = ledger.accept(event, instant)
        assert accepted or event.revision or event.call_id in ledger.retired
        if data.draw(st.booleans()):
            ledger.advance(instant, lazily=data.draw(st.booleans()))
            ledger.changes()


def test_a_visit_that_begins_and_is_answered_in_one_step_of_the_clock_is_not_late() -> None:
    """A long call is passed on, and answered there half an hour after the clock of then."""
    ledger = Ledger(PLAN)
    story = Story("long").start("9:00").choose("9:00:10", "waste").enter("9:00:15", "waste", 1)
    for event, instant in story.facts:
        assert ledger.accept(event, instant)
    ledger.advance(at("9:16"))
    ledger.changes()
    further = Story("long").leave("9:17", "waste", "transfer", 1, "desk").enter("9:17", "desk", 2)
    for event, instant in further.answer("9:50", "desk", 2).facts:
        assert ledger.accept(event, instant), event


@pytest.fixture
def fed(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How many decisions of each kind the detectors were fed."""
    counted: Counter[str] = Counter()

    def feed(watch: Detector, fact: Happened) -> list[object]:
        if watch.subject.line is not None:
            counted[fact[2]] += 1
        return []

    monkeypatch.setattr(Detector, "feed", feed)
    return counted


def apply(board: Board, decided: DecisionChanges) -> None:
    for start, told in decided.slots.items():
        board.alarms.apply(0, start, told)
    board.alarms.apply_for_good(decided.for_good)


@pytest.mark.parametrize("lazily", [False, True])
def test_decisions_told_in_parts_all_come_to_the_detector(fed: Counter[str], lazily: bool) -> None:
    """Thirty give up; one who came with them waits an hour longer, and is read later than they."""
    ledger, board = Ledger(PLAN), Board(PLAN, 1)

    def checkpoint(clock: int) -> None:
        ledger.advance(clock, lazily)
        apply(board, ledger.changes().decided)
        board.apply_watermark(0, ledger.complete_until)
        board.advance()
        assert board.as_of is not None
        board.alarms.advance(board.as_of)

    def came(call_id: str) -> Story:
        story = Story(call_id).start("9:30:01").choose("9:30:01", "waste")
        return story.enter("9:30:01", "waste", 1)

    facts: list[Fact] = []
    for number in range(30):
        facts += came(f"gives-up-{number}").hang_up("9:34").facts
    facts += came("waits").leave("10:38", "waste", "overflow", 1).hang_up("10:39").facts
    checkpoint(at("9:00"))
    for clock in (at("10:40"), at("11:00"), at("12:00")):
        heard = [fact for fact in facts if fact[1] < at("10:39") or clock > at("10:40")]
        for event, instant in heard:
            assert ledger.accept(event, instant)
            facts.remove((event, instant))
        checkpoint(clock)
    assert fed == {"e": 31, "u": 31}


def test_decisions_of_a_settling_with_no_room_for_all_come_to_a_board_that_is_behind(
    monkeypatch: pytest.MonkeyPatch, fed: Counter[str]
) -> None:
    """The clock jumps by hours, contacts leave a hundred at a time, and another source is slow."""
    monkeypatch.setattr("streams.domain.ledger.RETIRED_AT_ONCE", 100)
    ledger, board = Ledger(PLAN), Board(PLAN, 2)
    slots: dict[int, list[Told]] = {}
    for_good: list[Told] = []

    def checkpoint(clock: int) -> None:
        ledger.advance(clock)
        decided = ledger.changes().decided
        slots.update(decided.slots)
        for_good.extend(decided.for_good)
        apply(board, decided)
        board.apply_watermark(0, ledger.complete_until)

    def come_to(whole: Board, clock: int) -> None:
        for source in (0, 1):
            whole.apply_watermark(source, clock)
        whole.advance()
        whole.alarms.advance(clock)

    board.apply_watermark(1, at("9:00"))
    checkpoint(at("9:00"))
    for number in range(150):
        begun = at("9:00") + number * 8 * SECOND
        story = Story(f"c{number}").start(begun).choose(begun, "waste").enter(begun, "waste")
        for event, instant in story.hang_up(begun + 3 * MINUTE).facts:
            assert ledger.accept(event, instant)
    for step in range(4):
        checkpoint(at("11:30") + step)
    come_to(board, at("12:00"))
    assert fed == {"e": 150, "u": 150}

    # So they do to an owner that comes later, and finds of each slot only what was told last.
    fed.clear()
    later = Board(PLAN, 2)
    apply(later, DecisionChanges(slots, for_good))
    come_to(later, at("12:00"))
    assert fed == {"e": 150, "u": 150}


def test_on_its_way_through_facts_ahead_of_the_clock_no_call_comes_to_what_is_final() -> None:
    """A late fact moves a visit out of a quarter-hour, and one of hours ahead would move it back,
    into what has become final meanwhile: so the late one is late."""
    ledger = Ledger(PLAN)
    ahead = Story("c").answer("12:38", "desk", 2).leave("15:00", "desk", "transfer", 1)
    others = Story("other").leave("12:00", "desk", "callback", 3)
    for event, instant in (*ahead.facts, *others.facts):
        assert ledger.accept(event, instant)
    ledger.advance(at("13:06"))
    ledger.changes()
    ((event, instant),) = Story("c").leave("12:03", "desk", "transfer").facts
    assert not ledger.accept(event, instant)


@settings(max_examples=examples(100))
@given(st.data())
def test_an_hour_after_a_backlog_the_windows_are_as_if_there_had_been_none(
    data: st.DataObject,
) -> None:
    """While it was worked off no slot was booked; of one that is, everything is."""
    facts = sorted(data.draw(events(NOON, NOON + 4 * HOUR)), key=lambda fact: fact[1])
    caught_up = NOON + data.draw(st.integers(0, 3 * 60)) * MINUTE
    boards = []
    for lazily in (False, True):
        ledger, board = Ledger(PLAN), Board(PLAN, 1)
        coming = deque(facts)
        for clock in range(NOON, caught_up + HOUR + 8 * MINUTE, 7 * MINUTE):
            while coming and coming[0][1] <= clock:
                ledger.accept(*coming.popleft())
            ledger.advance(clock, lazily=lazily and clock <= caught_up)
            for (scope, width, start), partial in ledger.changes().partials.items():
                tally = Tally.from_stored(partial.tally.stored())  # as it is once on its way
                board.apply_figures(scope, 0, width, start, tally, partial.final)
            board.apply_watermark(0, ledger.complete_until, ledger.bookings.held())
            board.advance()
        boards.append(board)
    usual, lazy = boards
    for name, scope in usual.scopes.items():
        for window in WINDOWS:
            assert lazy.scope(name).windows.tally(window) == scope.windows.tally(window)


def test_while_a_backlog_of_long_ago_is_worked_off_no_slot_is_booked() -> None:
    ledger = Ledger(PLAN)
    for number in range(40):
        begun = at("9:00") + number * MINUTE
        for event, instant in Story(f"c{number}").start(begun).enter(begun, "waste").facts:
            assert ledger.accept(event, instant)
        for event, instant in Story(f"c{number}").hang_up(begun + MINUTE).facts:
            assert ledger.accept(event, instant)
    ledger.advance(at("9:41"), lazily=True)
    told = ledger.changes().partials
    assert told and {width for _, width, _ in told} == {INTERVAL}
    ledger.advance(at("9:45"))
    assert {width for _, width, _ in ledger.changes().partials} == {INTERVAL}
