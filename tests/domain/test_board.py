"""Every window of a board is what counting all visits anew would give, at any instant.

Calls of several source partitions come in any order and late; each partition advances by a clock of
its own and publishes what changed; the board hears it in any order, some of it twice::

    calls   --c0---c1--c0----c2-->   ledger 0   (clock 0)  --\\
            --c3------c3---------->   ledger 1   (clock 1)  ---> board, as of the slowest clock
"""

from collections.abc import Iterable

from hypothesis import given, settings
from hypothesis import strategies as st

from streams.domain import windows
from streams.domain.board import Board
from streams.domain.books import INTERVAL, SLOT, Books, start_of
from streams.domain.entries import entries
from streams.domain.instants import HOUR, MINUTE, SECOND
from streams.domain.ledger import Ledger
from streams.domain.outcome import Outcome
from streams.domain.tally import CITY, LINE, VENDOR, Tally
from streams.domain.windows import ALL_TIME, LENGTHS, TODAY
from tests.stories import BEGINS, LINES, PLAN, Fact, Story, at, contacts, events, judged


class Partition:
    """A source partition: its ledger, and all that was accepted."""

    def __init__(self) -> None:
        self.ledger = Ledger(PLAN)
        self.accepted: list[Fact] = []

    def take(self, fact: Fact) -> None:
        if self.ledger.accept(*fact):
            self.accepted.append(fact)

    def readings(self) -> list[Outcome]:
        read = (judged(each, PLAN, self.ledger.watermark) for each in contacts(self.accepted))
        return [reading for reading in read if reading is not None]


class BruteForce:
    """All visits counted anew."""

    def __init__(self, partitions: Iterable[Partition], now: int) -> None:
        self.now = now
        self.readings = [reading for each in partitions for reading in each.readings()]
        self.books = Books(SLOT)
        for reading in self.readings:
            for entry in entries(reading):
                self.books.add(entry)

    def window(self, scope: str, name: str) -> Tally:
        total = Tally()
        for (booked, start), tally in self.books.intervals.items():
            if booked == scope and self.holds(name, start):
                total.plus(tally)
        return total

    def holds(self, name: str, start: int) -> bool:
        if name in LENGTHS:
            return self.now - LENGTHS[name] < start <= self.now
        if name == TODAY:
            return PLAN.midnight(self.now) <= start and start_of(start, INTERVAL) <= self.now
        return name == ALL_TIME

    def waiting(self, scope: str) -> list[int]:
        """Since when those who wait now would have waited without a break: time elsewhere is no
        wait, so who came back to a queue has not waited since they first entered it."""
        return [
            visit.waiting_since
            for reading in self.readings
            for visit in reading.visits
            if visit.waiting_since is not None
            and scope in (CITY, LINE + visit.line, VENDOR + visit.terms.vendor)
        ]


def tell(data: st.DataObject, board: Board, number: int, ledger: Ledger) -> None:
    """Brings to the board what has changed: in any order, some of it twice, the clock last."""
    changes = ledger.changes()
    for scope, (count, oldest) in changes.waiting.items():
        board.apply_waiting(scope, number, count, oldest)
    told = list(changes.partials.items())
    if told:
        told = data.draw(st.permutations(told)) + data.draw(
            st.lists(st.sampled_from(told), max_size=2)
        )
    for (scope, width, start), (tally, final, _) in told:
        as_written = Tally.from_stored(tally.stored())  # what contacts left is the ledger's own
        board.apply_figures(scope, number, width, start, as_written, final)
    board.apply_watermark(number, ledger.watermark, ledger.bookings.held())


def compare(board: Board, partitions: list[Partition]) -> None:
    now = board.as_of
    assert now is not None
    expected = BruteForce(partitions, now)
    for name in SCOPES:
        scope = board.scope(name)
        scope.windows.advance(now)
        for window in windows.WINDOWS:
            assert scope.windows.tally(window) == expected.window(name, window), (name, window)
        since = expected.waiting(name)
        assert scope.waiting == len(since)
        assert scope.oldest_wait(now) == max(0, now - min(since, default=now)) / SECOND


