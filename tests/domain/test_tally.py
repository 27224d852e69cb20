"""A tally: every count in one number, added and taken back to the last bit."""

from hypothesis import given
from hypothesis import strategies as st

from streams.domain.counts import COUNTS, INDEX, WIDTH
from streams.domain.tally import Tally

counts = st.dictionaries(st.sampled_from(COUNTS), st.integers(0, 2**60), max_size=12)


@given(counts, counts)
def test_what_is_added_and_taken_away_again_was_never_there(
    some: dict[str, int], more: dict[str, int]
) -> None:
    tally = Tally.of(**some)
    tally.plus(Tally.of(**more))
    for name in COUNTS:
        assert tally[name] == some.get(name, 0) + more.get(name, 0)
    tally.minus(Tally.of(**more))
    assert tally.counts == Tally.of(**some).counts


@given(counts)
def test_stored_and_read_back_it_is_the_same(some: dict[str, int]) -> None:
    tally = Tally.of(**some)
    tally.waits[20] = 3
    tally.longest = 19_000_000
    again = Tally.from_stored(tally.stored())
    assert (again.counts, again.waits, again.longest) == (tally.counts, tally.waits, tally.longest)
    assert again.stored() == tally.stored()


@given(counts, counts)
def test_a_difference_leads_from_one_to_the_other(
    before: dict[str, int], after: dict[str, int]
) -> None:
    old, new = Tally.of(**before), Tally.of(**after)
    old.differ(new.difference(Tally.of(**before)))
    assert old.counts == new.counts


def test_every_count_has_a_place_of_its_own() -> None:
    assert len(COUNTS) == len({*COUNTS}) == WIDTH
    assert sorted(INDEX.values()) == [*range(WIDTH)]
    assert Tally().empty()
    assert not Tally.of(contacts=1).empty()


def test_who_is_offered_and_neither_ends_nor_stays_unbalances_the_books() -> None:
    assert Tally.of(line_offered=2, answered=1, open=1).imbalance() == 0
    assert Tally.of(line_offered=2, answered=1).imbalance() != 0
