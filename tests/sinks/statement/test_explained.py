"""Who asks why a figure is what it is sees every visit behind it: as JSON, as CSV, as text."""

import csv
import io

import pytest

from streams.domain.instants import MINUTE
from streams.domain.statement.explanation import explain
from streams.sinks.statement import explained
from streams.sinks.statement.explained import Counted, Explanation, Measured, Visit
from streams.sinks.statement.writing import Writing
from tests.statements import plan
from tests.stories import Story, at

CONTRACT = """
    [[contract.measure]]
    id = "in-time"
    figure = "service_level"
    target = 0.80
    [[contract.measure]]
    id = "asa"
    figure = "average_speed_of_answer"
    target = 30
    [[contract.exclusion]]
    id = "down"
    kind = "cause"
    causes = ["blocked"]
    reason = "An agreed outage"
"""
LINES = """
[[line]]
id = "waste"
vendor = "acme"
[[line]]
id = "desk"
vendor = "next"
"""
PLAN = plan(CONTRACT, LINES)
ANSWERED = (
    Story("c1", caller="ab12")
    .start("9:00")
    .choose("9:00:05", "waste")
    .enter("9:00:10", "waste", 0)
    .answer("9:00:22.5", "waste", 0)
    .leave("9:02", "waste", "transfer", 0, "desk")
    .enter("9:02", "desk", 1)
    .answer("9:02:01", "desk", 1)
    .hang_up("9:03")
)
GONE = Story("c2").start("9:01").enter("9:01:10", "waste").leave("9:03", "waste", "full")


def _explained(line: str = "waste", *stories: Story) -> Explanation:
    span = at("9:00"), at("9:15")
    contacts = [story.contact() for story in stories or (ANSWERED, GONE)]
    found, tally = explain(contacts, PLAN, line, *span, at("12:00"))
    return explained.explain(line, *span, found, tally)


def _text(of: Explanation, language: str = "en") -> str:
    return explained.as_text(of, Writing(language, "Europe/Brussels"))


def test_a_visit_is_shown_with_its_facts_and_what_it_has_not_is_null() -> None:
    first, second = _explained().visits
    assert (first.call_id, first.caller, first.visit) == ("c1", "ab12", 0)
    assert (first.vendor, first.contract, first.in_hours) == ("acme", "paid", True)
    assert (first.started, first.chosen, first.entered) == (
        "2026-11-18T09:00:00Z",
        "2026-11-18T09:00:05Z",
        "2026-11-18T09:00:10Z",
    )
    assert first.begun == first.chosen and first.transferred is None
    assert (first.answered, first.wait) == ("2026-11-18T09:00:22.500000Z", 12.5)
    assert (second.caller, second.visit, second.chosen, second.answered) == (None,) * 4
    assert (second.disposition, second.ended) == ("blocked", "2026-11-18T09:03:00Z")


def test_a_transfer_is_a_beginning_and_the_choice_of_another_line_is_none() -> None:
    (passed_on,) = _explained("desk").visits
    assert passed_on.begun == passed_on.transferred == "2026-11-18T09:02:00Z"
    assert passed_on.chosen is None and passed_on.started == "2026-11-18T09:00:00Z"
    assert passed_on.vendor == "next"


def test_each_measure_says_how_a_visit_counts_and_what_leaves_it_out() -> None:
    first, second = _explained().visits
    assert first.counted == [
        Counted(
            measure="in-time", figure="service_level", verdict="hit", why="in_time", excluded_by=[]
        ),
        Counted(
            measure="asa",
            figure="average_speed_of_answer",
            verdict="hit",
            why="answered",
            excluded_by=[],
        ),
    ]
    in_time, asa = second.counted
    assert (in_time.verdict, in_time.excluded_by) == ("miss", ["down"])
    assert (asa.verdict, asa.excluded_by) == ("outside", [])


def test_the_measures_are_the_sums_of_the_visits_and_the_books_count_them() -> None:
    of = _explained()
    assert of.measures == {
        "in-time": Measured(figure="service_level", part=1, whole=2, value=0.5),
        "asa": Measured(figure="average_speed_of_answer", part=12.5, whole=1, value=12.5),
    }
    assert (of.books["line_offered"], of.books["blocked"]) == (2, 1)
    assert (of.line, of.since, of.until) == (
        "waste",
        "2026-11-18T09:00:00Z",
        "2026-11-18T09:15:00Z",
    )


