"""What became of the people of a town, and how long each of them waited in all."""

from typing import Any

import pytest

from streams.domain.books import books
from streams.domain.figures import figures
from streams.domain.instants import SECOND
from streams.domain.plan import Plan
from streams.domain.tally import CITY, LINE, VENDOR
from tests.domain.figures.town import answered, call, city, in_vain, moved, whole
from tests.stories import Story, at, contacts

STORIES = (
    answered("a", wait=5),
    moved("b", "desk").enter("9:05:01", "desk").answer("9:05:31", "desk").hang_up("9:07"),
    moved("c", "desk").enter("9:05:01", "desk").hang_up("9:06:01"),
    moved("d", "form").hang_up("9:05:02"),
    in_vain("e"),
    Story("f").start("9:00").hang_up("9:00:01", "busy"),
    Story("g").start("9:00").hang_up("9:00:30"),
    Story("h").start("9:00").enter("9:00", "permits").leave("9:01", "permits", "closed"),
    Story("i").start("22:59"),
)


def outcomes(of: dict[str, Any]) -> dict[str, int]:
    return {name: count for name, count in of["outcomes"].items() if count}


def test_outcomes_add_up_to_the_contacts() -> None:
    found = city(*STORIES)
    assert outcomes(found) == {
        "open": 1,
        "served_at_once": 1,
        "served_after_transfer": 1,
        "dead_end": 1,
        "form": 1,
        "given_up": 2,
        "refused": 2,
    }
    assert found["contacts"] == found["whole_contacts"] == 9 == sum(outcomes(found).values())
    assert found["outcome_shares"]["refused"] == 2 / 9
    assert (found["transfers"], found["bounces"], found["laps"]) == (3, 0, 0)


def test_a_vendor_has_those_whose_first_visit_was_its_own() -> None:
    """Who was passed on to the city's desk is in the city's books as a vendor with that visit, and
    as a contact with the vendor who passed them on; who came to no line is with nobody."""
    totals = whole(*STORIES)
    acme, own = (figures(totals[VENDOR + vendor], "vendor") for vendor in ("acme", "city"))
    assert outcomes(acme) == {
        **dict.fromkeys(("served_at_once", "served_after_transfer", "dead_end", "form"), 1),
        **dict.fromkeys(("given_up", "refused"), 1),
    }
    assert (acme["contacts"], acme["whole_contacts"]) == (6, 6)
    assert (own["contacts"], own["whole_contacts"], outcomes(own)) == (3, 0, {})
    assert totals[LINE + "waste"]["whole_contacts"] == 0


def test_the_whole_wait_is_all_time_in_queues() -> None:
    """5 s; 5 and 30; 5 and 60; 5 with a form; 105 in vain; 60 and sent away."""
    found = city(*STORIES)
    assert found["whole_queued"] == found["whole_waited"] == 6
    assert found["time_waited"] == 5 + 35 + 65 + 5 + 105 + 60
    assert found["whole_wait"] == 275 / 6
    # Within the city's 20 s: those of 5 s. Who was never answered is a miss.
    assert found["whole_wait_within"] == 2 / 6
    assert found["whole_wait_quantiles"] == {"p50": 35, "p80": 65, "p90": 105, "p95": 105}
    assert found["average_speed_of_answer"] == (4 * 5 + 30) / 5


def test_who_was_lost_is_a_miss_and_nobody_knows_how_long_they_waited() -> None:
    found = city(call("a", "9:00"), answered("b"))
    assert (found["outcomes"]["lost"], found["whole_queued"], found["whole_waited"]) == (1, 2, 1)
    assert (found["whole_wait_within"], found["whole_wait"]) == (1 / 2, 5)


def test_nobody_has_waited_while_they_wait() -> None:
    found = city(call("a", "9:00"), now=at("9:30"))
    assert (found["outcomes"]["open"], found["whole_queued"]) == (1, 0)
    assert not {"whole_wait", "whole_wait_within", "time_waited", "whole_wait_quantiles"} & {*found}


NUISANCE = Plan.read(
    '[city]\nname = "T"\nnuisance_seconds = 3\n[[line]]\nid = "waste"\n[[line]]\nid = "permits"\n'
)


@pytest.mark.parametrize(
    "gone",
    [
        Story("n").start("9:00").hang_up("9:00:02"),
        Story("n").start("9:00").choose("9:00:01", "waste").hang_up("9:00:02"),
        Story("n").start("9:00").enter("9:00:01", "waste").hang_up("9:00:02"),
        Story("n").start("9:00").enter("9:00:01", "waste").leave("9:00:02", "waste", "overflow")
        .hang_up("9:00:03"),
        Story("n").start("9:00").enter("9:00:01", "waste").leave("9:00:02", "waste", "full")
        .hang_up("9:00:02"),
    ],
)  # fmt: skip
def test_a_nuisance_is_in_the_books_and_in_no_ratio(gone: Story) -> None:
    """One was answered, one waited in vain, one hung up in the menu and one before the queue; what
    is made of them is the same with a nuisance call and without."""
    others = (
        Story("a").start("9:00").choose("9:00:09", "waste").enter("9:00:10", "waste")
        .answer("9:00:15", "waste").hang_up("9:03"),
        Story("b").start("9:00").enter("9:00:10", "waste").hang_up("9:05"),
        Story("c").start("9:00").hang_up("9:00:20"),
        Story("d").start("9:00").choose("9:00:09", "waste").hang_up("9:00:20"),
    )  # fmt: skip

    def of(*stories: Story) -> dict[str, dict[str, Any]]:
        told = [fact for story in stories for fact in story.facts]
        found = books(contacts(told), NUISANCE, at("23:00"))
        assert found.imbalance() == 0
        return {
            LINE: figures(found.totals[LINE + "waste"]),
            CITY: figures(found.totals[CITY], "city"),
        }

    before, after = of(*others), of(*others, gone)
    assert after[CITY]["outcomes"]["nuisance"] == 1
    assert after[CITY]["contacts"] == before[CITY]["contacts"] + 1
    assert after[CITY]["nuisance_share"] == 1 / 5
    visits = len(books(contacts(gone.facts), NUISANCE, at("23:00")).totals) > 1
    assert after[LINE]["line_offered"] == before[LINE]["line_offered"] + visits
    assert after[CITY]["nuisance"] == visits
    for scope in (LINE, CITY):
        for name, value in before[scope].items():
            if isinstance(value, float) and name != "nuisance_share":
                assert after[scope][name] == value, name
        for name in ("service_level", "wait_quantiles", "whole_wait_quantiles", "waited_longer"):
            assert after[scope].get(name) == before[scope].get(name)


def test_a_nuisance_of_a_second_does_not_hide_who_waits_longer() -> None:
    waited = Story("w").start("9:00").enter("9:00:01", "waste").hang_up("9:00:04")
    found = books(contacts(waited.facts), NUISANCE, at("23:00")).totals[CITY]
    assert (found["whole_nuisance"], found["whole_given_up"], found["whole_wait_sum"]) == (
        0,
        1,
        3 * SECOND,
    )
