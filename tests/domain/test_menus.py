"""The menu laboratory: two versions of the spoken menu, and what each did to who heard it."""

from typing import Any

import pytest

from streams.domain.books import books
from streams.domain.menus import MOST_SHOWN
from streams.domain.plan import Plan, check
from streams.sinks.report import as_object
from tests import calls
from tests.calls import BEGIN, SPAN, Call
from tests.stories import contacts

LINES = "".join(
    f'[[line]]\nid = "{line}"\noption = "{n}"\n' for n, line in enumerate(("waste", "desk"), 1)
)
LINES += '[[line]]\nid = "expert"\ntier = 2\n'
MENUS = """
[[menu]]
id = "long"
valid_until = 2026-11-19
seconds = 80
[[menu]]
id = "short"
valid_from = 2026-11-19
seconds = 13
keys = { 7 = "waste", 8 = "desk" }
"""


def menus(*told: Call, plan: str = LINES + MENUS) -> dict[str, Any]:
    known = contacts(calls.event(e, f"c{n}") for n, each in enumerate(told) for e in each.events)
    found: dict[str, Any] = as_object(books(known, Plan.read(plan), BEGIN + SPAN), {})["menus"]
    return found


def chose(line: str, heard: float = 20, begin: int = BEGIN, **told: Any) -> Call:
    call = Call(begin).start(0).choose(heard, line, **told).enter(heard + 1, line)
    return call.answer(heard + 5, line)


def passed_on(line: str, to: str, **told: Any) -> Call:
    return chose(line, **told).leave(60, line, "transfer", to=to).enter(61, to).hang_up(99)


def test_who_heard_it_chose_hung_up_or_did_nothing() -> None:
    found = menus(
        chose("waste", 10.2, menu="short").hang_up(99),
        Call().start(0, menu="short").hang_up(4.5),
        Call().start(0, menu="short").hang_up(5),
        Call().start(0, menu="short").enter(20, "waste").hang_up(30),
        Call().start(0, menu="short").choose(3, "desk").choose(6, "waste").enter(7, "waste"),
        Call().start(0, menu="short").hang_up(1, "busy"),
    )["short"]
    assert (found["contacts"], found["chose"], found["hung_up"]) == (5, 2, 2)
    assert (found["chose_nothing"], found["chose_again"], found["open_in_menu"]) == (1, 1, 0)
    assert found["menu_abandonment"] == 2 / 5 and found["chose_again_share"] == 1 / 5
    assert found["menu_time"] == (10.2 + 3) / 2
    assert found["menu_time_of_hung_up"] == 4.75
    assert found["hung_up_by_second"] == {"5": 2}
    assert found["menu_time_quantiles"]["p50"] == 3
    assert found["seconds"] == 13


def test_a_choice_is_wrong_that_leads_to_another_first_line() -> None:
    found = menus(
        passed_on("desk", "waste", menu="short"),
        passed_on("desk", "expert", menu="short"),
        chose("waste", menu="short").hang_up(99),
        Call().start(0, menu="short").choose(9, "waste").enter(10, "waste").hang_up(99),
    )["short"]
    assert (found["answered"], found["wrong_choices"], found["wrong_choice"]) == (3, 1, 1 / 3)
    assert found["keys"] == {
        "7": {"chosen": 2, "answered": 1, "wrong_choices": 0, "chosen_share": 0.5,
              "wrong_choice": 0.0},
        "8": {"chosen": 2, "answered": 2, "wrong_choices": 1, "chosen_share": 0.5,
              "wrong_choice": 0.5},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("told", "key"),
    [
        (chose("waste", menu="short", option="9"), "9"),  # what was pressed
        (chose("waste", menu="short"), "7"),  # what the version says
        (chose("waste", menu="long"), "1"),  # what the line says
        (chose("expert", menu="short"), "expert"),
    ],
)
def test_the_key_of_a_choice(told: Call, key: str) -> None:
    found = menus(told)
    assert [key for menu in found.values() for key in menu["keys"]] == [key]


def test_a_contact_that_tells_none_heard_the_one_in_force() -> None:
    """The short one began a day after BEGIN."""
    found = menus(chose("waste"), chose("waste", begin=BEGIN + 86_400_000_000))
    assert (found["long"]["contacts"], found["short"]["contacts"]) == (1, 1)


def test_a_version_that_the_plan_does_not_name_is_not_shown() -> None:
    found = menus(chose("waste", menu="of-another-city"))
    assert [*found] == ["long", "short"]
    assert {menu["contacts"] for menu in found.values()} == {0}


def test_without_menus_in_the_plan_those_told_most_are_shown() -> None:
    told = [chose("waste", menu=f"m{n:02}") for n in range(MOST_SHOWN + 5)]
    told += [chose("waste", menu="z"), chose("waste", menu="z"), chose("waste")]
    found = menus(*told, plan=LINES)
    assert len(found) == MOST_SHOWN and found["z"]["contacts"] == 2
    assert menus(chose("waste"), plan=LINES) == {}


def test_who_hangs_up_at_once_and_who_brings_a_ticket_hears_no_menu() -> None:
    found = menus(
        Call().start(0, menu="short").hang_up(1),
        chose("waste", menu="short", channel="desk"),
        Call().start(0, menu="short", direction="outbound").hang_up(9),
        plan="[city]\nnuisance_seconds = 3\n" + LINES + MENUS,
    )["short"]
    assert found["contacts"] == 0
    assert "menu_abandonment" not in found and "menu_time" not in found


def test_a_choice_before_the_start_was_heard_for_nobody_knows_how_long() -> None:
    found = menus(Call().start(10, menu="short").choose(5, "waste").enter(11, "waste"))["short"]
    assert found["chose"] == 1 and "menu_time" not in found


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('[[menu]]\nid = "m"\nkeys = { 1 = "nowhere" }', 'no line "nowhere"'),
        ('[[menu]]\nid = "m"\nkeys = { a = "waste" }', "can't be dialled"),
        ('[[menu]]\nid = "m"\nseconds = 0', "0 is not from 1 s to 1 h"),
        ('[[menu]]\nid = "m"\n[[menu]]\nid = "m"', '"m" is there twice'),
        ("[[menu]]\nseconds = 13", "`id` is missing"),
    ],
)
def test_what_a_plan_cannot_say_of_a_menu(text: str, says: str) -> None:
    found = check(LINES + text)
    assert any(says in str(each) for each in found), found
