"""What became of the person: one outcome per contact, and what happened on the way.

It is longer than a module should be, because every outcome has its calls in one table.
"""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.domain.became import OUTCOMES
from streams.domain.contact import pieces
from streams.domain.instants import HOUR, SECOND
from streams.domain.judge import judge
from streams.domain.outcome import ORPHAN, OUTGOING, Outcome
from streams.domain.plan import Plan
from tests import calls
from tests.calls import BEGIN, SPAN, Call, Told
from tests.domain import slow_walk, slow_whole
from tests.domain.judged_calls import plan_of, read
from tests.examples import examples

END = BEGIN + SPAN

STATIONS = """
[[line]]
id = "mind"
kind = "survey"
[[line]]
id = "no-collection"
kind = "announcement"
[[announcement]]
id = "strike"
"""


def plan(lines: str = STATIONS, nuisance: int = 0) -> Plan:
    text = f'[city]\nname = "Testburg"\nnuisance_seconds = {nuisance}\n'
    for line in ("waste", "migration", "desk"):
        text += f'[[line]]\nid = "{line}"\n'
    return Plan.read(text + '[[line]]\nid = "archive"\ntier = 2\npermanence = "none"\n' + lines)


PLAN = plan()


def call(line: str = "waste") -> Call:
    """Chosen after ten seconds, queued after eleven."""
    return Call().start(0).choose(10, line).enter(11, line)


def answered(line: str = "waste") -> Call:
    return call(line).answer(15, line)


def passed_on(to: str = "desk") -> Call:
    return answered().leave(60, "waste", "transfer", to=to)


OUTCOME_OF: dict[str, list[Call]] = {
    "open": [call(), answered(), passed_on(), Call().start(0)],
    "served_at_once": [
        answered().hang_up(60),
        call().leave(20, "waste", "overflow").enter(21, "desk").answer(30, "desk").hang_up(60),
        # The survey after the talk is nobody who serves, and nowhere to be stranded.
        passed_on("mind").enter(61, "mind").answer(62, "mind").hang_up(90),
        passed_on("mind").enter(61, "mind").hang_up(62),
        # Never hung up, as far as anybody told.
        Call(BEGIN - 5 * HOUR).start(0).enter(1, "waste").answer(2, "waste"),
    ],
    "served_after_transfer": [
        passed_on().enter(61, "desk").answer(70, "desk").hang_up(99),
        # On to the desk without a word of a transfer.
        answered().enter(61, "desk").answer(70, "desk").hang_up(99),
    ],
    "outside": [
        answered().leave(60, "waste", "transfer").hang_up(61),
        passed_on().enter(61, "desk").answer(70, "desk").leave(80, "desk", "transfer").hang_up(81),
    ],
    "dead_end": [
        passed_on().enter(61, "desk").hang_up(300),
        passed_on().hang_up(61),
        passed_on().enter(61, "desk").leave(62, "desk", "closed").hang_up(62),
        passed_on().enter(61, "desk").leave(99, "desk", "timeout").hang_up(99),
        answered().leave(60, "waste", "exit_key").choose(70, "migration").hang_up(80),
    ],
    "callback": [
        call().leave(30, "waste", "callback").hang_up(31),
        passed_on().enter(61, "desk").leave(90, "desk", "callback").hang_up(91),
    ],
    "form": [passed_on("archive").hang_up(61)],
    "refused": [
        Call().start(0).hang_up(1, "busy"),
        Call().start(0).hang_up(1, "closed"),
        call().leave(12, "waste", "full").hang_up(12),
        call().leave(12, "waste", "closed").hang_up(13),
        Call().start(0).choose(10, "waste").hang_up(11, "busy"),
    ],
    "lost": [
        call().hang_up(30, "error"),
        Call(BEGIN - 5 * HOUR).start(0).enter(1, "waste"),
    ],
    "turned_away": [
        call().leave(30, "waste", "timeout").hang_up(31),
        call().leave(30, "waste", "voicemail").hang_up(50),
        call()
        .leave(30, "waste", "transfer", to="desk")
        .enter(31, "desk")
        .leave(40, "desk", "overflow"),
    ],
    "given_up": [
        call().hang_up(200),
        call().hang_up(12),
        Call().start(0).hang_up(9),
        Call().start(0).choose(10, "waste").hang_up(10.5),
        # Chose again, and went before coming anywhere.
        Call().start(0).choose(10, "waste").choose(12, "migration").hang_up(13),
        Call(BEGIN - 5 * HOUR).start(0),
    ],
    "informed": [
        Call().start(0).hang_up(30, informed="strike"),
        Call().start(0).choose(10, "no-collection", informed="strike").hang_up(30),
        call().hang_up(50, informed="strike"),
        call("no-collection").hang_up(50, informed="strike"),
    ],
}
OUTCOME_OF["turned_away"][2].hang_up(41)


