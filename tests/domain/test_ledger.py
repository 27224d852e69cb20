"""Whatever the order, the repetition and the split, the books are the same; and they balance.

It is longer than a module should be, because its properties share one way of drawing calls and of
reading books.
"""

from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from streams.domain import caller_history as callers
from streams.domain.books import INTERVAL, SLOT, Books, books, start_of
from streams.domain.cells import CellKey
from streams.domain.entries import entries
from streams.domain.instants import DAY, HOUR, MINUTE, SECOND
from streams.domain.ledger import Changes, Ledger
from streams.domain.tally import Tally
from tests.examples import examples
from tests.stories import PLAN, Fact, Story, at, contacts, events, judged

NOON = at("12:00")
DAYLIGHT_SAVING = (
    at("00:30", "2026-03-29"),  # the night of 23 hours
    at("00:30", "2026-10-25"),  # the night of 25 hours
    at("22:30"),  # across midnight
    at("16:30"),  # across closing time
)


class Kept:
    """What the checkpoints of a ledger left behind: what a recovery would read."""

    def __init__(self) -> None:
        self.totals: dict[CellKey, Tally] = {}
        self.final: dict[CellKey, Tally] = {}
        self.calls: dict[tuple[str, str], callers.Call | None] = {}

    def take(self, changes: Changes) -> None:
        for key, partial in changes.partials.items():
            assert key not in self.final or self.final[key] == partial.tally
            self.totals[key] = partial.tally
            if partial.final:
                self.final[key] = partial.tally
        self.calls |= changes.calls

    def intervals(self) -> dict[tuple[str, int], Tally]:
        return _filled({k[::2]: t for k, t in self.totals.items() if k[1] == INTERVAL})


def _filled(tallies: dict[tuple[str, int], Tally]) -> dict[tuple[str, int], Tally]:
    return {key: tally for key, tally in tallies.items() if not tally.empty()}


def _intervals(facts: Iterable[Fact], now: int) -> dict[tuple[str, int], Tally]:
    """The intervals by brute force, without what only callers' histories tell."""
    result = Books(INTERVAL)
    for contact in contacts(facts):
        reading = judged(contact, PLAN, now)
        for entry in entries(reading) if reading is not None else ():
            result.add(entry)
    return _filled(result.intervals)


begins = st.sampled_from((NOON, *DAYLIGHT_SAVING))


@st.composite
def in_some_order(draw: st.DrawFn, begin: int, end: int) -> list[Fact]:
    """Facts as they may arrive: in any order, or in that in which they happened."""
    facts = draw(events(begin, end))
    as_happened = sorted(facts, key=lambda fact: fact[1])
    return draw(st.one_of(st.permutations(facts), st.just(as_happened)))


@given(st.data())
def test_any_order_and_repetition_gives_the_same_books(data: st.DataObject) -> None:
    begin = data.draw(begins)
    facts = data.draw(events(begin, begin + 6 * HOUR))
    again = data.draw(st.permutations(facts + data.draw(st.lists(st.sampled_from(facts)))))
    now = max(instant for _, instant in facts)
    one, other = (books(contacts(each), PLAN, now, INTERVAL) for each in (facts, again))
    assert one.totals == other.totals
    assert one.intervals == other.intervals
    assert one.imbalance() == 0


def test_an_id_used_again_comes_live_to_what_it_comes_to_in_a_replay() -> None:
    """Answered on the 13th, gone from state; the same id hangs up in the queue on the 20th."""
    first = Story("c1").start(at("10:00", "2026-11-13")).enter(at("10:00", "2026-11-13"), "waste")
    first.answer(at("10:00:05", "2026-11-13"), "waste").hang_up(at("10:03", "2026-11-13"))
    again = Story("c1").start(at("10:00", "2026-11-20")).enter(at("10:00", "2026-11-20"), "waste")
    again.hang_up(at("10:09", "2026-11-20"))
    again.facts = [
        (structs.replace(event, event_id=f"again-{event.event_id}"), instant)
        for event, instant in again.facts
    ]
    ledger, kept = Ledger(PLAN), Kept()
    for story, until in ((first, "2026-11-14"), (again, "2026-11-21")):
        for event, instant in story.facts:
            assert ledger.accept(event, instant)
        ledger.advance(at("12:00", until))
        kept.take(ledger.changes())
        assert not ledger.contacts
    facts = [*again.facts, *first.facts]
    replayed = books(contacts(facts), PLAN, at("12:00", "2026-11-21"), INTERVAL)
    assert kept.intervals() == _filled(replayed.intervals)
    line = replayed.totals["line:waste"]
    assert (line["contacts"], line["answered"], line["abandoned"]) == (2, 1, 1)


