"""What the first release published is read, and its state is refused with the remedy.

Two calls had been transferred to a desk that takes no transfers. The first release took them for
hang-ups before the queue, not reached, and counted forms besides. What was published so stays so.
"""

import msgspec
import orjson
import pytest

from streams.domain.counts import COUNTS, INDEX
from streams.domain.figures import figures
from streams.domain.tally import Tally
from streams.engine.audit import tally
from streams.engine.state.checkpoint import Checkpoint
from streams.engine.state.errors import StateError
from streams.sinks.records import Interval, interval_record
from tests.stories import at

DESK = "line:archive"
NINE = at("9:00")

CHECKPOINT = b'{"version":1,"number":5,"covered":["a","b"],"places":[],"dropped":[],"kept":[0,1,0]}'
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


def test_a_state_without_the_events_of_its_contacts_is_refused_with_the_remedy() -> None:
    with pytest.raises(StateError, match=r"form 1 by a release before 0\.2.*`reachline rebuild`"):
        Checkpoint.from_value(CHECKPOINT)


def test_a_final_interval() -> None:
    told = msgspec.json.decode(FINAL, type=Interval)
    is_as_it_was_booked(tally(told))


def test_counts_are_stored_by_their_ids_so_that_releases_with_others_read_them() -> None:
    """What this one does not count is passed over, what another did not count is 0."""
    told = Tally.of(contacts=3, form=2)
    assert told.stored() == [[0, INDEX["form"]], [3, 2], [], -1]
    ids, numbers, *rest = told.stored()
    of_the_next = [[*ids, len(COUNTS), len(COUNTS) + 7], [*numbers, 5, 6], *rest]
    assert Tally.from_stored(of_the_next) == told
    assert Tally().stored() == [[], [], [], -1]
    assert Tally.from_stored([[0], [3], [], -1]) == Tally.of(contacts=3)


def test_a_final_interval_is_told_with_every_count() -> None:
    _, value = interval_record(DESK, NINE, Tally.of(contacts=1, line_offered=1, form=1))
    counts = orjson.loads(value)["counts"]
    assert (counts["form"], counts["reach_forms"], counts["left_before_queue"]) == (1, 0, 0)
    assert tally(msgspec.json.decode(value, type=Interval))["form"] == 1