@pytest.mark.parametrize(
    ("became", "told"), [(name, call) for name, told in OUTCOME_OF.items() for call in told]
)
def test_each_contact_comes_to_one_outcome(became: str, told: Call) -> None:
    now = max(event["at"] for event in told.events)
    if told.begin < BEGIN:
        now = BEGIN
    outcome = judge(pieces(calls.rows(told.events))[0], PLAN, now)
    assert outcome is not None and outcome.became == became
    assert became in OUTCOMES


@pytest.mark.parametrize(
    ("told", "became"),
    [
        # Heard, and gone on to a line all the same.
        (Call().start(0).choose(10, "waste", informed="strike").enter(11, "waste"), "given_up"),
        (answered(), "served_at_once"),
        (Call().start(0).hang_up(30, informed="of-another-city"), "given_up"),
    ],
)
def test_who_goes_on_was_not_told_all(told: Call, became: str) -> None:
    heard = "strike" if became == "served_at_once" else None
    if told.events[-1]["event"] != "hangup":
        told.hang_up(90, informed=heard)
    assert read(told, plan=PLAN).became == became


def test_who_was_informed_is_in_no_reachability() -> None:
    told = call().hang_up(50, informed="strike")
    assert read(told, plan=PLAN).reached is None
    assert read(call().hang_up(50), plan=PLAN).reached is False


def test_passed_back_and_forth() -> None:
    """Waste, the desk, back, the desk again, and nobody there."""
    told = passed_on().enter(61, "desk").answer(80, "desk")
    told.leave(120, "desk", "transfer", to="waste").enter(121, "waste").answer(130, "waste")
    told.leave(180, "waste", "transfer", to="desk").enter(181, "desk").hang_up(1200)
    outcome = read(told, plan=PLAN)
    assert outcome.became == "dead_end"
    assert outcome.passed == (3, 2, 0)
    assert outcome.whole_wait == (4 + 19 + 9 + 1019) * SECOND


def test_a_survey_is_no_transfer_and_a_lap_is_no_visit() -> None:
    told = call().enter(20, "waste").enter(30, "waste").answer(40, "waste")
    told.leave(60, "waste", "transfer", to="mind").enter(61, "mind").hang_up(70)
    outcome = read(told, plan=PLAN)
    assert outcome.passed == (0, 0, 2)
    assert outcome.whole_wait == 29 * SECOND


HOURS = """
[[hours]]
id = "mornings"
mon-fri = "08:00-12:00"
[[line]]
id = "early"
hours = "mornings"
[[line]]
id = "late-desk"
tier = 2
hours = "mornings"
"""  # it is six past eleven, UTC


@pytest.mark.parametrize(
    ("reason", "closed_meanwhile"), [("closed", True), ("timeout", False), (None, False)]
)
def test_a_desk_that_closed_meanwhile_is_inside_the_dead_ends(
    reason: str | None, closed_meanwhile: bool
) -> None:
    told = passed_on().enter(61, "desk")
    if reason:
        told.leave(62, "desk", reason)
    outcome = read(told.hang_up(62), plan=PLAN)
    assert (outcome.became, outcome.closed_meanwhile) == ("dead_end", closed_meanwhile)


def test_who_was_never_answered_before_a_shut_desk_is_refused() -> None:
    outcome = read(call().leave(20, "waste", "closed").hang_up(20), plan=PLAN)
    assert (outcome.became, outcome.closed_meanwhile) == ("refused", False)


def test_out_of_hours_comes_before_all_that_happened() -> None:
    shut = plan_of(lines='[[line]]\nid = "early"\nhours = "mornings"')
    told = Call().start(0).choose(10, "early").enter(11, "early").answer(12, "early").hang_up(60)
    assert read(told, plan=shut).became == "out_of_hours"


