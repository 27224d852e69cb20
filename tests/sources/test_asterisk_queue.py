"""Asterisk's queues: every ending of a wait and of a talk, several queues in one call."""

from __future__ import annotations

import pytest

from streams.sources import asterisk_outcome as outcome
from tests.asterisk import BEGIN, contacts, log, translated, visits, waits_of

ENDINGS = [
    (("NONE", "ABANDON", 1, 1, 60), ["60 hangup caller"], "abandoned"),
    (("PJSIP/71", "ABANDON", 1, 1, 60), ["60 hangup caller"], "abandoned"),
    (("NONE", "EXITWITHTIMEOUT", 1, 1, 60), ["60 left waste timeout"], "overflowed"),
    (("NONE", "EXITEMPTY", 1, 1, 60), ["60 left waste overflow"], "overflowed"),
    (("NONE", "EXITWITHKEY", 2, 1, 1, 60), ["60 left waste exit_key"], "overflowed"),
    (("NONE", "WITHDRAW", 1, 1, 60, "supervisor"), ["60 left waste overflow"], "overflowed"),
    (("NONE", "WITHDRAW", 1, 1, 60, "Call-back"), ["60 left waste callback"], "callback"),
    (("NONE", "WITHDRAW", 1, 1, 60, "wordt teruggebeld"), ["60 left waste overflow"], "overflowed"),
    (("NONE", "WITHDRAW", 1, 1, 60, "Terugbellen"), ["60 left waste callback"], "callback"),
    (("NONE", "WITHDRAW", 1, 1, 60, "Rückruf um 5"), ["60 left waste callback"], "callback"),
    (("NONE", "LEAVEEMPTY"), ["60 left waste overflow"], "overflowed"),
    (("PJSIP/71", "SYSCOMPAT"), ["60 hangup error system"], "lost"),
    (("NONE", "FULL"), ["60 left waste full"], "blocked"),
]


@pytest.mark.parametrize(("ending", "told", "disposition"), ENDINGS)
def test_every_ending_of_a_wait(
    ending: tuple[object, ...], told: list[str], disposition: str
) -> None:
    entry = (0, "41", "waste", "NONE", "ENTERQUEUE", "", "0470123456", 1)
    found = translated(log(entry, (60, "41", "waste", *ending)))
    assert found.shown[2:] == told
    (visit,) = contacts(found.events)[f"{BEGIN}.41"].visits
    assert visit.disposition == disposition


@pytest.mark.parametrize(
    ("ending", "told"),
    [
        (("COMPLETECALLER", 9, 30, 1), "40 hangup caller"),
        (("COMPLETEAGENT", 9, 30, 1), "40 hangup agent"),
        (("BLINDTRANSFER", "800", "internal", 9, 30, 1), "40 left waste transfer"),
        (("BLINDTRANSFER", "1509", "internal", 9, 30, 1), "40 left waste transfer desk"),
        (("TRANSFER", "800", "internal", 9, 30, 1), "40 left waste transfer"),
        (("TRANSFER", "800", "internal"), "40 left waste transfer"),
        (("ATTENDEDTRANSFER", "BRIDGE", "b1", 9, 30, 1), "40 left waste transfer"),
        (("ATTENDEDTRANSFER", "APP", "Dial", 9, 30, 1), "40 left waste transfer"),
        (("ATTENDEDTRANSFER", "LINK", "SIP/1-a", "SIP/2-b", 9, 30, 1), "40 left waste transfer"),
    ],
)
def test_every_ending_of_a_talk(ending: tuple[object, ...], told: str) -> None:
    entered, answered, _ = waits_of("41")
    answered = (10, *answered[1:])
    found = translated(log(entered, answered, (40, "41", "waste", "PJSIP/71", *ending)))
    assert found.shown[3:] == [told]
    assert contacts(found.events)[f"{BEGIN}.41"].answered


def test_who_falls_from_an_empty_queue_into_another_comes_to_two_visits() -> None:
    """As a provider's queue does that has nobody logged in; its end is written twice."""
    found = translated(
        log(
            (36, "622", "queue1", "NONE", "ENTERQUEUE", "", "0470123456", 1),
            (37, "622", "queue1", "NONE", "EXITEMPTY", 1, 1, 1),
            (37, "622", "queue1", "NONE", "LEAVEEMPTY"),
            (37, "622", "queue2", "NONE", "ENTERQUEUE", "", "0470123456", 4),
            (52, "622", "queue2", "Agent/2001", "RINGNOANSWER", 15000),
            (68, "622", "queue2", "Agent/2002", "RINGNOANSWER", 15000),
            (84, "622", "queue2", "Agent/2003", "RINGNOANSWER", 15000),
            (89, "622", "queue2", "Agent/2003", "CONNECT", 52, "1795000050.7", 5),
            (408, "622", "queue2", "Agent/2003", "COMPLETEAGENT", 52, 319, 4),
            (408, "622", "queue2", "Agent/2003", "WRAPUPSTART"),
        )
    )
    assert found.reasons[2] == outcome.SAID_BEFORE
    (contact,) = contacts(found.events).values()
    assert visits(contact) == [("waste", "overflowed", 1), ("desk", "answered", 52)]


