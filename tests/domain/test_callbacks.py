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
from streams.domain.instants import DAY
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
