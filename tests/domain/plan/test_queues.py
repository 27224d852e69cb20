"""The queues of phone systems that feed the plan's lines."""

from __future__ import annotations

import pytest

from streams.domain import instants
from streams.domain.plan import Plan, PlanError
from streams.domain.plan.queues import Queues

NOON = instants.parse("2026-11-18T12:00:00Z")
HANDED_OVER = """
[[line]]
id = "waste"
queues = ["asterisk:waste-nl", "Waste-FR"]
valid_until = 2026-11-18
[[line]]
id = "waste"
queues = ["600"]
valid_from = 2026-11-18
[[line]]
id = "desk"
[[line]]
id = "genesys-only"
queues = ["genesys:waste-nl", "arn:aws:connect:eu-central-1:1:instance/x/queue/y"]
"""


def queues(plan: Plan, system: str = "asterisk") -> Queues:
    return Queues(system, plan.entries.lines, plan.knows)


def test_a_queue_feeds_the_line_that_names_it_then() -> None:
    found = queues(Plan.read(HANDED_OVER))
    day = 24 * instants.HOUR
    assert found.line("waste-nl", NOON - day) == "waste"
    assert found.line("waste-nl", NOON) is None
    assert found.line("600", NOON - day) is None
    assert found.line("600", NOON) == "waste"


def test_a_prefix_is_of_one_kind_of_system_and_capitals_mean_nothing() -> None:
    plan, before = Plan.read(HANDED_OVER), NOON - 24 * instants.HOUR
    assert queues(plan, "genesys").line("waste-nl", before) == "genesys-only"
    assert queues(plan, "genesys").line("WASTE-fr", before) == "waste"
    assert queues(plan).line("Waste-NL", before) == "waste"
    arn = "arn:aws:connect:eu-central-1:1:instance/x/queue/y"
    assert queues(plan, "amazon-connect").line(arn, NOON) == "genesys-only"


def test_a_line_that_names_no_queues_is_fed_by_that_of_its_own_id() -> None:
    found = queues(Plan.read(HANDED_OVER))
    assert found.line("desk", NOON) == "desk"
    assert found.line("waste", NOON) is None  # it says which its queues are
    assert found.line("garden", NOON) is None


def test_a_menu_leads_to_a_line_or_to_a_queue_that_feeds_it() -> None:
    found = queues(Plan.read(HANDED_OVER))
    assert found.chosen("waste", NOON) == "waste"
    assert found.chosen("600", NOON) == "waste"
    assert found.chosen("601", NOON) is None


def test_without_a_plan_a_queue_is_a_line() -> None:
    plan = Plan.default()
    assert queues(plan).line("waste", NOON) == "waste"
    assert queues(plan).line("a|b", NOON) is None


@pytest.mark.parametrize(
    ("queues", "said"),
    [
        ('["a"]', '"a" also feeds "waste" then: leave it out of one of them'),
        ('["A"]', '"a" also feeds "waste" then'),
        ('"a"', "is not a list of texts"),
        ('["asterisk:"]', 'is no queue: write "waste" or "asterisk:waste"'),
        ('["b\\n"]', "is no queue"),
        (f'["{"q" * 201}"]', "is no queue"),
    ],
)
def test_a_mistake_in_queues_is_said(queues: str, said: str) -> None:
    text = f'[[line]]\nid = "waste"\nqueues = ["a"]\n[[line]]\nid = "desk"\nqueues = {queues}\n'
    with pytest.raises(PlanError) as error:
        Plan.read(text)
    (mistake,) = error.value.mistakes
    assert said in mistake.message
    assert mistake.line == 6


def test_a_queue_may_go_from_one_line_to_another() -> None:
    plan = Plan.read(
        '[[line]]\nid = "waste"\nqueues = ["a"]\nvalid_until = 2026-11-18\n'
        '[[line]]\nid = "desk"\nqueues = ["a"]\nvalid_from = 2026-11-18\n'
    )
    assert queues(plan).line("a", NOON) == "desk"


def test_a_plan_without_queues_keeps_its_digest() -> None:
    """Statements name the plan by it."""
    text = '[[line]]\nid = "waste"\n'
    assert "queues" not in Plan.read(text).to_json()
    assert Plan.read(text + 'queues = ["a"]').digest != Plan.read(text).digest
