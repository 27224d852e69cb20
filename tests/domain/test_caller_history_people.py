"""People: each once a day, whether they were reached at last, and at the first attempt."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.domain.books import books
from streams.domain.instants import HOUR, MINUTE, SECOND
from streams.domain.plan import Plan
from streams.domain.tally import CITY
from tests import calls
from tests.calls import BEGIN, Call
from tests.examples import examples
from tests.stories import Story, at, contacts

ZONE = Plan.read('[city]\ntime_zone = "Europe/Brussels"\n[[line]]\nid = "waste"\n')


def of_people(*stories: Story, plan: Plan = ZONE) -> tuple[int, ...]:
    """Contacts with a caller, people and those reached, first attempts and those answered."""
    facts = [fact for story in stories for fact in story.facts]
    found = books(contacts(facts), plan, at("23:59", "2026-12-30"))
    assert found.imbalance() == 0
    names = ("contacts_with_caller", "persons", "persons_reached", "first_attempts")
    return tuple(found.totals[CITY][name] for name in (*names, "first_attempts_reached"))


def tries(call_id: str, when: int, caller: str | None = "ann", answered: bool = False) -> Story:
    story = Story(call_id, caller).start(when).enter(when + SECOND, "waste")
    if answered:
        story.answer(when + 11 * SECOND, "waste")
    return story.hang_up(when + MINUTE)


def test_who_tries_three_times_is_one_person_reached_at_last() -> None:
    morning = at("9:00")
    told = [
        tries("a", morning),
        tries("b", morning + 10 * MINUTE),
        tries("c", morning + 20 * MINUTE, answered=True),
    ]
    assert of_people(*told) == (3, 1, 1, 1, 0)
    found = books(contacts(fact for each in told for fact in each.facts), ZONE, at("23:59"))
    assert found.totals[CITY]["until_reached_sum"] == 20 * MINUTE + 11 * SECOND
    assert found.totals["vendor:city"]["persons"] == 1
    assert found.totals["line:waste"]["persons"] == 0


def test_a_person_counts_once_a_day_and_the_day_is_the_citys() -> None:
    """Midnight in Brussels is eleven in the evening, UTC."""
    evening = at("22:50")
    assert of_people(tries("a", evening), tries("b", evening + 5 * MINUTE)) == (2, 1, 0, 1, 0)
    assert of_people(tries("a", evening), tries("b", evening + 15 * MINUTE)) == (2, 2, 0, 1, 0)
    in_utc = Plan.read('[[line]]\nid = "waste"\n')
    later = tries("b", evening + 15 * MINUTE)
    assert of_people(tries("a", evening), later, plan=in_utc) == (2, 1, 0, 1, 0)


@pytest.mark.parametrize(("after", "first"), [(24 * HOUR, 1), (24 * HOUR + 1, 2)])
def test_a_first_attempt_has_none_in_the_day_before_it(after: int, first: int) -> None:
    start = at("9:00")
    assert of_people(tries("a", start), tries("b", start + after, answered=True))[3] == first


def test_withheld_numbers_are_nobody() -> None:
    assert of_people(tries("a", at("9:00"), caller=None)) == (0, 0, 0, 0, 0)


def test_what_the_city_dials_and_who_hangs_up_at_once_is_no_attempt() -> None:
    dialled = Call(BEGIN).start(0, direction="outbound", caller="ann").enter(1, "waste")
    told = [calls.event(event, "o") for event in dialled.answer(2, "waste").hang_up(9).events]
    noise = [calls.event(e, "n") for e in Call(BEGIN).start(0, caller="bob").hang_up(2).events]
    shy = Plan.read('[city]\nnuisance_seconds = 3\n[[line]]\nid = "waste"\n')
    found = books(contacts([*told, *noise]), shy, BEGIN + HOUR).totals[CITY]
    assert (found["persons"], found["first_attempts"], found["outgoing"]) == (0, 0, 1)


@settings(max_examples=examples(100))
@given(
    st.lists(
        st.tuples(
            st.sampled_from(("ann", "bob")),
            st.integers(0, 60 * 4),  # quarter-hours of two days and a half
            st.booleans(),
        ),
        max_size=12,
    )
)
def test_people_as_somebody_counts_them_who_has_all_their_calls(
    told: list[tuple[str, int, bool]],
) -> None:
    begun = at("0:00")
    stories = [
        tries(f"c{n:02}", begun + quarter * 15 * MINUTE, caller, answered)
        for n, (caller, quarter, answered) in enumerate(told)
    ]

    def day(quarter: int) -> int:
        return (quarter + 4) // 96  # an hour ahead of UTC

    first = [
        (caller, quarter, answered)
        for caller, quarter, answered in told
        if not any(c == caller and 0 < quarter - q <= 96 for c, q, _ in told)
    ]
    assert of_people(*stories) == (
        len(told),
        len({(caller, day(quarter)) for caller, quarter, _ in told}),
        len({(caller, day(quarter)) for caller, quarter, answered in told if answered}),
        len(first),
        sum(answered for _, _, answered in first),
    )
