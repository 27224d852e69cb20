"""Promises to callers: kept or broken by time alone, final once, told again by a successor."""

from __future__ import annotations

import msgspec

from streams.domain.board import Board
from streams.domain.books import INTERVAL
from streams.domain.plan import Plan
from streams.domain.tally import CITY
from streams.engine.kafka import topics
from streams.engine.kafka.outputs import Outputs
from streams.engine.roles.caller_owner import CallerOwner
from streams.engine.roles.routes import Routes
from streams.engine.state.partials import Figures, Restart, WatermarkRecord, read_partial
from streams.engine.state.provisional import Partials
from streams.sinks.records import Interval
from tests.engine.roles.test_caller_owner import ROUTES, Log
from tests.records import consumed
from tests.stories import at

NINE = at("9:00")
QUARTER = (CITY, INTERVAL, NINE)
KEY = b"city|%d|callers|0" % NINE


class Reader:
    """An owner who reads on in a log."""

    def __init__(self, log: Log, routes: Routes = ROUTES) -> None:
        self.owner = CallerOwner(0, routes, end=len(log.records))
        self._log = log

    def outputs(self) -> Outputs:
        self.owner.apply(self._log.records[self.owner.position :])
        return self.owner.outputs(1)


def of_nine(outputs: Outputs) -> list[tuple[int, int, bool]]:
    """Kept and broken callbacks of nine o'clock, and whether that is final, as often as told."""
    return [
        (each.tally["callbacks_kept"], each.tally["callbacks_broken"], each.final)
        for key, value in outputs.get((topics.PARTIALS, 0), ())
        if value is not None and isinstance(each := read_partial(key, value), Figures)
        if (each.scope, each.width, each.start) == QUARTER
    ]


def final_ones(outputs: Outputs) -> dict[bytes, tuple[int, int]]:
    """The records of final intervals: kept and broken callbacks by their keys."""
    found = {}
    for key, value in outputs.get((topics.INTERVALS, 0), ()):
        assert value is not None
        counts = msgspec.json.decode(value, type=Interval).counts
        found[key] = (counts.callbacks_kept, counts.callbacks_broken)
    return found


def test_a_callback_is_broken_by_time_alone_and_final_after_the_grace() -> None:
    log = Log()
    log.call("ann", "1", "9:00", until=at("11:00"))
    reader = Reader(log)
    for now, told_of, final in (
        ("9:10", [(0, 0, False)], {}),
        ("11:00", [], {}),
        ("11:00:01", [(0, 1, False)], {}),
        ("11:29", [], {}),
        ("11:30", [(0, 1, True)], {KEY: (0, 1)}),
        ("12:00", [], {}),
    ):
        log.clock(now)
        outputs = reader.outputs()
        assert (of_nine(outputs), final_ones(outputs)) == (told_of, final), now


def test_time_is_that_of_the_slowest_source_partition() -> None:
    log = Log()
    log.call("ann", "1", "9:00", until=at("11:00"))
    log.clock("12:00")
    reader = Reader(log, Routes(2, 1, 1))
    assert of_nine(reader.outputs()) == [(0, 0, False)]
    log.clock("10:00", source=1)
    assert of_nine(reader.outputs()) == [(0, 0, False)]  # not eleven yet
    log.clock("11:30", source=1)
    assert of_nine(reader.outputs()) == [(0, 1, True)]


def test_an_answer_that_may_be_taken_back_keeps_its_promise_open() -> None:
    """Answered at 10:00, and talking still at noon; then it was no answer."""
    log = Log()
    log.call("ann", "1", "9:00", until=at("11:00"))
    log.call("ann", "2", "10:00", answered="10:00")
    log.clock("12:00", "10:00")
    reader = Reader(log)
    outputs = reader.outputs()
    assert (of_nine(outputs), final_ones(outputs)) == ([(1, 0, False)], {})
    log.call("ann", "2", "10:00")
    log.clock("12:15")
    outputs = reader.outputs()
    assert (of_nine(outputs), final_ones(outputs)[KEY]) == ([(0, 1, True)], (0, 1))


def test_a_successor_tells_the_same_and_voids_what_was_told_of_a_call_that_is_gone() -> None:
    """The call turns out to be another's just before the owner ends: nobody has told of that."""
    log = Log()
    log.call("ann", "1", "9:00", until=at("11:00"))
    log.call("ann", "2", "9:10", answered="9:30")
    log.clock("9:40")
    board, partials = Board(Plan.default(), 1, [CITY]), Partials()

    def show(outputs: Outputs) -> dict[str, int]:
        records = consumed(topics.PARTIALS, outputs[topics.PARTIALS, 0])
        partials.apply(records)
        for record in records:
            assert record.key is not None and record.value is not None
            partial = read_partial(record.key, record.value)
            if isinstance(partial, Figures):
                board.apply_figures(*partial)
            elif isinstance(partial, WatermarkRecord):
                board.apply_watermark(partial.source, partial.complete_until, partial.held)
            elif isinstance(partial, Restart):
                board.restart(partial.source)
        board.apply_watermark(0, at("9:40"))
        board.advance()
        kept = sum(tally["callbacks_kept"] for _, tally, _ in partials.of_callers(0, set(), 1))
        windows = board.scope(CITY).windows
        return {
            "kept": kept,
            **{name: windows.tally(name)["callbacks_kept"] for name in ("60m", "today")},
        }

    assert show(Reader(log).outputs()) == {"kept": 1, "60m": 1, "today": 1}
    assert show(Reader(log).outputs()) == {"kept": 1, "60m": 1, "today": 1}
    log.gone("ann", "1")
    log.gone("ann", "2")
    assert show(Reader(log).outputs()) == {"kept": 0, "60m": 0, "today": 0}
    assert board.as_of == at("9:40")  # the clock of callers is no source partition's
