"""What is refused is refused without a word of whom it was about.

A number that people are called at may come in any field, for whoever sends it has mixed them up. So
no dead letter repeats anything that could be one, in whatever way it is written.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from aiokafka import ConsumerRecord
from hypothesis import given
from hypothesis import strategies as st

from streams.domain.events import KINDS, REASONS
from streams.domain.plan import Plan
from streams.engine.kafka import topics
from streams.engine.roles.contact_owner import Counts, Source
from streams.engine.roles.routes import Routes
from tests.numbers import NUMBERS, digits, repeats
from tests.stories import PLAN, at

NOW = at("12:00")
AT = "2026-11-18T09:00:00Z"
EVENTS: dict[str, dict[str, Any]] = {
    "call-start": {"caller": "9f2d", "entry": "main", "channel": "phone", "language": "nl"},
    "menu-choice": {"line": "waste", "option": "1", "menu": "a"},
    "queue": {
        "line": "waste",
        "phase": "left",
        "visit": 1,
        "reason": "transfer",
        "to_line": "desk",
        "agent": "77ab",
    },
    "hangup": {"reason": "normal", "by": "caller"},
}
COMMON = {"event_id": "e", "call_id": "c", "at": AT, "revision": 0}
HEADERS = {
    "ce_id": b"e",
    "ce_time": AT.encode(),
    "ce_subject": b"c",
    "ce_type": b"contact.",
    "ce_source": b"/pbx",
}

Raw = tuple[str, bytes | None, bytes | None, list[tuple[str, bytes | None]]]
"""Topic, key, value, headers."""


def with_number(number: str) -> Iterator[Raw]:
    """Every record that has the number in one place, and nothing else wrong with it."""
    for kind in KINDS:
        topic = f"contact.{kind}"
        event = {"event": kind} | COMMON | EVENTS[kind]
        plain = json.dumps(event).encode()
        for field in event:
            changed = event | {field: number}
            key = str(changed["call_id"]).encode()
            yield topic, key, json.dumps(changed).encode(), []
            yield topic, key, json.dumps(changed, ensure_ascii=False).encode(), []
            yield topic, key, json.dumps(event | {field: [number]}).encode(), []
            yield topic, key, json.dumps(event | {field: {number: number}}).encode(), []
            if number.isdecimal():
                yield topic, key, json.dumps(event | {field: int(number)}).encode(), []
                yield topic, key, json.dumps(event | {field: float(number)}).encode(), []
        yield topic, b"c", json.dumps(event | {"at": f"{AT[:-1]}.{number}Z"}).encode(), []
        yield topic, b"c", json.dumps(event | {number: number}).encode(), []
        yield topic, number.encode(), plain, []
        yield topic, number.encode("utf-16"), plain, []
        yield topic, number.encode(), b"?", []
        yield topic, b"c", number.encode(), []
        yield topic, b"c", json.dumps(number).encode(), []
        yield topic, b"c", plain[:-1] + number.encode(), []
        yield topic, b"c", plain + number.encode(), []
        yield topic, b"c", number.encode("utf-16"), []
        # A CloudEvent, whose headers say what its data does not.
        data = json.dumps(EVENTS[kind]).encode()
        for header in HEADERS:
            for written in (number.encode(), number.encode("utf-16")):
                headers = HEADERS | {"ce_type": f"contact.{kind}".encode(), header: written}
                yield topic, b"c", data, list(headers.items())
        given_ = HEADERS | {"ce_type": kind.encode(), number: number.encode()}
        yield topic, b"c", data, list(given_.items())
        yield topic, b"c", None, [("ce_id", number.encode()), (number, None)]


def letters(records: list[Raw], plan: Plan) -> list[dict[str, Any]]:
    """The dead letters that a worker writes of these records."""
    source = Source(0, plan, Routes(1, 1, 1), Counts())
    for offset, (topic, key, value, headers) in enumerate(records):
        record = ConsumerRecord(
            topic, 0, offset, NOW // 1000, 1, key, value, None, 0, 0, tuple(headers)
        )
        source.take(topic, [record])
    found = []
    for key, value in source.checkpoint(NOW, 1)[topics.DEAD, 0]:
        letter = json.loads(value)
        assert key.decode() == f"{letter['topic']}|0|{letter['offset']}"
        found.append(letter)
    return found


@pytest.mark.parametrize("number", NUMBERS)
def test_no_dead_letter_repeats_a_number_from_whatever_place_it_came(number: str) -> None:
    records = list(with_number(number))
    found = letters(records, PLAN)
    assert len(found) > len(records) / 3
    for letter in found:
        where = records[letter["offset"]]
        assert letter["topic"] == where[0]
        assert letter["reason"] in REASONS and letter["detail"], letter
        assert not repeats(letter["detail"], number), (letter, where)


@pytest.mark.parametrize("number", NUMBERS)
def test_without_a_plan_no_line_and_so_no_metric_is_named_by_a_number(number: str) -> None:
    plan = Plan.default()
    letters(list(with_number(number)), plan)
    named = [line for line in plan.lines if repeats(line, number)]
    assert not named or len(digits(number)) < 7


separators = st.text(" \t.-/()+_:;,*#|\u00a0\u2009\u2011\u2013\u200b", max_size=2)
figures = st.characters(categories=["Nd"])


@given(
    st.lists(st.tuples(figures, separators), min_size=7, max_size=17),
    st.sampled_from(("", "tel:", "sip:", "+", "from ", "Jan ")),
    st.sampled_from(("", "@pbx.example", ";user=phone", " ext")),
)
def test_no_seven_digits_in_whatever_script_and_whatever_is_between(
    number: list[tuple[str, str]], before: str, behind: str
) -> None:
    written = before + "".join(map("".join, number)) + behind
    records = list(with_number(written))
    for plan in (PLAN, Plan.default()):
        for letter in letters(records, plan):
            where = records[letter["offset"]]
            assert not repeats(letter["detail"], written), (letter, where)
    assert not [line for line in plan.lines if repeats(line, written)]
