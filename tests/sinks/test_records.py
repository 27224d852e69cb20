"""Final intervals and dead letters: their bytes, and that nothing that is counted is left out."""

import msgspec
import orjson
import pytest

from streams.domain.counts import COUNTS, LATER, RETIRED
from streams.domain.event_reader import UNREADABLE
from streams.domain.instants import SECOND
from streams.domain.tally import WHOLE_WAITS, Tally
from streams.sinks.records import (
    DeadLetter,
    Interval,
    callers_interval_record,
    interval,
    interval_record,
)
from tests.stories import at

NINE = at("9:00")


def booked() -> Tally:
    tally = Tally.of(contacts=3, answered=2)
    tally.waits = {20: 1, 5: 1, WHOLE_WAITS + 25: 2}
    tally.longest = 17 * SECOND
    return tally


def test_a_final_interval_as_it_is_published() -> None:
    key, value = interval_record("line:waste", NINE, booked())
    assert key == b"line:waste|1794992400000000"
    assert value.startswith(
        b'{"scope":"line:waste","start":1794992400000000,"length":900000000,"revision":0,"counts":{'
        b'"contacts":3,"line_offered":0,'
    )
    assert value.endswith(
        b'},"waits":[[5,1],[20,1]],"longest":17000000,"callers":null,"whole_waits":[[25,2]]}'
    )


def test_what_callers_add_has_a_record_beside_it() -> None:
    key, value = callers_interval_record("line:waste", NINE, Tally.of(callbacks_kept=1), 3)
    assert key == b"line:waste|1794992400000000|callers|3"
    found = msgspec.json.decode(value, type=Interval)
    assert (found.scope, found.start, found.callers) == ("line:waste", NINE, 3)
    assert found.counts.callbacks_kept == 1


def test_every_count_has_its_number_under_its_name_in_their_order() -> None:
    every = Tally.of(**{name: n for n, name in enumerate(COUNTS, 1)})
    _, value = interval_record("city", NINE, every)
    counts = orjson.loads(value)["counts"]
    shown = [name for name in COUNTS if name not in RETIRED]
    assert list(counts) == shown
    assert all(counts[name] == COUNTS.index(name) + 1 for name in shown)


def test_where_nobody_waited_the_longest_wait_is_null() -> None:
    assert interval("city", NINE, Tally.of(contacts=1)).longest is None
    nobody = Tally()
    nobody.longest = 0
    assert interval("city", NINE, nobody).longest == 0


def test_a_record_of_an_earlier_release_lacks_the_later_counts_and_no_others() -> None:
    _, value = interval_record("city", NINE, booked())
    written = orjson.loads(value)
    assert LATER
    del written["callers"]
    for name in LATER:
        del written["counts"][name]
    earlier = msgspec.json.decode(orjson.dumps(written), type=Interval)
    assert earlier == interval("city", NINE, booked())
    del written["counts"]["answered"]
    with pytest.raises(msgspec.ValidationError, match="answered"):
        msgspec.json.decode(orjson.dumps(written), type=Interval)


def test_a_dead_letter_says_where_the_event_lies() -> None:
    letter = DeadLetter("contact.queue", 3, 118, 1794992400000, UNREADABLE, "no object")
    assert letter.record() == (
        b"contact.queue|3|118",
        b'{"topic":"contact.queue","partition":3,"offset":118,"timestamp":1794992400000,'
        b'"reason":"unreadable","detail":"no object","digest":null}',
    )
