"""What departments carry: passed on by whom, answered, sent back, for how long; and their forms.

Desk takes urgent calls only, archive takes none: a form stands for whoever is passed on to it.
"""

from typing import Any

import msgspec
import pytest

from streams.domain.books import Books, books
from streams.domain.departments import CARRIED
from streams.domain.instants import HOUR, SECOND
from streams.domain.plan import Plan
from streams.sinks.report import as_object, departments_table
from tests.stories import Story, at, contacts

PLAN = Plan.read(
    """
    [[vendor]]
    id = "acme"
    [[line]]
    id = "waste"
    vendor = "acme"
    [[line]]
    id = "other"
    [[line]]
    id = "desk"
    tier = 2
    permanence = "urgent_only"
    [[line]]
    id = "archive"
    tier = 2
    permanence = "none"
    callback_within = "4 h"
    [[line]]
    id = "expert"
    tier = 3
    """
)
LATER = at("0:00", "2026-11-20")


def _told(*stories: Story, now: int = LATER) -> Books:
    return books([story.contact() for story in stories], PLAN, now)


def _shown(*stories: Story, now: int = LATER) -> tuple[dict[str, Any], dict[str, Any]]:
    shown = as_object(_told(*stories, now=now), {})
    return shown["departments"], shown["second_line"]


def _counts(found: dict[str, Any]) -> dict[str, int]:
    return {name: found[name] for name in CARRIED if found[name]}


def _to(
    line: str,
    call_id: str = "c1",
    first: str = "waste",
    urgent: bool | None = None,
    caller: str | None = None,
    begun: str = "9:00",
) -> Story:
    """A caller who is answered at a first line, and passed on after a minute."""
    story = Story(call_id, caller=caller)
    begin = at(begun)
    story.start(begin).enter(begin + SECOND, first).answer(begin + 2 * SECOND, first)
    story.leave(begin + 60 * SECOND, first, "transfer", to=line)
    if urgent is not None:
        event, when = story.facts[-1]
        story.facts[-1] = msgspec.structs.replace(event, urgent=urgent), when
    return story


def test_a_department_by_who_passed_calls_on_to_it() -> None:
    """Two by acme, of which one is answered after 5 s for a minute; one by the city, answered late
    for half a minute."""
    answered = _to("desk").enter("9:01", "desk").answer("9:01:05", "desk").hang_up("9:02:05")
    gone = _to("desk", "c2").enter("9:01", "desk").hang_up("9:03")
    late = _to("desk", "c3", "other").enter("9:01", "desk").answer("9:01:30", "desk")
    by_line, _ = _shown(answered, gone, late.hang_up("9:02"))
    desk = by_line["desk"]
    assert _counts(desk) == {"passed_on": 3, "answered": 2, "judged": 3, "within": 1}
    assert (desk["minutes"], desk["availability"]) == (1.5, 1 / 3)
    assert {vendor: part["minutes"] for vendor, part in desk["vendors"].items()} == {
        "acme": 1.0,
        "city": 0.5,
    }
    assert desk["vendors"]["acme"]["availability"] == 0.5


def test_who_is_sent_back_was_answered_and_helped_nobody() -> None:
    back = _to("desk").enter("9:01", "desk").answer("9:01:05", "desk")
    back.leave("9:02", "desk", "transfer", to="waste").enter("9:02", "waste").hang_up("9:03")
    onward = _to("desk", "c2").enter("9:01", "desk").answer("9:01:05", "desk")
    onward.leave("9:02", "desk", "transfer", to="expert").enter("9:02", "expert").hang_up("9:03")
    by_line, by_tier = _shown(back, onward)
    assert (by_line["desk"]["answered"], by_line["desk"]["bounced_back"]) == (2, 1)
    assert by_line["desk"]["bounced_share"] == 0.5
    assert set(by_line) == {"desk", "expert"}
    assert [by_tier[tier]["passed_on"] for tier in ("2", "3")] == [2, 1]
    assert by_line["expert"]["vendors"]["acme"]["passed_on"] == 1, "the vendor that was first"


