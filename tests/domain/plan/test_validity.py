"""An entry of a plan holds from one instant to before another, and the next one from there on."""

from dataclasses import dataclass

from streams.domain.plan.validity import Version, by_id, in_order, valid


@dataclass(frozen=True)
class Line:
    id: str
    vendor: str


NORTH = Version(Line("waste", "north"), None, 100)
SOUTH = Version(Line("waste", "south"), 100, 200)
DESK = Version(Line("desk", "north"))


def test_at_the_instant_of_the_change_the_new_one_holds() -> None:
    versions = [SOUTH, NORTH]
    assert valid(versions, 99) == NORTH.entry
    assert valid(versions, 100) == valid(versions, 199) == SOUTH.entry
    assert valid(versions, 200) is None


def test_a_span_of_one_instant_overlaps_what_holds_there() -> None:
    assert NORTH.overlaps(99, 99) and not NORTH.overlaps(100, 300)
    assert SOUTH.overlaps(199, 500) and not SOUTH.overlaps(200, 500)
    assert DESK.overlaps(-(2**60), 2**60)


def test_the_nearest_instant_is_one_at_which_it_holds() -> None:
    for at in (0, 99, 100, 150, 199, 200, 5_000):
        assert SOUTH.valid(SOUTH.nearest(at))
    assert SOUTH.nearest(150) == 150
    assert DESK.nearest(7) == 7


def test_versions_come_by_id_in_the_order_of_time() -> None:
    assert by_id([SOUTH, DESK, NORTH]) == {"waste": [NORTH, SOUTH], "desk": [DESK]}
    assert in_order([SOUTH, DESK, NORTH]) == (DESK, NORTH, SOUTH)
    usual = Line("city", "nobody")
    assert by_id([DESK], usual)["city"] == [Version(usual)]
    assert by_id([DESK], Line("desk", "nobody"))["desk"] == [DESK]
