"""What a contact adds to the books: each visit to its line, its vendor and the city."""

import pytest

from streams.domain.entries import entries, wait_bucket
from streams.domain.tally import CITY, LINE, VENDOR, Tally
from tests.stories import PLAN, Story, at, judged


def booked(story: Story) -> dict[str, Tally]:
    reading = judged(story.contact(), PLAN, at("23:59"))
    assert reading is not None
    found: dict[str, Tally] = {}
    for entry in entries(reading):
        found.setdefault(entry[0], Tally()).add(entry)
    return found


def test_a_contact_counts_once_where_its_visits_count_each() -> None:
    story = Story().start("9:00").enter("9:00", "waste", 1).leave("9:05", "waste", "overflow", 1)
    story.enter("9:05", "migration", 2).answer("9:06", "migration", 2).hang_up("9:10")
    found = booked(story)
    assert {*found} == {CITY, LINE + "waste", LINE + "migration", VENDOR + "acme"}
    assert [found[scope]["line_offered"] for scope in (LINE + "waste", VENDOR + "acme", CITY)] == [
        1,
        2,
        2,
    ]
    assert {tally["contacts"] for tally in found.values()} == {1}
    assert found[CITY]["contacts_answered"] == found[VENDOR + "acme"]["contacts_answered"] == 1
    assert found[LINE + "waste"]["contacts_answered"] == 0


def test_the_wait_of_who_was_answered_is_in_its_bucket() -> None:
    story = Story().start("9:00").enter("9:00", "waste").answer("9:00:17.5", "waste")
    waste = booked(story.hang_up("9:02"))[LINE + "waste"]
    assert waste.waits == {18: 1}
    assert waste.longest == 17_500_000


@pytest.mark.parametrize(
    ("story", "longest"),
    [
        (Story().enter("9:00", "waste").answer("9:01", "waste").hang_up("9:09"), 60),
        (Story().enter("9:00", "waste").hang_up("9:02"), 120),
        (Story().enter("9:00", "waste").leave("9:03", "waste", "overflow").hang_up("9:03"), 180),
        (Story().enter("9:00", "waste").leave("9:04", "waste", "callback").hang_up("9:04"), 240),
        (Story().enter("3:00", "migration").answer("3:05", "migration").hang_up("3:06"), 300),
        (Story().choose("9:00", "waste").hang_up("9:06"), None),  # queued nowhere
        (Story().enter("23:50", "waste"), None),  # waits still
        (Story().enter("9:00", "waste"), None),  # lost: nobody knows how long they waited
    ],
)
def test_the_longest_wait_is_of_all_who_queued_and_whose_wait_has_ended(
    story: Story, longest: int | None
) -> None:
    """However it ended, and at night as well."""
    found = booked(story)
    for scope in (CITY, *(scope for scope in found if scope.startswith((LINE, VENDOR)))):
        assert found[scope].longest == (-1 if longest is None else longest * 1_000_000)


def test_who_never_reached_a_line_is_the_citys_alone() -> None:
    assert {*booked(Story().start("9:00").hang_up("9:01"))} == {CITY}


@pytest.mark.parametrize(
    ("seconds", "bound"), [(0, 0), (0.2, 1), (120, 120), (121, 125), (600, 600), (600.1, 660)]
)
def test_long_waits_are_told_apart_more_coarsely(seconds: float, bound: int) -> None:
    assert wait_bucket(round(seconds * 1_000_000)) == bound