def test_where_only_urgent_calls_are_taken_these_have_a_share_of_their_own() -> None:
    urgent = _to("desk", urgent=True).enter("9:01", "desk").answer("9:01:05", "desk")
    waiting = _to("desk", "c2", urgent=True).enter("9:01", "desk").hang_up("9:04")
    not_so = _to("desk", "c3", urgent=False).enter("9:01", "desk").hang_up("9:04")
    untold = _to("desk", "c4").enter("9:01", "desk").answer("9:01:05", "desk")
    _, by_tier = _shown(urgent.hang_up("9:05"), waiting, not_so, untold.hang_up("9:05"))
    found = by_tier["2"]["permanence"]["urgent_only"]
    assert [found[name] for name in ("urgent", "urgent_judged", "urgent_within")] == [2, 2, 1]
    assert (found["urgent_availability"], found["availability"]) == (0.5, 0.5)
    assert set(by_tier["2"]["permanence"]) == {"urgent_only"}


@pytest.mark.parametrize(
    ("caller", "again", "now", "became"),
    [
        ("ann", None, at("10:00"), "forms_open"),
        (None, None, at("10:00"), "forms_open"),
        ("ann", None, at("9:01") + 4 * HOUR, "forms_open"),
        ("ann", None, at("9:01") + 4 * HOUR + 1, "forms_overdue"),
        (None, None, LATER, "forms_overdue"),
        ("ann", ("desk", "13:00"), LATER, "forms_kept"),
        ("ann", ("desk", "13:02"), LATER, "forms_overdue"),
        ("ann", ("waste", "10:00"), LATER, "forms_overdue"),
        ("bob", ("desk", "10:00"), LATER, "forms_overdue"),
        (None, ("desk", "10:00"), LATER, "forms_overdue"),
    ],
)
def test_a_form_is_open_kept_or_overdue(
    caller: str | None, again: tuple[str, str] | None, now: int, became: str
) -> None:
    """It has four hours: until 13:01. Ann is called back, or calls again, on a line of its tier."""
    told = [_to("archive", caller=caller).hang_up("9:01:01")]
    if again is not None:
        line, when = again
        second = Story("c2", caller="ann").start(when).enter(when, line).answer(when, line)
        told.append(second.hang_up(at(when) + 60 * SECOND))
    by_line, _ = _shown(*told, now=now)
    found = by_line["archive"]
    assert _counts(found) == {"passed_on": 1, "forms": 1, became: 1}
    assert "availability" not in found


def test_what_is_still_open_is_not_judged() -> None:
    waiting = _to("desk").enter("9:01", "desk")
    by_line, _ = _shown(waiting, now=at("9:01:10"))
    assert _counts(by_line["desk"]) == {"passed_on": 1, "open": 1}


def test_first_lines_choices_and_overflows_are_none() -> None:
    wrong = _to("other").enter("9:01", "other").answer("9:01:05", "other").hang_up("9:02")
    dialled = Story("c2").start("9:00").choose("9:00:05", "desk").enter("9:00:06", "desk")
    overflow = Story("c3").start("9:00").enter("9:00:05", "waste")
    overflow.leave("9:01", "waste", "overflow").enter("9:01", "desk").hang_up("9:02")
    assert _shown(wrong, dialled.hang_up("9:02"), overflow) == ({}, {})
    assert departments_table(_told(wrong), PLAN) == ""


def test_the_order_of_the_events_does_not_matter() -> None:
    back = _to("desk").enter("9:01", "desk").answer("9:01:05", "desk")
    back.leave("9:02", "desk", "transfer", to="waste").enter("9:02", "waste").hang_up("9:03")
    form = _to("archive", "c2", caller="ann").hang_up("9:01:01")
    facts = [*back.facts, *form.facts]
    straight, reversed_ = (
        as_object(books(contacts(told), PLAN, LATER), {}) for told in (facts, facts[::-1])
    )
    assert straight["departments"] == reversed_["departments"]
    assert straight["second_line"] == reversed_["second_line"]


def test_the_table_has_a_row_per_department_and_vendor() -> None:
    answered = _to("desk").enter("9:01", "desk").answer("9:01:05", "desk").hang_up("9:02:05")
    form = _to("archive", "c2", "other").hang_up("9:01:01")
    table = departments_table(_told(answered, form), PLAN)
    rows = [row.split() for row in table.splitlines()[2:]]
    assert rows == [
        ["archive", "1", "0", "0", "0", "-", "0", "1", "0", "0", "1"],
        ["city", "1", "0", "0", "0", "-", "0", "1", "0", "0", "1"],
        ["desk", "1", "0", "1", "0", "100.0%", "1", "0", "0", "0", "0"],
        ["acme", "1", "0", "1", "0", "100.0%", "1", "0", "0", "0", "0"],
    ]
