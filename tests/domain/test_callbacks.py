"""Callbacks: a promise in opening hours, kept by whoever speaks to the caller on that line or tier.

The desk is open from eight to six on working days, and promises a callback within four hours.
18 November 2026 is a Wednesday, 25 December a holiday and a Friday. Times are of the city::

    Wed 17:50 accepted | closed | Thu 8:00 open ... 11:50 the four hours are over
"""

import pytest
from msgspec import structs

from streams.domain.books import books
from streams.domain.counts import SHOWN
from streams.domain.figures import figures
from streams.domain.instants import DAY, SECOND
from streams.domain.plan import Plan
from streams.domain.tally import CITY, LINE, Tally
from tests.stories import Story, at, contacts

PLAN = Plan.read(
    """
    [city]
    name = "Testburg"
    country = "BE"

    [[vendor]]
    id = "acme"
    name = "Acme Calls"

    [[hours]]
    id = "office"
    mon-fri = "08:00-18:00"

    [[line]]
    id = "waste"
    vendor = "acme"
    hours = "office"
    callback_within = "4 h"

    [[line]]
    id = "permits"
    vendor = "acme"

    [[line]]
    id = "desk"
    tier = 2

    [[line]]
    id = "summer-only"
    callback_within = "4 h"
    hours = "never"

    [[hours]]
    id = "never"
    mon = "08:00-08:01"
    """
)


def totals(*stories: Story) -> dict[str, Tally]:
    known = contacts(fact for story in stories for fact in story.facts)
    found = books(known, PLAN, at("12:00") + 90 * DAY)
    assert found.imbalance() == 0
    return found.totals


def asked(when: str, day: str = "2026-11-18", line: str = "waste") -> Story:
    """Somebody accepts a callback."""
    begun = at(when, day)
    story = Story("asked", "ann").start(begun).enter(begun, line)
    return story.leave(begun, line, "callback").hang_up(begun)


def talks(when: str, day: str, line: str = "waste", caller: str = "ann") -> Story:
    """Somebody calls, or is called, and talks."""
    begun = at(when, day)
    story = Story("talks", caller).start(begun).enter(begun, line)
    return story.answer(begun, line).hang_up(begun + 60_000_000)


def outgoing(story: Story) -> Story:
    """The same, dialled by the city."""
    event, instant = story.facts[0]
    story.facts[0] = (structs.replace(event, direction="outbound"), instant)
    return story


def kept(*stories: Story, line: str = "waste") -> int:
    return totals(*stories)[LINE + line]["callbacks_kept"]


@pytest.mark.parametrize(
    ("accepted", "answered", "is_kept"),
    [
        (("17:50", "2026-11-18"), ("8:05", "2026-11-19"), True),
        (("17:50", "2026-11-18"), ("11:50", "2026-11-19"), True),
        (("17:50", "2026-11-18"), ("11:50:01", "2026-11-19"), False),
        (("9:00", "2026-11-18"), ("13:00", "2026-11-18"), True),
        (("9:00", "2026-11-18"), ("13:00:01", "2026-11-18"), False),
        # Over a weekend; over Christmas and a weekend; accepted at night, when the line is closed.
        (("17:00", "2026-11-20"), ("11:00", "2026-11-23"), True),
        (("17:00", "2026-11-20"), ("11:00:01", "2026-11-23"), False),
        (("17:00", "2026-12-24"), ("11:00", "2026-12-28"), True),
        (("17:00", "2026-12-24"), ("11:00:01", "2026-12-28"), False),
        (("20:00", "2026-11-18"), ("12:00", "2026-11-19"), True),
        (("20:00", "2026-11-18"), ("12:00:01", "2026-11-19"), False),
    ],
)
def test_the_time_of_a_callback_runs_in_opening_hours(
    accepted: tuple[str, str], answered: tuple[str, str], is_kept: bool
) -> None:
    assert kept(asked(*accepted), talks(*answered)) == int(is_kept)


@pytest.mark.parametrize(("line", "is_kept"), [("waste", 1), ("permits", 1), ("desk", 0)])
def test_it_is_kept_on_that_line_or_tier(line: str, is_kept: int) -> None:
    """An expert of the second line is no one who keeps a promise of the first."""
    assert kept(asked("9:00"), talks("10:00", "2026-11-18", line)) == is_kept
    assert kept(asked("9:00"), outgoing(talks("10:00", "2026-11-18", line))) == is_kept


def test_of_a_second_line_only_its_own_tier_keeps_it() -> None:
    promised = asked("9:00", line="desk")
    assert kept(promised, talks("10:00", "2026-11-18", "desk"), line="desk") == 1
    assert kept(promised, talks("10:00", "2026-11-18", "waste"), line="desk") == 0


def test_an_answer_at_the_desk_and_then_on_the_line_keeps_it_when_it_comes_there() -> None:
    on = Story("talks", "ann").start("10:00").answer("10:00", "desk")
    on.leave("10:05", "desk", "transfer", to="waste").answer("10:06", "waste").hang_up("10:09")
    assert kept(asked("9:00"), on) == 1


def test_somebody_else_keeps_nothing() -> None:
    assert kept(asked("9:00"), talks("10:00", "2026-11-18", caller="bob")) == 0


def test_attempts_in_which_nobody_was_reached_are_shown() -> None:
    """Two attempts, then the caller picks up; a third that came before the promise is none."""
    stories = [asked("9:00")]
    for n, when in enumerate(("8:00", "10:00", "11:00")):
        begun = at(when)
        attempt = Story(f"attempt-{n}", "ann").start(begun).enter(begun, "waste").hang_up(begun)
        stories.append(outgoing(attempt))
    stories.append(outgoing(talks("11:30", "2026-11-18")))
    found = totals(*stories)
    for scope in (LINE + "waste", CITY):
        shown = figures(found[scope])
        assert (shown["callbacks_kept"], shown["callback_attempts"]) == (1, 2)
    assert "callback_attempts" in SHOWN


