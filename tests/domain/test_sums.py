"""A sum of durations is one line: booked one by one or gathered, it is of the visits it names."""

from collections.abc import Iterator
from operator import attrgetter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.domain import entries as booking
from streams.domain import sums
from streams.domain.counts import DECLARED_COUNTS
from streams.domain.entries import VisitPattern, amounts
from streams.domain.instants import SECOND
from streams.domain.judge import judge
from streams.domain.outcome import Visit
from streams.domain.tally import LINE, Tally
from tests import calls
from tests.calls import BEGIN, Told
from tests.domain.figures.town import answered, in_vain, whole
from tests.domain.test_gathered import one_by_one
from tests.stories import PLAN, Story, at, contacts

SPARE = "second_line_forms"
"""A count in which nothing is booked any more."""


@pytest.fixture
def way_summed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The way from the choice to the queue is summed, of those who hung up there."""
    of_way = sums.Sum(SPARE, attrgetter("way"), sums.hung_up_in_queue)
    monkeypatch.setattr(sums, "SUMS", (*sums.SUMS, of_way))
    monkeypatch.setattr(booking, "_visit_patterns", {})
    yield


@pytest.mark.usefixtures("way_summed")
def test_a_line_of_the_list_books_a_new_sum_either_way() -> None:
    """Three visits, each 5 s from its choice to the queue; one of them was answered."""
    stories = answered("a"), in_vain("b"), in_vain("c", "9:20")
    gathered = whole(*stories)[LINE + "waste"]
    known = contacts(fact for story in stories for fact in story.facts)
    assert one_by_one(known, at("23:00")).totals[LINE + "waste"][SPARE] == 10 * SECOND
    assert gathered[SPARE] == 10 * SECOND


def test_a_duration_that_a_visit_lacks_or_that_is_below_0_adds_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One pattern for all three: the key need not know the new duration."""

    def of_each(visit: Visit) -> int | None:
        if visit.begun < at("9:10"):
            return None
        return -5 * SECOND if visit.begun < at("9:30") else 7 * SECOND

    of_way = sums.Sum(SPARE, of_each, lambda visit: True)
    monkeypatch.setattr(sums, "SUMS", (*sums.SUMS, of_way))
    monkeypatch.setattr(booking, "_visit_patterns", {})
    stories = in_vain("a"), in_vain("b", "9:20"), in_vain("c", "9:40")
    assert whole(*stories)[LINE + "waste"][SPARE] == 7 * SECOND


def test_every_count_of_microseconds_is_a_sum_or_the_twin_of_one() -> None:
    durations = {count.name for count in DECLARED_COUNTS if count.of == "microseconds"}
    summed = {each.name for each in sums.SUMS}
    assert summed <= durations
    durations -= {"whole_wait_sum", "until_reached_sum"}  # of whole contacts, not of visits
    assert {name.removeprefix("out_") for name in durations} == summed


@pytest.mark.parametrize(("when", "out"), [("9:00", 0), ("2:00", 1)])
def test_a_sum_out_of_hours_is_in_its_twin_too(when: str, out: int) -> None:
    """`migration` is closed at night; the wait has a twin, the talk has none."""
    start = at(when)
    story = Story().enter(start, "migration").answer(start + 10 * SECOND, "migration")
    found = one_by_one(contacts(story.hang_up(start + 30 * SECOND).facts), at("23:00"))
    tally = found.totals[LINE + "migration"]
    assert tally["wait_sum"] == 10 * SECOND and tally["talk_sum"] == 20 * SECOND
    assert (tally["out_of_hours"], tally["out_wait_sum"]) == (out, out * 10 * SECOND)


@given(
    st.lists(calls.plausible() | calls.disturbed() | calls.junk(), min_size=1, max_size=6),
    st.integers(0, 400) | st.integers(0, 60_000),
)
def test_visits_of_one_pattern_count_alike(each: list[list[Told]], later: int) -> None:
    """What the first of a pattern counted is what every other would count by itself: whatever a
    mark or a sum asks of a visit stands in the pattern's key, in `entries.amounts`."""
    known = contacts(calls.event(e, f"c{n}") for n, events in enumerate(each) for e in events)
    for piece in (piece for contact in known for piece in contact.pieces()):
        outcome = judge(piece, PLAN, BEGIN + later * SECOND)
        for visit in () if outcome is None else outcome.visits:
            pattern, own = amounts(visit)[0], VisitPattern(visit)
            assert pattern.durations == own.durations, "add what it asks to the key of amounts()"
            for counted, of_own in zip(pattern.counted, own.counted, strict=True):
                assert Tally(counted) == Tally(of_own), "add what it asks to the key of amounts()"
            assert pattern.in_buckets == own.in_buckets
