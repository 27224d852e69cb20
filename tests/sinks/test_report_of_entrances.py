"""An entrance with a contract of its own is shown beside its targets, and none other is."""

from typing import Any

import pytest

from streams.domain.books import Books, books
from streams.domain.instants import HOUR
from streams.domain.plan import Plan
from streams.sinks.report import as_object, entrances_table
from tests.calls import BEGIN, Call, event
from tests.stories import contacts

PLAN = """
[[contract]]
id = "quick"
formula = "answered_only"
service_level_target = 0.50
reachability_target = 0.90
[[entrance]]
id = "business"
names = {}
contract = "quick"
[[entrance]]
id = "plain"
[[line]]
id = "waste"
"""
PROMPT, SLOW = 10, 50


def _books(*waits: tuple[str, int | None], plan: str = PLAN, now: int = BEGIN + 5 * HOUR) -> Books:
    """Calls by their entrance and how long each waits for its answer; None: it hangs up."""
    told = []
    for n, (entry, wait) in enumerate(waits):
        call = Call(BEGIN).start(0, entry=entry).enter(1, "waste")
        call = call.hang_up(61) if wait is None else call.answer(1 + wait, "waste").hang_up(200)
        told += [event(each, f"c{n}") for each in call.events]
    return books(contacts(told), Plan.read(plan), now)


def _shown(found: Books) -> dict[str, Any]:
    return {name: of.get("agreed") for name, of in as_object(found, {})["entrances"].items()}


@pytest.mark.parametrize(
    ("waits", "level", "met", "reached"),
    [
        ((PROMPT, SLOW), 0.5, True, True),
        ((PROMPT, SLOW, SLOW), 1 / 3, False, True),
        ((PROMPT, None), 1.0, True, False),
    ],
)
def test_its_figures_are_judged_by_its_own_formula_and_targets(
    waits: tuple[int | None, ...], level: float, met: bool, reached: bool
) -> None:
    others = [("plain", None), ("elsewhere", None)]
    found = _shown(_books(*(("business", wait) for wait in waits), *others))
    assert found == {
        "business": {
            "contract": "quick",
            "formula": "answered_only",
            "service_level_target": 0.5,
            "reachability_target": 0.9,
            "service_level": level,
            "service_level_met": met,
            "reachability_met": reached,
        },
        "plain": None,
        "other": None,
    }


def test_nothing_is_met_or_missed_where_nobody_called() -> None:
    found = _shown(_books(("plain", PROMPT)))["business"]
    assert not found.keys() & {"service_level", "service_level_met", "reachability_met"}
    rows = entrances_table(_books(("plain", PROMPT)), Plan.read(PLAN)).splitlines()
    assert rows[-1].split() == ["business", "0", "-", "50.0%", "-", "90.0%"]


def test_the_table_has_those_with_a_contract_alone() -> None:
    found = _books(("business", PROMPT), ("business", SLOW), ("plain", SLOW))
    _, _, *rows = entrances_table(found, Plan.read(PLAN)).splitlines()
    assert [row.split() for row in rows] == [["business", "2", "50.0%", "50.0%", "100.0%", "90.0%"]]
    bare = PLAN.replace('contract = "quick"\n', "")
    assert entrances_table(_books(("business", SLOW), plan=bare), Plan.read(bare)) == ""


def test_a_contract_that_an_entrance_no_longer_has_is_no_target() -> None:
    ended = PLAN.replace('contract = "quick"', 'contract = "quick"\nvalid_until = 2026-11-01')
    assert _shown(_books(("business", SLOW), plan=ended))["business"] is None