@given(st.data())
def test_any_split_over_partitions_gives_the_same_intervals(data: st.DataObject) -> None:
    begin = data.draw(begins)
    facts = data.draw(events(begin, begin + 2 * HOUR))
    end = max(instant for _, instant in facts)
    sums: dict[tuple[str, int], Tally] = {}
    for partition in range(3):
        ledger, kept = Ledger(PLAN), Kept()
        for event, instant in facts:
            if int(event.call_id[1:]) % 3 == partition:
                assert ledger.accept(event, instant)
        ledger.advance(end)
        kept.take(ledger.changes())
        assert ledger.bookings.imbalance() == 0
        for key, tally in kept.intervals().items():
            sums.setdefault(key, Tally()).plus(tally)
    assert sums == _intervals(facts, end)


@settings(max_examples=examples(100))
@given(st.data())
def test_live_books_are_those_of_the_accepted_whenever_advanced(data: st.DataObject) -> None:
    """Facts come in any order, advanced at any moments, some of them late: at each moment the
    books are those of what was accepted, and what was final then is what it is at the end."""
    begin = data.draw(begins)
    ledger, kept = Ledger(PLAN), Kept()
    accepted: list[Fact] = []
    for event, instant in data.draw(in_some_order(begin, begin + 3 * HOUR)):
        if ledger.accept(event, instant):
            accepted.append((event, instant))
        if data.draw(st.integers(0, 3)) == 0:
            now = ledger.watermark if ledger.watermark > 0 else begin
            ledger.advance(now + data.draw(st.sampled_from((0, 1, 10, 600, 4000))) * SECOND)
            kept.take(ledger.changes())
            assert kept.intervals() == _intervals(accepted, ledger.watermark)
            assert ledger.bookings.imbalance() == 0
    ledger.advance(begin + DAY)
    ledger.advance(begin + DAY + 1)
    kept.take(ledger.changes())
    assert kept.intervals() == _intervals(accepted, begin + DAY)
    assert not ledger.contacts and not ledger.bookings.intervals
    assert _filled({k[::2]: t for k, t in kept.final.items()}) == kept.intervals()


@settings(max_examples=examples(200))
@given(st.data())
def test_read_only_when_they_are_over_contacts_give_the_same_books(data: st.DataObject) -> None:
    """Settled lazily now and then, as while catching up: whenever all is read, and at the end, the
    books are those of what was accepted; what was told final stays; and what lies before ``told``
    is complete."""
    begin = data.draw(begins)
    ledger, kept = Ledger(PLAN), Kept()
    accepted: list[Fact] = []
    for event, instant in data.draw(in_some_order(begin, begin + 3 * HOUR)):
        if ledger.accept(event, instant):
            accepted.append((event, instant))
        if data.draw(st.integers(0, 2)) == 0:
            now = ledger.watermark if ledger.watermark > 0 else begin
            lazily = data.draw(st.booleans())
            ledger.advance(now + data.draw(st.sampled_from((0, 10, 600, 4000))) * SECOND, lazily)
            kept.take(ledger.changes())
            assert ledger.bookings.imbalance() == 0
            if not lazily:
                assert ledger.complete_until == ledger.watermark
                assert kept.intervals() == _intervals(accepted, ledger.watermark)
            elif accepted:
                wanted = _intervals(accepted, ledger.watermark)
                complete = {key for key in wanted if key[1] + INTERVAL <= ledger.complete_until}
                assert all(kept.intervals()[key] == wanted[key] for key in complete)
    ledger.advance(begin + DAY)
    ledger.advance(begin + DAY + 1)
    kept.take(ledger.changes())
    assert kept.intervals() == _intervals(accepted, begin + DAY)
    assert _filled({k[::2]: t for k, t in kept.final.items()}) == kept.intervals()


def test_lazily_a_call_is_read_once() -> None:
    """What is over leaves at once; of what is not, nothing is told, nor claimed to be complete."""
    ledger, kept = Ledger(PLAN), Kept()
    for number, hour in enumerate(("9:00", "9:20")):
        for event, instant in Story(f"c{number}").start(hour).hang_up(hour).facts:
            assert ledger.accept(event, instant)
    ledger.advance(at("9:30"), lazily=True)
    kept.take(ledger.changes())
    assert list(ledger.contacts) == ["c1"]
    assert ledger.complete_until == at("9:20")
    assert ("city", INTERVAL, at("9:00")) in kept.totals
    assert ("city", INTERVAL, at("9:15")) not in kept.totals
    ledger.advance(at("9:31"))
    kept.take(ledger.changes())
    assert ledger.complete_until == at("9:31")
    assert kept.totals["city", INTERVAL, at("9:15")]["contacts"] == 1


