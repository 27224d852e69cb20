"""A contact retold: every event once, where it was then, and a text in every language for all."""

import pytest
from hypothesis import given, settings

from streams.domain.contact import pieces
from streams.domain.rows import HANGUP_REASONS, LEFT_REASONS, SIDES
from streams.domain.statement.happened import OVERRULED, happened
from streams.domain.walked import DID, POSITIONS
from streams.texts import texts
from streams.texts.catalogue import languages
from tests import calls
from tests.calls import Call, Told
from tests.examples import examples


def did(call: Call) -> list[tuple[str, ...]]:
    """What each event of a call did."""
    (piece,) = pieces(calls.rows(call.events))
    return [each.did for each in happened(piece)]


def test_each_step_says_what_was_told_and_where_the_contact_was() -> None:
    call = Call().start(0).choose(5, "waste").enter(6, "waste").answer(20, "waste")
    call.leave(60, "waste", "transfer", to="desk").hang_up(70, "normal", by="caller")
    (piece,) = pieces(calls.rows(call.events))
    seconds = [each._replace(at=(each.at - calls.BEGIN) // 1_000_000) for each in happened(piece)]
    assert [tuple(each) for each in seconds] == [
        (0, "call-start", None, None, None, None, None, "menu", None, ("begins",)),
        (5, "menu-choice", None, "waste", None, None, None, "menu", None, ("chosen",)),
        (6, "queue", "entered", "waste", None, None, None, "way", "waste", ("queued",)),
        (20, "queue", "answered", "waste", None, None, None, "waiting", "waste", ("answered",)),
        (60, "queue", "left", "waste", "desk", "transfer", None, "talking", "waste", ("left",)),
        (70, "hangup", None, None, None, "normal", "caller", "way", "desk", ("over",)),
    ]


@pytest.mark.parametrize(
    ("call", "what"),
    [
        (Call().start(0).start(1), "begun_before"),
        (Call().choose(0, "waste").choose(1, "waste"), "chosen_here"),
        (Call().choose(0, "waste").choose(1, "desk"), "inferred_chose_again"),
        (Call().enter(0, "waste").choose(1, "desk"), "inferred_exit_key"),
        (Call().enter(0, "waste").enter(1, "desk"), "inferred_overflow"),
        (Call().answer(0, "waste").enter(1, "desk"), "inferred_transfer"),
        (Call().enter(0, "waste").enter(1, "waste"), "lap"),
        (Call().answer(0, "waste").enter(1, "waste"), "entry_told_late"),
        (Call().enter(0, "waste").answer(1, "waste").answer(2, "waste"), "answered_before"),
        (Call().enter(0, "waste").answer(1, "waste").enter(2, "waste"), "taken_back"),
        (Call().enter(0, "waste").give_back(1, "desk"), "nobody_talks"),
        (Call().choose(0, "waste").give_back(1, "waste"), "queued_without_entry"),
        (Call().leave(0, "waste", "full"), "left_without_entry"),
        (Call().enter(0, "waste").enter(1, "desk").leave(2, "waste", "timeout"), "reason_told"),
        (
            Call().enter(0, "waste").leave(1, "waste", "closed").leave(2, "waste", "full"),
            "left_before",
        ),
        (
            Call().enter(0, "waste").leave(1, "waste", "overflow").enter(2, "waste"),
            "waits_again",
        ),
        (
            Call().enter(0, "waste").leave(1, "waste", "overflow").answer(2, "waste"),
            "answered_after_all",
        ),
        (
            Call().answer(0, "waste").leave(1, "waste", "transfer", to="desk").enter(2, "archive"),
            "never_was",
        ),
        (Call().answer(0, "waste").hang_up(1).enter(2, "desk").answer(9, "desk"), "of_a_leg"),
        (Call().enter(0, "waste").hang_up(1).answer(2, "waste"), "after_hangup"),
    ],
)
def test_what_is_not_seen_at_once_is_said(call: Call, what: str) -> None:
    assert what in [each for step in did(call) for each in step]


def test_an_event_that_another_of_its_id_overrules_is_shown_behind_the_others() -> None:
    call = Call().start(0).enter(1, "waste").hang_up(30, event_id="h").hang_up(40, event_id="h")
    assert did(call)[-2:] == [("over",), (OVERRULED,)]


@settings(max_examples=examples(200), deadline=None)
@given(calls.plausible())
def test_every_event_is_retold_once_and_did_something(events: list[Told]) -> None:
    for piece in pieces(calls.rows(events)):
        if piece.too_many:
            continue
        retold = happened(piece)
        assert sorted(each.at for each in retold) == sorted(piece.told[::5])
        assert all(each.did for each in retold)
        assert {each for step in retold for each in step.did} <= {*DID, OVERRULED}


@pytest.mark.parametrize("language", languages())
def test_there_is_a_text_for_all_that_can_happen(language: str) -> None:
    found = texts(language)
    wanted = [
        *(f"did.{each}" for each in (*DID, OVERRULED)),
        *(f"position.{each}" for each in POSITIONS),
        *(f"reason.{each}" for each in (*LEFT_REASONS, *HANGUP_REASONS)),
        *(f"by.{each}" for each in SIDES if each),
    ]
    assert [each for each in wanted if not found.has(f"statement.step.{each}")] == []
