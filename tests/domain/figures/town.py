"""A town whose calls the figures are told by: its lines, its calls, and what they come to."""

from typing import Any

from streams.domain.books import books
from streams.domain.figures import figures
from streams.domain.instants import MINUTE, SECOND
from streams.domain.plan import Plan
from streams.domain.tally import CITY, LINE, Tally
from tests.stories import Story, at, contacts

PLAN = Plan.read(
    """
    [city]
    name = "Testburg"

    [[vendor]]
    id = "acme"
    name = "Acme Calls"

    [[line]]
    id = "waste"
    vendor = "acme"
    callback_within = "2h"

    [[line]]
    id = "permits"
    vendor = "acme"

    [[line]]
    id = "desk"
    tier = 2

    [[line]]
    id = "archive"
    tier = 3

    [[line]]
    id = "form"
    tier = 2
    permanence = "none"
    """
)
LATE = at("23:00")


def whole(*stories: Story, now: int = LATE) -> dict[str, Tally]:
    facts = [fact for story in stories for fact in story.facts]
    found = books(contacts(facts), PLAN, now)
    assert found.imbalance() == 0
    return found.totals


def line(*stories: Story, line: str = "waste", now: int = LATE) -> dict[str, Any]:
    return figures(whole(*stories, now=now)[LINE + line])


def city(*stories: Story, now: int = LATE) -> dict[str, Any]:
    return figures(whole(*stories, now=now)[CITY], "city")


def call(call_id: str, when: str = "9:00", caller: str | None = None) -> Story:
    """A call that comes to the queue of `waste` 15 s after its start."""
    start = at(when)
    story = Story(call_id, caller).start(start).choose(start + 10 * SECOND, "waste")
    return story.enter(start + 15 * SECOND, "waste")


def answered(call_id: str, when: str = "9:00", caller: str | None = None, wait: int = 5) -> Story:
    return call(call_id, when, caller).answer(at(when) + (15 + wait) * SECOND, "waste")


def in_vain(call_id: str, when: str = "9:00", caller: str | None = None) -> Story:
    return call(call_id, when, caller).hang_up(at(when) + 2 * MINUTE)


def moved(call_id: str, to: str) -> Story:
    """Answered by `waste` and transferred at 9:05."""
    return answered(call_id).leave("9:05", "waste", "transfer", to=to)