@settings(max_examples=examples(100))
@given(st.data())
def test_nothing_is_late_that_comes_within_the_grace(data: st.DataObject) -> None:
    """Delayed by less than the grace, facts are all accepted as long as their call goes on."""
    begin = data.draw(begins)
    facts = data.draw(events(begin, begin + 40 * MINUTE))
    delayed = sorted(
        (instant + data.draw(st.integers(0, 14 * 60)) * SECOND, n)
        for n, (_, instant) in enumerate(facts)
    )
    ledger = Ledger(PLAN)
    for arrival, n in delayed:
        ledger.advance(arrival)
        event, instant = facts[n]
        assert ledger.accept(event, instant) or event.call_id in ledger.retired


@given(st.data())
def test_a_recovered_ledger_goes_on_as_if_nothing_had_happened(data: st.DataObject) -> None:
    begin = data.draw(begins)
    facts = sorted(data.draw(events(begin, begin + 2 * HOUR)), key=lambda fact: fact[1])
    cut = data.draw(st.integers(0, len(facts)))
    ledger, kept = Ledger(PLAN), Kept()
    retired: dict[CellKey, Tally] = {}
    for event, instant in facts[:cut]:
        ledger.advance(instant)
        assert ledger.accept(event, instant) or event.call_id in ledger.retired
        changes = ledger.changes()
        kept.take(changes)
        retired |= changes.retired_parts
        for key in changes.evicted:
            retired.pop(key, None)
    ledger.advance(ledger.watermark)
    changes = ledger.changes()
    kept.take(changes)
    retired |= changes.retired_parts
    for key in changes.evicted:
        retired.pop(key, None)

    successor = Ledger(PLAN)
    held = [type(c).from_stored(c.call_id, c.stored()) for c in ledger.contacts.values()]
    stored = {key: Tally.from_stored(tally.stored()) for key, tally in retired.items()}
    at_once = data.draw(st.integers(1, 4))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("streams.domain.ledger.RESTORED_AT_ONCE", at_once)
        turns = sum(1 for _ in successor.restore(ledger.watermark, held, stored, ledger.retired))
    assert turns == -(-len(held) // at_once)  # so often others get their turn
    for each in (ledger, successor):
        for event, instant in facts[cut:]:
            each.accept(event, instant)
        each.advance(begin + 2 * HOUR)
        assert each.bookings.imbalance() == 0
    told = ledger.changes()
    kept.take(told)
    successor_kept = Kept()
    successor_kept.take(successor.changes())
    for key, tally in successor_kept.totals.items():
        assert kept.totals[key] == tally
    # What a late choice has emptied the successor never had: whoever adds up begins with it anew.
    assert {key for key, partial in told.partials.items() if not partial.tally.empty()} <= set(
        successor_kept.totals
    )


def test_a_call_of_hours_holds_its_quarter_hour_alone() -> None:
    """One caller stays on the line for three hours; everybody else's contact departs."""
    ledger = Ledger(PLAN)
    long = Story("long").start("9:00").enter("9:00:05", "waste").answer("9:00:10", "waste")
    for event, instant in long.facts:
        assert ledger.accept(event, instant)
    for n in range(50):
        for event, instant in Story(f"c{n}").start("9:01").hang_up("9:02").facts:
            assert ledger.accept(event, instant)
    ledger.advance(at("10:30"))
    assert list(ledger.contacts) == ["long"]
    ledger.changes()
    assert at("9:00") in ledger.bookings.intervals
    assert at("9:15") not in ledger.bookings.intervals


def test_an_interval_closes_while_somebody_waits_whose_miss_fell_into_it() -> None:
    """Queueing since 8:59:55 and never answered: booked in the quarter-hour before, a miss in the
    one from 9:00, which closes once the other caller's contact departs."""
    ledger = Ledger(PLAN)
    waiting = Story("waiting").enter("8:59:55", "waste")
    for event, instant in waiting.facts + Story("short").start("9:00").hang_up("9:02").facts:
        assert ledger.accept(event, instant)
    for now in ("9:05", "9:40", "13:30"):
        ledger.advance(at(now))
        ledger.changes()
    assert not ledger.contacts and not ledger.bookings.intervals


def test_what_is_to_happen_is_seen_at_its_very_instant() -> None:
    """A hangup that was heard of beforehand, and a miss: neither a microsecond later."""
    ledger = Ledger(PLAN)
    for event, instant in Story("c").enter("9:00", "waste").hang_up("9:05").facts:
        assert ledger.accept(event, instant)
    seen = []
    for now in (at("9:00:20"), at("9:00:20") + 1, at("9:05") - 1, at("9:05")):
        ledger.advance(now)
        place = ledger.bookings.cell(("line:waste", INTERVAL, at("9:00")))
        assert place is not None
        seen.append((place.open["service_offered"], place.open["open"]))
    assert seen == [(0, 1), (1, 1), (1, 1), (1, 0)]


def test_a_call_that_may_turn_out_to_be_elsewhere_keeps_a_quarter_hour_from_being_final() -> None:
    """Chosen at 8:00 and queueing since 9:00: it is booked at 8:00, but something of it happened
    at 9:00 too, so that is not final before the call is over, and whatever comes is in time."""
    ledger, kept = Ledger(PLAN), Kept()
    long = Story("long").choose("8:00", "waste").enter("9:00", "waste", 2).facts
    for event, instant in long + Story("short").enter("9:01", "waste").hang_up("9:02").facts:
        assert ledger.accept(event, instant)
    for now in ("9:05", "9:40", "9:41"):
        ledger.advance(at(now))
        kept.take(ledger.changes())
    assert ("line:waste", INTERVAL, at("9:00")) not in kept.final
    (moves,) = Story("long").enter("9:41", "waste", 1).facts
    (answer,) = Story("long").answer("9:41", "waste", 2).facts
    assert ledger.accept(*moves)
    assert ledger.accept(*answer)
    ledger.advance(at("9:50"))
    kept.take(ledger.changes())
    ledger.advance(at("23:00"))
    kept.take(ledger.changes())
    assert ("line:waste", INTERVAL, at("9:00")) in kept.final


def test_a_word_after_the_contact_has_departed_is_late() -> None:
    ledger = Ledger(PLAN)
    for event, instant in Story("gone").start("9:00").hang_up("9:01").facts:
        assert ledger.accept(event, instant)
    ledger.advance(at("9:30"))
    (again,) = Story("gone").hang_up("9:29").facts
    assert not ledger.accept(*again)


@pytest.mark.parametrize("merged", ["as it happened", "at once"])
def test_what_would_join_two_contacts_of_an_id_is_late_once_the_first_is_over(merged: str) -> None:
    """Nine o'clock and five past nine in the evening: two contacts, for more than twelve hours lie
    between them. A word of 20:58 would make them one. It comes too late to those who saw the first
    leave, and to those who read both at once, as a rebuild does, and still have both in state."""
    ledger = Ledger(PLAN)
    first = Story("again").start("9:00").hang_up("9:01").facts
    second = Story("again-evening").start("21:05").choose("21:06", "waste").facts
    for event, instant in (
        *first,
        *((structs.replace(e, call_id="again"), when) for e, when in second),
    ):
        if merged == "as it happened":
            ledger.advance(instant)
        assert ledger.accept(event, instant)
    ledger.advance(at("21:10"))
    assert len(ledger.contacts["again"].pieces()) == (1 if merged == "as it happened" else 2)
    ((event, instant),) = Story("again").hang_up("20:58").facts
    assert not ledger.accept(event, instant)
    ((event, instant),) = Story("again").enter("21:02", "waste").facts
    assert ledger.accept(event, instant)


def leaves(ledger: Ledger, call_id: str, begun: str) -> None:
    """Somebody hangs up in the menu, and the contact leaves state."""
    for event, instant in Story(call_id).start(begun).hang_up(begun).facts:
        assert ledger.accept(event, instant)
    ledger.advance(at(begun) + 16 * MINUTE)
    assert call_id not in ledger.contacts


def test_an_id_used_again_in_the_evening_is_another_contact() -> None:
    """The id of 9:00 is known for twelve hours: what comes until 21:00 belongs to the contact that
    has left. From then on it is a contact of its own, and both are counted."""
    ledger, kept = Ledger(PLAN), Kept()
    leaves(ledger, "again", "9:00")
    ((until, at_21),) = Story("again").start("21:00").facts
    ((evening, later),) = Story("again").start(at("21:00") + 1).facts
    assert not ledger.accept(until, at_21)
    assert ledger.accept(evening, later)
    ledger.advance(at("21:15"))
    assert ledger.retired
    ledger.advance(at("21:15") + 1)
    assert (ledger.retired, ledger.retired.forgotten) == ({}, 0)
    kept.take(ledger.changes())
    booked = {key[1] for key, tally in kept.intervals().items() if tally["contacts"]}
    assert sorted(booked) == [at("9:00"), at("21:00")]


def test_with_no_room_for_more_ids_the_oldest_is_forgotten_and_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Of an id that is forgotten nothing is claimed: its next word is a contact of its own."""
    monkeypatch.setattr("streams.domain.retired.RETIRED_KEPT", 2)
    ledger = Ledger(PLAN)
    for call_id, begun in (("a", "9:00"), ("b", "9:20"), ("c", "9:40")):
        leaves(ledger, call_id, begun)
    assert ([*ledger.retired], ledger.retired.forgotten) == (["b", "c"], 1)
    for call_id, accepted in (("a", True), ("b", False)):
        ((event, instant),) = Story(call_id).choose("9:50", "waste").facts
        assert ledger.accept(event, instant) is accepted

    # Who goes on from a checkpoint that still has all of them forgets the same, and counts nothing.
    successor = Ledger(PLAN)
    ids = {call_id: at("9:00") for call_id in "abc"}
    for _ in successor.restore(ledger.watermark, (), {}, ids):
        pass
    assert ([*successor.retired], successor.retired.forgotten) == (["b", "c"], 0)


@pytest.mark.parametrize(
    "then",
    [
        Story("longest").enter("9:01:10", "waste"),  # goes on, and waits again
        Story("longest").choose("8:59:50", "waste"),  # was begun, and is booked, before
        Story("longest").answer("9:00:10", "waste"),  # had been picked up before
    ],
    ids=["goes on", "begun before", "answered before"],
)
def test_the_longest_wait_is_found_again_when_it_is_taken_back(then: Story) -> None:
    """One gives up after half a minute, another overflows after a whole one; then something more
    is told of that one, and the half minute is the longest wait of nine o'clock again."""
    ledger, kept = Ledger(PLAN), Kept()
    first = Story("half").enter("9:00:01", "waste").hang_up("9:00:31")
    longest = Story("longest").enter("9:00", "waste").leave("9:01", "waste", "overflow")
    for story, seconds in ((first, 30), (longest, 60), (then, 30)):
        for event, instant in story.facts:
            told = structs.replace(event, event_id=f"{event.event_id}-{seconds}-{instant}")
            assert ledger.accept(told, instant)
        ledger.advance(at("9:01:20"))
        kept.take(ledger.changes())
        for scope in ("line:waste", "vendor:acme", "city"):
            for width in (INTERVAL, SLOT):
                assert kept.totals[scope, width, at("9:00")].longest == seconds * SECOND


def test_slots_are_those_of_the_visits() -> None:
    ledger, kept = Ledger(PLAN), Kept()
    facts = Story("c").start("9:00").choose("9:00:13", "waste").enter("9:00:14", "waste").facts
    for event, instant in facts:
        assert ledger.accept(event, instant)
    ledger.advance(at("9:00:15"))
    kept.take(ledger.changes())
    slot = kept.totals["line:waste", SLOT, start_of(at("9:00:13"), SLOT)]
    assert slot["line_offered"] == slot["open"] == slot["queue_offered"] == 1
    assert ledger.bookings.waiting["line:waste"].count == 1
    assert ledger.bookings.waiting["line:waste"].oldest() == at("9:00:14")


def test_a_visit_that_its_vendor_loses_is_told_at_the_next_checkpoint() -> None:
    """Whatever takes it away, nothing else of the quarter-hour need change for it to be seen."""
    ledger = Ledger(PLAN)
    for event, instant in Story("a").start("9:00").enter("9:00", "waste").facts:
        ledger.accept(event, instant)
    ledger.advance(at("9:01"))
    assert ledger.changes().imbalance == 0
    del ledger.bookings.intervals[at("9:00")]["vendor:acme"]
    for event, instant in Story("b").start("9:01").enter("9:01", "desk").facts:
        ledger.accept(event, instant)
    ledger.advance(at("9:02"))
    assert ledger.changes().imbalance > 0
    assert ledger.bookings.imbalance() > 0
