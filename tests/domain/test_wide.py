"""Entrances and languages of the plan have what the city has; channels are kept apart."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.domain import decisions
from streams.domain.books import INTERVAL, Books, books
from streams.domain.call_events import Contact
from streams.domain.figures import figures
from streams.domain.instants import SECOND
from streams.domain.judge import judge
from streams.domain.plan import Plan, check
from streams.domain.plan.model import MOST_CHANNELS
from streams.domain.tally import CHANNEL, CITY, ENTRANCE, LANGUAGE, LINE, VENDOR, Tally
from streams.sinks.report import as_object
from tests import calls
from tests.calls import BEGIN, SPAN, Call, Told
from tests.examples import examples
from tests.stories import contacts

END = BEGIN + SPAN

PLAN = Plan.read(
    """
    [city]
    name = "Testburg"
    languages = ["nl", "fr"]
    [[contract]]
    id = "tickets"
    threshold = "15 min"
    [[contract]]
    id = "quick"
    service_level_target = 0.95
    [[entrance]]
    id = "business"
    names = { nl = "Ondernemers" }
    contract = "quick"
    [[entrance]]
    id = "summer"
    valid_until = 2026-09-01
    [[line]]
    id = "waste"
    channels = { desk = { contract = "tickets" } }
    [[line]]
    id = "permits"
    """
)


def answered(wait: float, **told: Any) -> Call:
    return Call().start(0, **told).enter(1, "waste").answer(1 + wait, "waste").hang_up(wait + 99)


def in_books(*told: Call, plan: Plan = PLAN) -> Books:
    known = contacts(
        calls.event(event, f"c{n}") for n, call in enumerate(told) for event in call.events
    )
    found = books(known, plan, END, INTERVAL)
    assert found.imbalance() == 0
    return found


def asa(found: Books, scope: str) -> float:
    speed: float = figures(found.totals[scope], "city")["average_speed_of_answer"]
    return speed


def test_a_business_entrance_has_its_own_figure_and_is_in_the_citys() -> None:
    found = in_books(answered(10, entry="business"), answered(50, entry="main"))
    assert {scope for scope in found.totals if scope.startswith(ENTRANCE)} == {
        ENTRANCE + "business",
        ENTRANCE + "other",
    }
    assert (asa(found, ENTRANCE + "business"), asa(found, ENTRANCE + "other")) == (10, 50)
    assert asa(found, CITY) == asa(found, LINE + "waste") == 30
    shown = as_object(found, {})
    assert shown["entrances"]["business"]["outcomes"]["served_at_once"] == 1
    assert shown["entrances"]["business"]["contacts"] == 1
    assert shown["entrances"]["summer"]["contacts"] == 0
    (interval,) = shown["intervals"]
    assert [*interval["entrances"]] == ["business", "other"]


def test_an_entrance_that_has_ended_is_one_of_the_others_and_so_is_who_tells_none() -> None:
    found = in_books(answered(1, entry="summer"), answered(3)).totals
    assert ENTRANCE + "summer" not in found
    assert found[ENTRANCE + "other"] == found[CITY]


def test_without_entrances_in_the_plan_there_are_none() -> None:
    plan = Plan.read('[[line]]\nid = "waste"\n')
    assert not as_object(in_books(answered(1, entry="main"), plan=plan), {})["entrances"]


def test_who_never_came_to_a_line_is_in_the_entrances_figures() -> None:
    found = in_books(Call().start(0, entry="business").hang_up(1, "busy"))
    assert found.totals[ENTRANCE + "business"] == found.totals[CITY]
    assert found.totals[CITY]["whole_refused"] == 1


def test_a_language_of_the_city_has_its_own_figure() -> None:
    found = in_books(
        answered(10, language="nl"), answered(20, language="fr"), answered(30, language="xx")
    )
    assert asa(found, LANGUAGE + "nl") == 10 and asa(found, LANGUAGE + "fr") == 20
    assert LANGUAGE + "xx" not in found.totals
    assert [*as_object(found, {})["languages"]] == ["fr", "nl"]


def test_tickets_of_a_desk_are_never_pooled_with_calls() -> None:
    """The ticket waits longer than any call may, and is in time by the contract of its own."""
    found = in_books(answered(4, channel="phone"), answered(600, channel="desk"), answered(6))
    for scope in (CITY, LINE + "waste", VENDOR + "city"):
        assert (asa(found, scope), found.totals[scope]["answered"]) == (5, 2)
    desk = as_object(found, {})["channels"]["desk"]
    assert (desk["average_speed_of_answer"], desk["contacts"], desk["answered"]) == (600, 1, 1)
    assert desk["service_level"]["abandons_negative"] == 1.0
    assert [*as_object(found, {})["channels"]] == ["desk"]


def test_a_line_without_such_a_contract_judges_tickets_by_its_own() -> None:
    late = Call().start(0, channel="desk").enter(1, "permits").answer(60, "permits").hang_up(99)
    desk = as_object(in_books(late), {})["channels"]["desk"]
    assert desk["service_level"]["abandons_negative"] == 0.0


def test_channels_that_the_plan_does_not_name_are_one() -> None:
    found = in_books(*(answered(n, channel=f"c{n}") for n in range(1, 30)))
    assert {*found.totals} == {CITY, CHANNEL + "other"}
    assert found.totals[CITY] == Tally()
    assert found.totals[CHANNEL + "other"]["contacts"] == 29


def test_a_ticket_decides_nothing_of_a_telephone_line_and_makes_no_repeat_caller() -> None:
    known = contacts(
        calls.event(event, "c") for event in Call().start(0, channel="desk", caller="ann")
        .enter(1, "permits").hang_up(400).events
    )  # fmt: skip
    (piece,) = known[0].pieces()
    outcome = judge(piece, PLAN, END)
    assert outcome is not None
    assert decisions.told("c", piece, PLAN, outcome, END) == []
    later = Call(BEGIN + 900 * SECOND).start(0, caller="ann").hang_up(9)
    ticket = Call().start(0, channel="desk", caller="ann").enter(1, "permits").hang_up(400)
    assert in_books(ticket, later).totals[CITY]["repeat_callers"] == 0


WAYS = ("entry", "language", "channel")


@st.composite
def told_by_ways(draw: st.DrawFn) -> list[Told]:
    words = {
        "entry": st.sampled_from((None, "business", "main")),
        "language": st.sampled_from((None, "nl", "xx")),
        "channel": st.sampled_from((None, None, "phone", "desk", "fax")),
    }
    told = {way: word for way in WAYS if (word := draw(words[way])) is not None}
    # Nobody's name: people are distinct in each scope, and no sum over entrances.
    return [{**event, "caller": None, **told} for event in draw(calls.plausible())]


PLAUSIBLE = Plan.read(
    '[city]\nname = "T"\nlanguages = ["nl"]\n[[entrance]]\nid = "business"\n'
    + "".join(f'[[line]]\nid = "{line}"\n' for line in calls.LINES)
)


@settings(max_examples=examples(50))
@given(st.lists(told_by_ways(), min_size=1, max_size=6), st.integers(0, 30_000))
def test_each_scope_has_what_the_city_would_have_of_its_calls_alone(
    each: list[list[Told]], later: int
) -> None:
    """By brute force: the calls of one entrance, language or channel alone, told as if there were
    no other, are the city's."""
    now = BEGIN + later * SECOND
    known = [
        contacts(calls.event(event, f"c{n}") for event in events) for n, events in enumerate(each)
    ]
    whole = books([one for some in known for one in some], PLAUSIBLE, now)
    assert whole.imbalance() == 0

    def alone(wanted: dict[str, str | None], without: tuple[str, ...]) -> Tally:
        chosen = [
            {key: value for key, value in event.items() if key not in without} | {"nth": n}
            for n, events in enumerate(each)
            for event in events
            if all((events[0].get(way) or "phone") == word for way, word in wanted.items())
        ]
        told: list[Contact] = contacts(
            calls.event({k: v for k, v in event.items() if k != "nth"}, f"c{event['nth']}")
            for event in chosen
        )
        return books(told, PLAUSIBLE, now).totals[CITY]

    entrances = Tally()
    for scope in (ENTRANCE + "business", ENTRANCE + "other"):
        entrances.plus(whole.totals.get(scope, Tally()))
    assert entrances == whole.totals[CITY]

    def of(scope: str) -> Tally:
        return whole.totals.get(scope, Tally())

    assert of(CITY) == alone({"channel": "phone"}, ())
    assert of(ENTRANCE + "business") == alone({"channel": "phone", "entry": "business"}, ())
    assert of(LANGUAGE + "nl") == alone({"channel": "phone", "language": "nl"}, ())
    for channel, word in (("desk", "desk"), ("other", "fax")):
        wanted = alone({"channel": word}, ("channel",))
        assert of(CHANNEL + channel) == wanted


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('channels = { phone = { contract = "default" } }', "is no channel but the telephone"),
        ("channels = { desk = {} }", "`contract` is missing"),
        ('channels = { desk = { contract = "none" } }', 'no contract "none"'),
        ('channels = { desk = { contract = "default", tier = 2 } }', 'unknown key "tier"'),
        ('channels = { "a|b" = { contract = "default" } }', "is no channel"),
        (
            "channels = { "
            + ", ".join(f'c{n} = {{ contract = "default" }}' for n in range(MOST_CHANNELS + 1))
            + " }",
            "are 11, at most 10",
        ),
        ('[[entrance]]\nid = "other"', '"other" is what all entrances'),
        ('[[entrance]]\nid = "e"\ncontract = "none"', 'no contract "none"'),
        ('[[entrance]]\nid = "e"\nnames = { sv = "Ingang" }', "is none of the city's languages"),
        ('[[entrance]]\nid = "e"\n[[entrance]]\nid = "e"', '"e" is there twice'),
    ],
)
def test_what_a_plan_cannot_say_of_them(text: str, says: str) -> None:
    found = check('[city]\nlanguages = ["nl"]\n[[line]]\nid = "waste"\n' + text)
    assert any(says in str(each) for each in found), found
