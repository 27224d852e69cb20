"""Why calls are counted as they are, as an administrator reads it."""

import json
from html.parser import HTMLParser

from msgspec import structs

from streams.domain.instants import DAY, text
from streams.domain.plan import Plan
from streams.domain.statement.explanation import explain
from streams.sinks.statement import explained
from streams.sinks.statement.explained import Explanation
from streams.sinks.statement.objects import canonical
from streams.sinks.statement.writing import Writing
from tests.stories import Story, at, contacts

PLAN = Plan.read(
    """
    [city]
    contract = "paid"
    time_zone = "Europe/Brussels"
    [[contract]]
    id = "paid"
        [[contract.measure]]
        id = "in-time"
        figure = "service_level"
        target = 0.80
    [[line]]
    id = "waste"
    [[line]]
    id = "desk"
    """
)
W = Writing("en", "Europe/Brussels")


def explanation(*stories: Story) -> Explanation:
    """Of all visits to the line waste in two days."""
    known = contacts(fact for story in stories for fact in story.facts)
    since, until = at("0:00"), at("0:00") + 2 * DAY
    found, tally = explain(known, PLAN, "waste", since, until, until + DAY)
    return explained.explain("waste", since, until, found, tally)


def used_again() -> list[Story]:
    """An id that a phone system uses again the next day: answered, then hung up."""
    first = Story("c1").start("9:00").enter("9:00", "waste").answer("9:00:05", "waste")
    first.hang_up("9:03")
    second = Story("c1").start("9:00").enter("9:00", "waste").hang_up("9:09")
    second.facts = [
        (
            structs.replace(event, event_id=f"b-{event.event_id}", at=text(instant + DAY)),
            instant + DAY,
        )
        for event, instant in second.facts
    ]
    return [first, second]


def test_each_contact_of_an_id_used_again_is_shown_on_its_own_with_its_beginning() -> None:
    of = explanation(*used_again())
    assert explained.as_text(of, W).splitlines() == [
        "waste, from 2026-11-18 01:00+01:00 until 2026-11-20 01:00+01:00: 2 visits",
        "",
        "c1, began 2026-11-18 10:00:00+01:00",
        "    10:00:00.000  the call begins (in the menu): the contact begins",
        "    10:00:00.000  the queue of waste is entered (in the menu): waits",
        "    10:00:05.000  somebody answers at waste (waiting at waste): the visit is answered",
        "    10:03:00.000  hang-up: normal end (talking at waste): the contact is over",
        "  Visit to waste",
        "    10:00:00.000 call began, 10:00:00.000 queue entered, 10:00:05.000 answered, "
        "10:03:00.000 ended",
        "    Answered, waited 5.0 s",
        "    in-time: counts for: answered in time",
        "",
        "c1, began 2026-11-19 10:00:00+01:00",
        "    10:00:00.000  the call begins (in the menu): the contact begins",
        "    10:00:00.000  the queue of waste is entered (in the menu): waits",
        "    10:09:00.000  hang-up: normal end (waiting at waste): the contact is over",
        "  Visit to waste",
        "    10:00:00.000 call began, 10:00:00.000 queue entered, 10:09:00.000 ended",
        "    Abandoned, waited 540.0 s",
        "    in-time: counts against: hung up while waiting",
        "",
        "in-time: 1 of 2, 50.00\N{NO-BREAK SPACE}%, before exclusions",
    ]
    begun = [each["contact_begun"] for each in json.loads(canonical(of))["visits"]]
    assert begun == ["2026-11-18T09:00:00Z", "2026-11-19T09:00:00Z"]


def test_two_visits_of_one_contact_have_one_walk() -> None:
    """Sent from the desk back to the line where the caller had been answered."""
    call = Story("c1").start("9:00").enter("9:00", "waste", 1).answer("9:00:05", "waste", 1)
    call.leave("9:02", "waste", "transfer", 1, to="desk").answer("9:03", "desk", 2)
    call.leave("9:05", "desk", "transfer", 2, to="waste").answer("9:06", "waste", 3).hang_up("9:08")
    of = explanation(call)
    shown = explained.as_text(of, W)
    assert shown.count("the contact begins") == 1
    assert shown.count("  Visit 1 to waste") == shown.count("  Visit 3 to waste") == 1
    assert len(of.visits) == 2
    assert of.visits[0].walk == of.visits[1].walk


def test_a_program_reads_the_walk_with_the_words_of_the_definition() -> None:
    call = Story("c1").start("9:00").enter("9:00:05", "waste").hang_up("9:00:20", "busy")
    (visit,) = json.loads(canonical(explanation(call)))["visits"]
    assert visit["walk"][1] == {
        "at": "2026-11-18T09:00:05Z",
        "event": "queue",
        "phase": "entered",
        "line": "waste",
        "reason": None,
        "to_line": None,
        "by": None,
        "position": "menu",
        "position_line": None,
        "did": ["queued"],
    }
    assert (visit["walk"][2]["reason"], visit["walk"][2]["did"]) == ("busy", ["over"])


def test_a_step_on_another_day_says_so() -> None:
    call = Story("c1").enter("22:59:50", "waste").answer("23:00:05", "waste").hang_up("23:01")
    shown = explained.as_text(explanation(call), W)
    assert "    2026-11-19 00:00:05.000  somebody answers at waste" in shown


class Read(HTMLParser):
    """The cells and headings of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(html)

    def handle_data(self, data: str) -> None:
        self.found.append(data.strip())


def test_the_page_says_the_same_and_escapes_what_comes_from_outside() -> None:
    call = Story("<b>c1</b>", "p1").start("9:00").enter("9:00:05", "waste").hang_up("9:00:45")
    html = explained.as_html(explanation(call), W)
    assert "<b>" not in html
    found = Read(html).found
    assert "<b>c1</b>, began 2026-11-18 10:00:00+01:00" in found
    assert found[found.index("10:00:45.000") :][:4] == [
        "10:00:45.000",
        "hang-up: normal end",
        "waiting at waste",
        "the contact is over",
    ]
    assert "in-time: counts against: hung up while waiting" in found


def test_where_nobody_called_the_page_says_so() -> None:
    assert "No visit began there." in Read(explained.as_html(explanation(), W)).found
