"""What an earlier release stored is read: the records here were written by the first one.

Two calls had been transferred to a desk that takes no transfers. The first release took them for
hang-ups before the queue, not reached, and counted forms besides. What was booked so stays so.
"""

import msgspec
import orjson
import pytest

from streams.domain.books import INTERVAL
from streams.domain.counts import COUNTS, LATER
from streams.domain.figures import figures
from streams.domain.ledger import Ledger
from streams.domain.tally import Tally
from streams.engine.audit import tally
from streams.engine.state import checkpoint
from streams.engine.state.cells import decoded, encoded
from streams.engine.state.checkpoint import Checkpoint
from streams.engine.state.errors import StateError
from streams.engine.state.partials import Figures, read_partial
from streams.engine.state.restored import Restored
from streams.sinks.records import Interval, interval_record
from tests.stories import PLAN, at

DESK = "line:archive"
NINE = at("9:00")

TALLY = (
    b"[[2,2,0,0,0,0,0,0,0,0,0,0,0,2,0,0,0,0,0,2,0,0,0,0,0,0,0,0,0,0,0,0,0,2,0,0,0,0,0,0,0,0,0,0,0,"
    b"0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0],[],-1]"
)
PARTIAL = b"f|line:archive|3|900000000|1794992400000000", b"[7,false," + TALLY + b"]"
CHECKPOINT = (
    b'{"version":1,"number":5,"generation":7,"clock":1795003200000000,'
    b'"positions":{"contact.queue":9},"newest":{"contact.queue":1794992880000000},'
    b'"covered":["a","b"],"places":[["line:archive",900000000,1794992400000000,' + TALLY + b"]],"
    b'"dropped":[],"kept":[0,1,0]}'
)
FINAL = (
    b'{"scope":"line:archive","start":1794992400000000,"length":900000000,"revision":0,"counts":{'
    b'"contacts":2,"line_offered":2,"queue_offered":0,"open":0,"out_of_hours":0,"answered":0,'
    b'"overflowed":0,"callback":0,"closed":0,"blocked":0,"lost":0,"short_abandoned":0,'
    b'"abandoned":0,"left_before_queue":2,"service_offered":0,"service_answered":0,'
    b'"answered_within":0,"service_abandoned":0,"abandoned_within":0,"reach_judged":2,'
    b'"reach_reached":0,"reach_callbacks":0,"wait_sum":0,"menu_sum":0,"menu_count":0,'
    b'"menu_negative":0,"talk_sum":0,"talk_count":0,"contacts_answered":0,"contacts_kept":0,'
    b'"wrong_choices":0,"second_line_offered":0,"second_line_within":0,"second_line_forms":2,'
    b'"repeat_callers":0,"callbacks_kept":0,"contacts_with_visit":0,"abandoned_in_menu":0,'
    b'"entrance_blocked":0,"entrance_closed":0,"open_in_menu":0,"orphans":0,"contacts_judged":0,'
    b'"contacts_reached":0,"queue_overflowed":0,"queue_callback":0,"queue_closed":0,'
    b'"queue_blocked":0,"queue_lost":0,"service_overflowed":0,"service_callback":0,'
    b'"service_closed":0,"service_blocked":0,"service_lost":0,"reach_overflowed":0,'
    b'"reach_callback":0,"reach_closed":0,"reach_blocked":0,"reach_lost":0,"out_queue_offered":0,'
    b'"out_callback":0,"out_abandoned":0,"out_short_abandoned":0,"out_answered":0,'
    b'"out_wait_sum":0,"service_offered_2":0,"answered_within_2":0,"abandoned_within_2":0,'
    b'"service_offered_3":0,"answered_within_3":0,"abandoned_within_3":0},"waits":[],'
    b'"longest":null}'
)


def is_as_it_was_booked(read: Tally) -> None:
    counted = {"contacts": 2, "line_offered": 2, "left_before_queue": 2, "reach_judged": 2}
    assert {name: read[name] for name in COUNTS if read[name] and name != "second_line_forms"} == (
        counted
    )
    assert read.imbalance() == 0
    shown = figures(read)
    assert (shown["form"], shown["left_before_queue"], shown["reachability"]) == (0, 2, 0.0)


def test_a_partial_figure() -> None:
    told = read_partial(*PARTIAL)
    assert isinstance(told, Figures)
    assert (told.scope, told.width, told.start) == (DESK, INTERVAL, NINE)
    is_as_it_was_booked(told.tally)


def test_a_state_without_the_events_of_its_contacts_is_refused_with_the_remedy() -> None:
    with pytest.raises(StateError, match=r"form 1 by an older version.*`reachline rebuild`"):
        Checkpoint.from_value(CHECKPOINT)


def test_figures_are_taken_up_and_balance_with_forms_that_come_after_them() -> None:
    restored = Restored()
    restored.apply(
        checkpoint.KEY,
        CHECKPOINT.replace(b'"version":1', b'"version":3').replace(b'["a","b"]', b'{"a":1,"b":2}'),
    )
    key = DESK, INTERVAL, NINE
    is_as_it_was_booked(restored.cells()[key])
    ledger = Ledger(PLAN)
    for _ in ledger.restore(at("9:30"), (), restored.cells(), {}):
        pass
    partial = ledger.changes().partials[key]
    partial.tally.plus(Tally.of(contacts=1, line_offered=1, form=1, reach_forms=1))
    assert partial.tally.imbalance() == 0
    again = decoded(encoded(partial.tally))
    assert (again["form"], again["left_before_queue"], again["line_offered"]) == (1, 2, 3)


def test_a_final_interval() -> None:
    told = msgspec.json.decode(FINAL, type=Interval)
    is_as_it_was_booked(tally(told))


def test_what_has_none_of_the_later_counts_is_stored_as_the_first_release_can_read_it() -> None:
    """So that workers of both work side by side, where no desk is without permanence."""
    first = len(COUNTS) - len(LATER)
    told = Tally.of(**dict.fromkeys(COUNTS[:first], 1)).stored()
    assert told[0] == [1] * first
    assert Tally.of(contacts=3).stored() == [[3], [], -1]
    assert Tally().stored() == [[], [], -1]


def test_a_final_interval_is_told_with_every_count() -> None:
    _, value = interval_record(DESK, NINE, Tally.of(contacts=1, line_offered=1, form=1))
    counts = orjson.loads(value)["counts"]
    assert (counts["form"], counts["reach_forms"], counts["left_before_queue"]) == (1, 0, 0)
    assert tally(msgspec.json.decode(value, type=Interval))["form"] == 1