def test_who_is_passed_on_and_comes_round_again_comes_to_four_visits() -> None:
    found = translated(
        log(
            (36, "273", "queue1", "NONE", "ENTERQUEUE", "", "0470123456", 1),
            (36, "273", "queue1", "NONE", "EXITEMPTY", 1, 1, 0),
            (36, "273", "queue1", "NONE", "LEAVEEMPTY"),
            (37, "273", "queue2", "NONE", "ENTERQUEUE", "", "0470123456", 3),
            (119, "273", "queue2", "Agent/2001", "RINGNOANSWER", 80000),
            (145, "273", "queue2", "Agent/2002", "CONNECT", 108, "1795000140.7", 5),
            (242, "273", "queue2", "Agent/2002", "BLINDTRANSFER", "3000", "default", 108, 97, 3),
            (242, "273", "queue2", "Agent/2002", "WRAPUPSTART"),
            (273, "273", "queue1", "NONE", "ENTERQUEUE", "", "0470123456", 1),
            (273, "273", "queue1", "NONE", "EXITEMPTY", 1, 1, 0),
            (273, "273", "queue1", "NONE", "LEAVEEMPTY"),
            (274, "273", "queue2", "NONE", "ENTERQUEUE", "", "0470123456", 9),
            (417, "273", "queue2", "Agent/2003", "CONNECT", 143, "1795000400.7", 4),
            (833, "273", "queue2", "Agent/2003", "COMPLETECALLER", 143, 416, 9),
            (833, "273", "queue2", "Agent/2003", "WRAPUPSTART"),
        )
    )
    (contact,) = contacts(found.events).values()
    assert visits(contact) == [
        ("waste", "overflowed", 0),
        ("desk", "answered", 108),
        ("waste", "overflowed", 0),
        ("desk", "answered", 143),
    ]


def test_a_queue_in_a_loop_is_one_visit() -> None:
    lap = [
        ("41", "waste", "NONE", "ENTERQUEUE", "", "0470123456", 1),
        ("41", "waste", "NONE", "EXITWITHTIMEOUT", 1, 1, 30),
    ]
    lines = [(30 * n + 30 * (r % 2), *lap[r]) for n in range(4) for r in range(2)]
    lines.append((120, *lap[0]))
    found = translated(log(*lines, (125, "41", "waste", "NONE", "ABANDON", 1, 1, 5)))
    (contact,) = contacts(found.events).values()
    assert visits(contact) == [("waste", "abandoned", 125)]


def test_laps_within_a_second_keep_their_order_and_are_all_told() -> None:
    lap = [
        (5, "41", "queue1", "NONE", "ENTERQUEUE", "", "0470123456", 1),
        (5, "41", "queue1", "NONE", "EXITEMPTY", 1, 1, 0),
        (5, "41", "queue2", "NONE", "ENTERQUEUE", "", "0470123456", 1),
        (5, "41", "queue2", "NONE", "EXITEMPTY", 1, 1, 0),
    ]
    last = (5, "41", "permits", "NONE", "ENTERQUEUE", "", "0470123456", 1)
    answer = (5, "41", "permits", "PJSIP/71", "CONNECT", 0, "1.2", 0)
    found = translated(log(*lap, *lap, last, answer))
    events = found.events
    assert len({event.event_id for event in events}) == len(events) == 11
    (contact,) = contacts(events[::-1]).values()
    assert visits(contact) == [
        ("waste", "overflowed", 0),
        ("desk", "overflowed", 0),
        ("permits", "answered", 0),
    ]


def test_an_agent_who_dumps_the_caller_has_not_answered() -> None:
    found = translated(
        log(
            (0, "41", "waste", "NONE", "ENTERQUEUE", "", "0470123456", 1),
            (20, "41", "waste", "PJSIP/71", "CONNECT", 20, "1.2", 4),
            (22, "41", "waste", "PJSIP/71", "AGENTDUMP"),
            (50, "41", "waste", "NONE", "ABANDON", 1, 1, 50),
        )
    )
    assert found.shown[3] == "22 returned waste"
    (contact,) = contacts(found.events).values()
    assert visits(contact) == [("waste", "abandoned", 50)]


def test_a_dump_before_the_answer_is_written_changes_nothing() -> None:
    found = translated(
        log(
            (0, "41", "waste", "NONE", "ENTERQUEUE", "", "0470123456", 1),
            (22, "41", "waste", "PJSIP/71", "AGENTDUMP"),
            (50, "41", "waste", "PJSIP/72", "CONNECT", 50, "1.2", 1),
        )
    )
    (contact,) = contacts(found.events).values()
    assert visits(contact) == [("waste", "answered", 50)]


def test_a_caller_is_one_person_however_the_log_spells_the_number() -> None:
    """As in every other source: by the plan's country, and nobody where it is withheld."""
    numbers = ("0470 12 34 56", "+32470123456", "0032470123456", "anonymous", "asterisk", "")
    starts = []
    for second, number in enumerate(numbers):
        entry = (second, f"{second}", "waste", "NONE", "ENTERQUEUE", "", number, 1)
        start, _ = translated(log(entry), country="BE").events
        starts.append(getattr(start, "caller", None))
    one, *others = starts[:3]
    assert one is not None and {*others} == {one}
    assert starts[3:] == [None, None, None]
