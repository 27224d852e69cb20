"""Records of the line partials: their bytes, and that each is read as what it is."""

import pytest

from streams.domain.books import INTERVAL
from streams.domain.ledger import GRACE
from streams.domain.tally import Tally
from streams.engine.kafka.outputs import Record
from streams.engine.state.cells import encoded
from streams.engine.state.partials import (
    DECISIONS_IN_A_RECORD,
    DecidedForGood,
    DecidedInSlot,
    Figures,
    Partial,
    Published,
    Restart,
    Waits,
    WatermarkRecord,
    decided_record,
    figures_record,
    figures_removed,
    for_good_records,
    published_record,
    read_partial,
    restart_record,
    waits_record,
    watermark_record,
)
from tests.stories import at

NINE = at("9:00")
CELL = ("line:a|b", INTERVAL, NINE)
TALLY = Tally.of(contacts=2)
DECIDED = ("waste", NINE + 1, "E+r1s", "c|1/2", "", 5, 0)
PINNED = frozenset({("line:waste", NINE), ("city", NINE)})

WRITTEN: dict[str, tuple[Record, bytes, bytes, Partial]] = {
    "figures": (
        figures_record(7, 3, CELL, TALLY, False),
        b"f|line:a|b|3|900000000|1794992400000000",
        b"[7,false,[[0],[2],[],-1]]",
        Figures("line:a|b", 3, INTERVAL, NINE, TALLY, False),
    ),
    "final figures": (
        figures_record(7, 3, CELL, TALLY, True),
        b"f|line:a|b|3|900000000|1794992400000000",
        b"[7,true,[[0],[2],[],-1]]",
        Figures("line:a|b", 3, INTERVAL, NINE, TALLY, True),
    ),
    "decisions of a slot": (
        decided_record(7, 3, NINE, [DECIDED]),
        b"t|3|1794992400000000",
        b'[7,[["waste",1794992400000001,"E+r1s","c|1/2","",5,0]]]',
        DecidedInSlot(3, NINE, [DECIDED]),
    ),
    "decisions of a slot that are none any more": (
        decided_record(7, 3, NINE, []),
        b"t|3|1794992400000000",
        b"[7,[]]",
        DecidedInSlot(3, NINE, []),
    ),
    "decisions for good": (
        next(for_good_records(7, 3, 118, [DECIDED])),
        b"r|3|118|0",
        b'[7,[["waste",1794992400000001,"E+r1s","c|1/2","",5,0]]]',
        DecidedForGood(3, [DECIDED]),
    ),
    "who waits": (
        waits_record(7, 3, "line:a|b", 2, NINE),
        b"w|line:a|b|3",
        b"[7,2,1794992400000000]",
        Waits("line:a|b", 3, 2, NINE),
    ),
    "nobody waits": (
        waits_record(7, 3, "city", 0, None),
        b"w|city|3",
        b"[7,0,null]",
        Waits("city", 3, 0, None),
    ),
    "a watermark": (
        watermark_record(7, 3, NINE, NINE + 1, {"contact.queue": 9}, [NINE]),
        b"c|3",
        b'[7,1794992400000000,{"contact.queue":9},1794992400000001,[1794992400000000]]',
        WatermarkRecord(3, NINE, {"contact.queue": 9}, NINE + 1, [NINE]),
    ),
    "a watermark without positions": (
        watermark_record(7, 3, NINE, NINE + 1),
        b"c|3",
        b"[7,1794992400000000,{},1794992400000001,[]]",
        WatermarkRecord(3, NINE, {}, NINE + 1, []),
    ),
    "a restart": (restart_record(7, 3), b"a|3", b"[7]", Restart(3)),
    "what was published": (
        published_record(7, Published(NINE, PINNED, frozenset({NINE}))),
        b"p",
        b'[7,1794992400000000,[["city",1794992400000000],["line:waste",1794992400000000]],'
        b"[1794992400000000]]",
        Published(NINE, PINNED, frozenset({NINE})),
    ),
}


@pytest.mark.parametrize("kind", WRITTEN)
def test_the_bytes_are_those_that_other_releases_know(kind: str) -> None:
    record, key, value, _ = WRITTEN[kind]
    assert record == (key, value)


@pytest.mark.parametrize("kind", WRITTEN)
def test_a_record_is_read_as_what_it_is(kind: str) -> None:
    _, key, value, partial = WRITTEN[kind]
    found = read_partial(key, value)
    assert type(found) is type(partial) and found == partial


def test_a_tally_that_is_encoded_already_is_written_as_it_is() -> None:
    assert figures_record(7, 3, CELL, encoded(TALLY), True) == figures_record(
        7, 3, CELL, TALLY, True
    )


def test_figures_are_removed_under_their_own_key() -> None:
    key, _ = figures_record(7, 3, CELL, TALLY, False)
    assert figures_removed(3, CELL) == (key, None)
    assert figures_removed(4, CELL) != (key, None)


def test_an_interval_is_published_when_its_grace_has_passed_and_nothing_holds_it() -> None:
    over, none = NINE + INTERVAL + GRACE, frozenset[int]()
    assert Published(over, frozenset(), none).has("city", NINE)
    assert not Published(over - 1, frozenset(), none).has("city", NINE)
    assert not Published(over, PINNED, none).has("city", NINE)
    assert Published(over, PINNED, none).has("line:desk", NINE)
    assert not Published(over, PINNED, frozenset({NINE})).has("line:desk", NINE)


def test_many_decisions_are_told_in_records_of_a_bounded_size() -> None:
    told = [
        ("waste", NINE + n, "E", f"c{n}/1", "", 0, 0) for n in range(2 * DECISIONS_IN_A_RECORD + 1)
    ]
    parts = [*for_good_records(7, 3, 118, told)]
    assert [key for key, _ in parts] == [b"r|3|118|0", b"r|3|118|1", b"r|3|118|2"]
    read = [read_partial(key, value or b"") for key, value in parts]
    assert [each for part in read for each in part.told] == told  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("key", "tally"),
    [
        (b"f|decided:waste|3|10000000|1794992400000000", b'[[],[],-1,[["17|s|1|c/1",1]]]'),
        (b"f|line:waste|3|900000000|1794992400000000", b"[[2,2],[],-1]"),
        (b"d|3|1794992400000000", b"[]"),
        (b"g|3|118|0", b"[]"),
        (b"n|of a newer release", b"[]"),
    ],
)
def test_what_another_release_tells_and_nobody_needs_is_passed_over(
    key: bytes, tally: bytes
) -> None:
    assert read_partial(key, b"[7,false," + tally + b"]") is None
