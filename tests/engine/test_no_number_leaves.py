"""What is refused is refused without a word of whom it was about.

A number that people are called at may come in any field, for whoever sends it has mixed them up. So
no dead letter repeats anything that could be one, in whatever way it is written.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from aiokafka import ConsumerRecord
from hypothesis import given
from hypothesis import strategies as st

from streams.domain.event_reader import REASONS
from streams.domain.plan import Plan
from streams.engine.kafka import topics
from streams.engine.roles.contact_owner import ContactOwner, Counts
from streams.engine.roles.routes import Routes
from tests.numbers import NUMBERS, Raw, digits, repeats, with_number
from tests.stories import PLAN, at

NOW = at("12:00")


def letters(records: list[Raw], plan: Plan) -> list[dict[str, Any]]:
    """The dead letters that a worker writes of these records."""
    source = ContactOwner(0, plan, Routes(1, 1, 1), Counts())
    for offset, (topic, key, value, headers) in enumerate(records):
        record = ConsumerRecord(
            topic, 0, offset, NOW // 1000, 1, key, value, None, 0, 0, tuple(headers)
        )
        source.merge(topic, [record])
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