@settings(max_examples=settings.default.max_examples // 2)
@given(st.data())
def test_each_window_is_a_count_of_all_visits_at_any_instant(data: st.DataObject) -> None:
    begin = data.draw(st.sampled_from(BEGINS))
    facts = data.draw(events(begin, begin + 3 * HOUR))
    in_time = sorted(facts, key=lambda fact: fact[1])
    order = data.draw(st.one_of(st.just(in_time), st.permutations(facts)))
    partitions = [Partition() for _ in range(data.draw(st.integers(1, 3)))]
    board = Board(PLAN, len(partitions), SCOPES)
    now = begin
    for fact in order:
        call_id = fact[0].call_id
        partitions[int(call_id[1:]) % len(partitions)].take(fact)
        if data.draw(st.integers(0, 4)) == 0:
            if order is in_time and data.draw(st.booleans()):
                now = max(now, fact[1])
            now += data.draw(st.sampled_from((0, 1, SECOND, 7 * SECOND, MINUTE, 20 * MINUTE, HOUR)))
            ahead = data.draw(st.integers(0, AHEAD))
            for number, partition in enumerate(partitions):
                partition.ledger.advance(now + (ahead if number == 1 else 0))
                tell(data, board, number, partition.ledger)
            board.advance()
            compare(board, partitions)
    for _ in range(3):
        now += data.draw(st.sampled_from((SECOND, 5 * MINUTE, HOUR, 5 * HOUR, 13 * HOUR)))
        for number, partition in enumerate(partitions):
            partition.ledger.advance(now)
            tell(data, board, number, partition.ledger)
        board.advance()
        compare(board, partitions)


def test_someone_who_waits_is_seen_until_answered() -> None:
    ledger, board = Ledger(PLAN), Board(PLAN, 1, SCOPES)
    waste = board.scope(LINE + "waste")
    call = Story("c").enter("9:00", "waste").answer("9:10", "waste")
    for fact, now, waiting, oldest in (
        (call.facts[0], "9:04", 1, 240.0),
        (call.facts[1], "9:10", 0, 0.0),
    ):
        assert ledger.accept(*fact)
        ledger.advance(at(now))
        for scope, (count, since) in ledger.changes().waiting.items():
            board.apply_waiting(scope, 0, count, since)
        assert (waste.waiting, waste.oldest_wait(at(now))) == (waiting, oldest)


def test_who_comes_back_to_a_queue_has_waited_only_while_in_it() -> None:
    """Twenty seconds at waste, two minutes at the desk, and at waste again since 9:02:20; another
    caller waits there since 9:02, for longer than the first has in all."""
    ledger, board = Ledger(PLAN), Board(PLAN, 1, SCOPES)
    back = Story("back").enter("9:00", "waste").leave("9:00:20", "waste", "overflow")
    back.enter("9:00:20", "desk").leave("9:02:20", "desk", "overflow").enter("9:02:20", "waste")
    for event, instant in (*back.facts, *Story("other").enter("9:02", "waste").facts):
        assert ledger.accept(event, instant)
    ledger.advance(at("9:03"))
    for scope, (count, since) in ledger.changes().waiting.items():
        board.apply_waiting(scope, 0, count, since)
    waste = board.scope(LINE + "waste")
    assert (waste.waiting, waste.oldest_wait(at("9:03"))) == (2, 60.0)


def test_a_line_is_not_final_where_a_transfer_of_then_may_still_have_led_to_it() -> None:
    """Passed on to the desk at 9:02, the first caller lands at the archive at 9:41: that is a visit
    there since 9:02. The second, of another partition, was there at 9:03, and has long gone."""
    first = Story("first").start("9:00").enter("9:00:05", "waste").answer("9:01", "waste")
    first.leave("9:02", "waste", "transfer", to="desk").enter("9:41", "archive").hang_up("9:42")
    other = Story("other").start("9:03").enter("9:03", "archive").hang_up("9:04")
    ledgers, board = [Ledger(PLAN), Ledger(PLAN)], Board(PLAN, 2, SCOPES)
    finals = {}
    for now in ("9:40", "9:59"):
        for number, (ledger, story) in enumerate(zip(ledgers, (first, other), strict=True)):
            for event, instant in story.facts:
                assert instant > at(now) or ledger.accept(event, instant) or now == "9:59"
            ledger.advance(at(now))
            partials = ledger.changes().partials
            for (scope, width, start), (tally, final, _) in partials.items():
                board.apply_figures(scope, number, width, start, tally, final)
            board.apply_watermark(number, ledger.watermark, ledger.bookings.held())
        for scope, start, tally in board.advance():
            assert (scope, start) not in finals
            finals[scope, start] = tally["line_offered"]
        assert not finals or now == "9:59"
    assert finals[LINE + "archive", at("9:00")] == 2


SCOPES = (CITY, VENDOR + "acme", *(LINE + line for line in LINES))


AHEAD = 2 * SLOT
"""How far a source partition may be ahead of the slowest: what slots are kept for."""


def test_what_is_final_is_not_written_over() -> None:
    """Neither by the source that said it was complete, nor by another one."""
    board, start = Board(PLAN, 2), at("9:00")
    said = Tally.of(contacts=1)
    board.apply_figures(CITY, 0, INTERVAL, start, said, True)
    for source in (0, 1):
        board.apply_watermark(source, start + 2 * HOUR)
    assert [(each.scope, each.start, each.tally) for each in board.advance()] == [
        (CITY, start, said)
    ]
    for source in (0, 1):
        board.apply_figures(CITY, source, INTERVAL, start, Tally.of(contacts=5), False)
        board.apply_watermark(source, start + 3 * HOUR)
    assert board.advance() == []
    assert board.scope(CITY).windows.interval(start) == said