def test_csv_has_a_row_per_visit_and_a_column_per_measure() -> None:
    text = explained.as_csv(_explained())
    assert text.endswith("\n") and "\r" not in text
    first, second = csv.DictReader(io.StringIO(text))
    facts = [name for name in Visit.__struct_fields__ if name not in ("counted", "walk")]
    assert list(first) == [*facts, "in-time", "asa"]
    assert (first["call_id"], first["wait"], first["in-time"]) == ("c1", "12.5", "hit: in_time")
    assert (second["visit"], second["answered"]) == ("", "")
    assert second["in-time"] == "miss: blocked (excluded by down)"
    assert second["asa"] == "outside: blocked"


def test_where_there_is_no_visit_csv_is_empty_and_text_says_so() -> None:
    nothing = _explained("waste", Story("c3").start("8:00").hang_up("8:01"))
    assert explained.as_csv(nothing) == "\n"
    assert "No visit began there." in _text(nothing)


def test_text_tells_each_call_in_the_order_in_which_it_happened() -> None:
    lines = _text(_explained()).replace("\N{NO-BREAK SPACE}", " ").splitlines()
    assert lines == [
        "waste, from 2026-11-18 10:00+01:00 until 2026-11-18 10:15+01:00: 2 visits",
        "",
        "c1, began 2026-11-18 10:00:00+01:00, ab12",
        "    10:00:00.000  the call begins (in the menu): the contact begins",
        "    10:00:05.000  waste is chosen (in the menu): a visit begins",
        "    10:00:10.000  the queue of waste is entered (on its way to waste): waits",
        "    10:00:22.500  somebody answers at waste (waiting at waste): the visit is answered",
        "    10:02:00.000  waste is left: transfer to desk (talking at waste): the visit is left",
        "    10:02:00.000  the queue of desk is entered (on its way to desk): waits",
        "    10:02:01.000  somebody answers at desk (waiting at desk): the visit is answered",
        "    10:03:00.000  hang-up: normal end (talking at desk): the contact is over",
        "  Visit 0 to waste",
        "    10:00:00.000 call began, 10:00:05.000 line chosen, 10:00:10.000 queue entered, "
        "10:00:22.500 answered, 10:02:00.000 ended",
        "    Answered, waited 12.5 s",
        "    in-time: counts for: answered in time",
        "    asa: counts with its wait: answered",
        "",
        "c2, began 2026-11-18 10:01:00+01:00",
        "    10:01:00.000  the call begins (in the menu): the contact begins",
        "    10:01:10.000  the queue of waste is entered (in the menu): waits",
        "    10:03:00.000  waste is left: queue full (waiting at waste): the visit is left",
        "  Visit to waste",
        "    10:01:00.000 call began, 10:01:10.000 queue entered, 10:03:00.000 ended",
        "    Blocked, waited 110.0 s",
        "    in-time: counts against: refused, the queue was full; left out by down",
        "    asa: does not count: refused, the queue was full",
        "",
        "in-time: 1 of 2, 50.00 %, before exclusions",
        "asa: 12.5 s, 1 answered, 12.50 s, before exclusions",
    ]


@pytest.mark.parametrize("language", ["en", "nl"])
def test_a_terminal_is_not_shown_where_long_words_may_be_parted(language: str) -> None:
    assert "\N{SOFT HYPHEN}" not in _text(_explained(), language)


def test_a_visit_that_nobody_can_judge_yet_says_so() -> None:
    waiting = Story("c4").start("9:00").enter("9:00:10", "waste")
    span = at("9:00"), at("9:15")
    found, tally = explain([waiting.contact()], PLAN, "waste", *span, at("9:00:10") + MINUTE // 6)
    of = explained.explain("waste", *span, found, tally)
    (visit,) = of.visits
    verdicts = {each.measure: each.verdict for each in visit.counted}
    assert verdicts["in-time"] == "undecided" and visit.ended is None
    assert "in-time: not decided yet" in _text(of)
    assert of.measures["in-time"].value is None
