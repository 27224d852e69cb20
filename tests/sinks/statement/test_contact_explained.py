"""What somebody is told of their calls, in every form, and that nobody else is on it."""

import json

import pytest

from streams.domain.became import CLOSED_MEANWHILE, OUTCOMES
from streams.domain.outcome import ORPHAN, OUTGOING
from streams.domain.plan import Plan
from streams.domain.statement.contacts_explained import explain_contacts, of_caller
from streams.sinks.statement import contact_explained
from streams.sinks.statement.contact_explained import CallsExplained
from streams.sinks.statement.objects import canonical
from streams.sinks.statement.writing import Writing
from streams.texts import languages
from tests.stories import Story, at

PLAN = Plan.read(
    """
    [[line]]
    id = "waste"
    [[line]]
    id = "desk"
    tier = 2
    [[hours]]
    id = "until-nine"
    mon-fri = "08:00-09:00"
    [[line]]
    id = "archive"
    tier = 2
    hours = "until-nine"
    """
)
BOUNCED = (
    Story("c1", caller="ab12")
    .start("9:00")
    .enter("9:00:10", "waste")
    .enter("9:00:20", "waste")
    .answer("9:00:22.5", "waste")
    .leave("9:02", "waste", "transfer", to="desk")
    .enter("9:02", "desk")
    .answer("9:02:01", "desk")
    .leave("9:03", "desk", "transfer", to="waste")
    .enter("9:03", "waste")
    .leave("9:04", "waste", "transfer", to="archive")
    .leave("9:04:01", "archive", "closed")
    .hang_up("9:04:02")
)
SPAN = at("0:00"), at("23:59")


def _explained(*stories: Story, span: tuple[int, int] | None = SPAN) -> CallsExplained:
    contacts = [story.contact() for story in stories]
    found = explain_contacts(contacts, PLAN, of_caller({"ab12"}), *SPAN, at("23:59"))
    return contact_explained.explain(span, found)


def test_the_object_has_the_contact_whole() -> None:
    shown = json.loads(canonical(_explained(BOUNCED)))
    assert (shown["from"], shown["until"]) == ("2026-11-18T00:00:00Z", "2026-11-18T23:59:00Z")
    (contact,) = shown["contacts"]
    assert (contact["became"], contact["closed_meanwhile"]) == ("dead_end", True)
    assert [contact[name] for name in ("transfers", "bounces", "laps")] == [3, 1, 1]
    assert [each["line"] for each in contact["visits"]] == ["waste", "desk", "waste", "archive"]
    assert [each["wait"] for each in contact["visits"]] == [12.5, 1.0, 60.0, 1.0]
    assert contact["whole_wait"] == 74.5
    assert contact["visits"][1]["transferred"] == "2026-11-18T09:02:00Z"
    assert len(contact["walk"]) == 12


def test_no_pseudonym_is_on_it() -> None:
    of = _explained(BOUNCED)
    w = Writing("en", "Europe/Brussels")
    for text in (
        canonical(of).decode(),
        contact_explained.as_text(of, w),
        contact_explained.as_html(of, w),
    ):
        assert "ab12" not in text


@pytest.mark.parametrize("language", languages())
def test_people_read_what_became_of_the_call_and_what_that_means(language: str) -> None:
    w = Writing(language, "Europe/Brussels")
    of = _explained(BOUNCED)
    text, page = contact_explained.as_text(of, w), contact_explained.as_html(of, w)
    for shown in (w.outcome("dead_end"), w.means("closed_meanwhile"), "10:00:22.500"):
        assert shown in text
        assert shown in page
    assert w.number(74.5) in text
    assert "<script" not in page


def test_in_english_at_a_terminal() -> None:
    text = contact_explained.as_text(_explained(BOUNCED), Writing("en", "UTC"))
    assert text.startswith("1 call, from 2026-11-18 00:00+00:00 until 2026-11-18 23:59+00:00\n")
    for line in (
        "  Passed on 3 times\n",
        "  Passed back once to where somebody had answered before\n",
        "  Sent round once in a queue\n",
        "    09:03:00.000 transferred here, 09:03:00.000 queue entered, 09:04:00.000 ended\n",
    ):
        assert line in text


def test_nothing_is_said_in_words_too() -> None:
    w = Writing("en", "UTC")
    assert "No such call" in contact_explained.as_text(_explained(), w)
    assert "No such call" in contact_explained.as_html(_explained(span=None), w)


@pytest.mark.parametrize("language", languages())
def test_every_outcome_has_a_name_and_a_meaning(language: str) -> None:
    w = Writing(language, "UTC")
    for outcome in (*OUTCOMES, CLOSED_MEANWHILE, OUTGOING, ORPHAN):
        assert w.outcome(outcome)
        assert w.means(outcome).endswith(".")