def test_a_station_on_the_way_opens_no_closed_line() -> None:
    """An announcement is always there; the line behind it is shut."""
    told = Call().start(0).enter(1, "no-collection").leave(9, "no-collection", "overflow")
    told.enter(10, "early").leave(11, "early", "closed").hang_up(12)
    shut = plan(STATIONS + HOURS.replace("08:00-12:00", "08:00-09:00"))
    assert not read(told, plan=shut).in_hours
    assert read(told, plan=plan(STATIONS + HOURS)).in_hours


# Nuisance


@pytest.mark.parametrize(
    ("told", "is_one"),
    [
        (Call().start(0).hang_up(3), True),
        (Call().start(0).hang_up(3.001), False),
        (Call().start(0).choose(1, "waste").enter(2, "waste").hang_up(3), True),
        (Call().start(0).enter(1, "waste").answer(2, "waste").hang_up(3), False),
        (Call().start(0).enter(1, "waste").leave(2, "waste", "callback").hang_up(3), False),
        (Call().enter(1, "waste").hang_up(3), False),  # nobody knows when it began
        (Call().start(0).enter(1, "waste"), False),  # and now they wait
    ],
)
def test_a_nuisance_is_hung_up_at_once(told: Call, is_one: bool) -> None:
    outcome = read(told, now=10_000, plan=plan(nuisance=3))
    assert outcome.nuisance is is_one
    assert (outcome.became == "nuisance") is is_one
    assert outcome.reached is None if is_one else True
    assert not any(
        visit.within is not None or visit.reached is not None
        for visit in (outcome.visits if is_one else ())
    )
    assert read(told, now=10_000, plan=PLAN).became != "nuisance"


# With a pencil

TERMS: dict[str, Any] = {
    "threshold": 20 * SECOND,
    "short_limit": 5 * SECOND,
    "lost_after": 4 * HOUR,
    "reach_limit": 180 * SECOND,
}


@st.composite
def informed(draw: st.DrawFn) -> list[Told]:
    """Calls in which some announcements were heard."""
    events = draw(calls.disturbed() | calls.junk())
    heard = st.sampled_from((None, None, None, "strike", "of-another-city"))
    return [
        {**event, **({"informed": word} if word else {})}
        for event in events
        for word in [draw(heard) if event["event"] in ("menu-choice", "hangup") else None]
    ]


@settings(max_examples=examples(200))
@given(
    informed(),
    st.sampled_from((0, 20)),
    st.sampled_from(("line", "survey")),
    st.integers(0, 400) | st.integers(0, 30_000),
)
def test_all_is_as_a_pencil_finds_it(
    events: list[Told], nuisance: int, kind: str, after: int
) -> None:
    now = BEGIN + after * SECOND
    lines = '[[announcement]]\nid = "strike"\n'
    agreed = Plan.read(
        f'[city]\nname = "T"\nnuisance_seconds = {nuisance}\n{lines}'
        + f'[[line]]\nid = "desk"\nkind = "{kind}"\n'
        + "".join(f'[[line]]\nid = "{each}"\n' for each in ("waste", "migration"))
        + '[[line]]\nid = "archive"\ntier = 2\npermanence = "none"\n'
    )
    paper = {
        "terms": TERMS,
        "forms": ("archive",),
        "stations": ("desk",) if kind == "survey" else (),
        "announcements": ("strike",),
        "nuisance": nuisance * SECOND,
    }
    for contact in pieces(calls.rows(events)):
        outcome = judge(contact, agreed, now)
        if outcome is None or contact.conflicting or contact.too_many:
            continue
        if outcome.outcome in (OUTGOING, ORPHAN):
            continue
        ids = {
            (at, event_id)
            for at, event_id in zip(contact.ats, contact.rows[2::5], strict=True)
            if at <= now
        }
        known = [e for e in calls.with_bytes(events) if (e["at"], e["event_id"]) in ids]
        (told,) = slow_walk.contacts(known)
        assert said(outcome) == slow_whole.became(told, known, paper, now)


def said(outcome: Outcome) -> Told:
    transfers, bounces, laps = outcome.passed or (0, 0, 0)
    return {
        "became": outcome.became,
        "transfers": transfers,
        "bounces": bounces,
        "laps": laps,
        "queued": outcome.queued,
        "wait": outcome.whole_wait,
        "within": outcome.whole_within,
    }
