"""Somebody's own calls, whole: found by caller or call id, in a span, and how each visit counts.

Anna calls twice on Wednesday, and once the day before; Bert's call has nothing to do with hers::

    Tue 23:59  anna  waste, answered at 00:00:30 on Wednesday
    Wed  9:00  anna  waste, answered, passed on to desk, hangs up there
         9:10  bert  waste, answered
        10:00  anna  waste, accepts a callback
        10:30  the city calls anna from waste, answered
"""

from streams.domain.contact import MOST_EVENTS
from streams.domain.events import CallStart
from streams.domain.figures.measure import HIT, MISS
from streams.domain.instants import SECOND
from streams.domain.plan import Plan
from streams.domain.statement.contacts_explained import (
    explain_contacts,
    of_call,
    of_caller,
)
from tests.stories import Story, at, contacts

PLAN = Plan.read(
    """
    [city]
    contract = "paid"

    [[contract]]
    id = "paid"
        [[contract.measure]]
        id = "in-time"
        figure = "service_level"
        target = 0.8
        [[contract.measure]]
        id = "kept"
        figure = "callbacks_kept"
        target = 0.8
        [[contract.exclusion]]
        id = "too-many"
        kind = "volume"
        above = 1.0
        lines = ["waste"]
        measures = ["in-time"]
        reason = "More than was agreed"

    [[line]]
    id = "waste"
    expected_per_hour = 2

    [[line]]
    id = "desk"
    tier = 2
    """
)
EVE = at("23:59", "2026-11-17")
OVER_MIDNIGHT = (
    Story("anna-0", caller="anna")
    .start(EVE)
    .enter(EVE + SECOND, "waste")
    .answer("0:00:30", "waste")
    .hang_up("0:01")
)
PASSED_ON = (
    Story("anna-1", caller="anna")
    .start("9:00")
    .enter("9:00:05", "waste")
    .answer("9:00:15", "waste")
    .leave("9:01", "waste", "transfer", to="desk")
    .enter("9:01:01", "desk")
    .hang_up("9:05")
)
OF_BERT = (
    Story("bert-1", caller="bert")
    .start("9:10")
    .enter("9:10:05", "waste")
    .answer("9:10:15", "waste")
    .hang_up("9:11")
)
PROMISED = (
    Story("anna-2", caller="anna")
    .start("10:00")
    .enter("10:00:05", "waste")
    .leave("10:02", "waste", "callback")
    .hang_up("10:02:01")
)
DAY = at("0:00"), at("0:00", "2026-11-19")


def _outgoing() -> Story:
    story = Story("city-1", caller="anna")
    begin = at("10:30")
    story._add(CallStart, begin, caller="anna", direction="outbound")
    return story.enter("10:30:01", "waste").answer("10:30:02", "waste").hang_up("10:31")


ALL = [*map(Story.contact, (OVER_MIDNIGHT, PASSED_ON, OF_BERT, PROMISED, _outgoing()))]
LATER = at("0:00", "2026-11-25")


def test_all_calls_of_a_caller_in_their_order_and_no_other() -> None:
    found = explain_contacts(ALL, PLAN, of_caller({"anna"}), *DAY, LATER)
    assert [(each.call_id, each.became) for each in found] == [
        ("anna-0", "served_at_once"),
        ("anna-1", "dead_end"),
        ("anna-2", "callback"),
        ("city-1", "outgoing"),
    ]
    assert [len(each.visits) for each in found] == [1, 2, 1, 1]
    assert [len(each.walk) for each in found] == [4, 6, 4, 4]


def test_a_call_that_goes_on_over_midnight_is_one_of_both_days() -> None:
    for begin, end in (("2026-11-17", "2026-11-18"), ("2026-11-18", "2026-11-19")):
        span = at("0:00", begin), at("0:00", end)
        found = explain_contacts(ALL, PLAN, of_caller({"anna"}), *span, LATER)
        assert "anna-0" in [each.call_id for each in found]
    span = at("0:01:01"), at("9:00")
    assert not explain_contacts(ALL, PLAN, of_caller({"anna"}), *span, LATER)


def test_each_visit_counts_as_on_the_statement() -> None:
    _, passed_on, promised, outgoing = explain_contacts(ALL, PLAN, of_caller({"anna"}), *DAY, LATER)
    (_, at_waste), (_, at_desk) = passed_on.visits
    assert [each.verdict for each in at_waste] == [HIT, "outside"]
    assert [each.verdict for each in at_desk] == [MISS, "outside"]
    ((_, at_promise),) = promised.visits
    assert [each.why for each in at_promise][1] == "callback_kept"
    assert [counted for _, counted in outgoing.visits] == [()]


def test_what_is_above_the_agreed_volume_is_excluded_with_all_calls_of_the_hour() -> None:
    """Two an hour were agreed at waste; three came after nine, and one after ten."""
    third = Story("c3").enter("9:50", "waste").answer("9:50:05", "waste").hang_up("9:51")
    calls = [*ALL, third.contact()]
    _, passed_on, promised, _ = explain_contacts(calls, PLAN, of_caller({"anna"}), *DAY, LATER)
    (_, (in_time, _)), (_, (at_desk, _)) = passed_on.visits
    assert in_time.excluded == ("too-many",)
    assert at_desk.excluded == ()
    ((_, (of_promised, _)),) = promised.visits
    assert of_promised.excluded == ()


def test_a_call_by_its_id_whenever_it_was() -> None:
    ever = -(2**62), 2**62
    (found,) = explain_contacts(ALL, PLAN, of_call("bert-1"), *ever, LATER)
    assert (found.became, len(found.visits)) == ("served_at_once", 1)
    assert not explain_contacts(ALL, PLAN, of_call("bert-2"), *ever, LATER)


def test_an_id_that_was_used_again_shows_the_caller_only_their_own() -> None:
    evening = Story("anna-1", caller="bert").start("23:00").hang_up("23:00:30")
    (both,) = contacts([*PASSED_ON.facts, *evening.facts])
    for caller, begun in (("anna", at("9:00")), ("bert", at("23:00"))):
        (found,) = explain_contacts([both], PLAN, of_caller({caller}), *DAY, LATER)
        assert found.outcome.begun == begun


def test_a_call_of_too_many_events_is_found_and_not_followed() -> None:
    story = Story("many", caller="anna").start("9:00")
    for n in range(MOST_EVENTS + 1):
        story.enter(at("9:00") + n * SECOND, "waste")
    (found,) = explain_contacts([story.contact()], PLAN, of_caller({"anna"}), *DAY, LATER)
    assert (found.became, found.visits, found.walk) == ("too_many_events", (), [])


def test_a_hang_up_alone_is_told_by_its_id() -> None:
    alone = Story("alone").hang_up("9:00").contact()
    (found,) = explain_contacts([alone], PLAN, of_call("alone"), *DAY, LATER)
    assert found.became == "orphans"


def test_nothing_is_known_that_comes_after_the_instant_asked_for() -> None:
    (found,) = explain_contacts(
        [PASSED_ON.contact()], PLAN, of_caller({"anna"}), *DAY, at("9:00:30")
    )
    assert (found.became, len(found.walk)) == ("open", 3)
    assert not explain_contacts([PASSED_ON.contact()], PLAN, of_caller({"anna"}), *DAY, at("8:59"))
