"""Entries that say that what a line is like now is usual, and what is none."""

import pytest

from streams.domain.plan import Plan
from streams.domain.plan.reader import check
from tests.stories import at

HEAD = '[[line]]\nid = "waste"\n[[relearn]]\n'


def test_it_is_read_by_the_clock_of_the_city() -> None:
    zone = '[city]\ntime_zone = "Europe/Brussels"\n'
    plan = Plan.read(f'{zone}{HEAD}line = "waste"\nat = 2026-11-18T10:00:00')
    assert [(each.line, each.at) for each in plan.entries.relearns] == [("waste", at("9:00"))]
    assert "relearns" in plan.to_json() and "relearns" not in Plan.read(HEAD[:22]).to_json()


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        ('line = "wast"\nat = 2026-11-18', 'no line "wast"'),
        ('line = "waste"', "`at` is missing"),
        ("at = 2026-11-18", "`line` is missing"),
        ('line = "waste"\nat = "soon"', ""),
        ('line = "waste"\nat = 2026-11-18\nfrom = 1', 'unknown key "from"'),
    ],
)
def test_what_is_wrong_is_said(entry: str, says: str) -> None:
    mistakes = check(HEAD + entry)
    assert mistakes and any(says in each.message for each in mistakes)