def test_where_a_line_hardly_opens_a_promise_ends_all_the_same() -> None:
    """Four hours of a minute a week are five years: after a fortnight nobody waits for it."""
    assert kept(asked("9:00", line="summer-only"), talks("9:00", "2026-12-01"), line="summer-only")
    late = talks("9:01", "2026-12-02")
    assert not kept(asked("9:00", line="summer-only"), late, line="summer-only")


# ---------------------------------------------------------------- not kept


def left(when: str, after: int = 5, caller: str | None = "ann") -> Story:
    """Somebody waits some seconds, and then accepts a callback."""
    begun = at(when)
    story = Story(f"left-{when}", caller).start(begun).enter(begun, "waste")
    ended = begun + after * SECOND
    return story.leave(ended, "waste", "callback").hang_up(ended)


def waste(*stories: Story, now: int, plan: Plan = PLAN, scope: str = LINE + "waste") -> Tally:
    known = contacts(fact for story in stories for fact in story.facts)
    return books(known, plan, now).totals[scope]


def shares(tally: Tally) -> tuple[float | None, float | None, float | None]:
    """Reachability of a line, its share of callbacks left out, its service level."""
    shown = figures(tally)
    level = shown.get("service_level", {}).get("abandons_negative")
    return shown.get("reachability"), shown.get("callback_share"), level


def test_a_callback_that_is_not_kept_is_a_miss_and_not_reached_once_its_time_is_over() -> None:
    """Accepted at 9:00:05, to be kept by 13:00:05; bob is answered at once."""
    stories = [left("9:00"), talks("9:05", "2026-11-18", caller="bob")]
    assert shares(waste(*stories, now=at("13:00:05"))) == (1.0, 0.5, 1.0)
    broken = waste(*stories, now=at("13:00:06"))
    assert shares(broken) == (0.5, 0.0, 0.5)
    assert broken["callbacks_broken"] == 1
    assert figures(broken)["waited_longer"] == 0.0
    levels = figures(broken)["service_level"]
    assert (levels["abandons_ignored"], levels["abandons_positive"]) == (0.5, 0.5)
    assert levels["answered_only"] == 1.0


def test_of_the_city_a_contact_whose_callbacks_are_all_broken_was_not_reached() -> None:
    bob = talks("9:05", "2026-11-18", caller="bob")
    for now, value in (("13:00:05", 1.0), ("13:00:06", 0.5)):
        shown = figures(waste(left("9:00"), bob, now=at(now), scope=CITY), "city")
        assert shown["reachability"] == value


def test_one_that_is_kept_stays_out_of_both() -> None:
    stories = [left("9:00"), talks("12:00", "2026-11-18")]
    assert shares(waste(*stories, now=at("18:00"))) == (1.0, 0.5, 1.0)
    assert waste(*stories, now=at("18:00"))["callbacks_broken"] == 0


def test_one_accepted_after_the_threshold_was_a_miss_already_and_is_not_reached() -> None:
    for now, found in (("13:00:40", (None, 1.0, 0.0)), ("13:00:41", (0.0, 0.0, 0.0))):
        tally = waste(left("9:00", 40), now=at(now))
        assert shares(tally) == found
        assert tally["service_offered"] == 1


def test_of_a_caller_whom_nobody_knows_nobody_can_tell() -> None:
    assert shares(waste(left("9:00", caller=None), now=at("18:00"))) == (None, 1.0, None)


def test_what_is_out_of_hours_is_no_miss() -> None:
    tally = waste(left("20:00"), now=at("9:00") + 10 * DAY)
    assert shares(tally) == (None, None, None)
    assert tally["callbacks_broken"] == 0


def test_where_a_contract_counts_them_all_as_not_reached_none_counts_twice() -> None:
    plan = Plan.read(
        """
        [city]
        contract = "strict"
        [[contract]]
        id = "strict"
        callbacks = "not_reached"
        [[contract.measure]]
        id = "m"
        figure = "service_level"
        threshold = 60
        target = 0.8
        [[line]]
        id = "waste"
        callback_within = "4 h"
        """
    )
    for scope in (LINE + "waste", CITY):
        open_, broken = (
            waste(left("9:00"), now=at(now), plan=plan, scope=scope)
            for now in ("13:00:05", "13:00:06")
        )
        judged = "contacts_judged" if scope == CITY else "reach_judged"
        assert (open_[judged], broken[judged]) == (1, 1)
        assert (open_["service_offered"], broken["service_offered"]) == (0, 1)
        assert (open_["service_offered_2"], broken["service_offered_2"]) == (0, 1)
        assert broken["callbacks_broken"] == 0


def test_two_promises_in_one_contact_are_broken_one_by_one() -> None:
    """Of the city it is one contact, not reached when both are broken."""
    twice = Story("twice", "ann").start("9:00").enter("9:00", "waste")
    twice.leave("9:00:05", "waste", "callback").choose("9:01", "waste").enter("9:01", "waste")
    twice.leave("9:10", "waste", "callback").hang_up("9:10")
    for now, broken, judged in (("13:00:06", 1, 0), ("13:10:01", 2, 1)):
        assert waste(twice, now=at(now))["callbacks_broken"] == broken
        city = waste(twice, now=at(now), scope=CITY)
        assert (city["contacts_judged"], city["contacts_reached"]) == (judged, 0)
    first = waste(twice, talks("9:05", "2026-11-18"), now=at("18:00"), scope=CITY)
    assert (first["callbacks_broken"], first["contacts_judged"]) == (1, 1)  # the one that talked
