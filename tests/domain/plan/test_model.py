"""The values of a plan: which ids there may be, and the thresholds that a contract counts by."""

from decimal import Decimal

import pytest

from streams.domain.instants import SECOND
from streams.domain.plan.model import Contract, Measure, is_id


@pytest.mark.parametrize("id_", ["w", "waste-2", "Déchets ménagers", "x" * 64])
def test_an_id_is_a_line_of_printable_text(id_: str) -> None:
    assert is_id(id_)


@pytest.mark.parametrize("id_", ["", " waste", "waste ", "a|b", "a\nb", "x" * 65])
def test_what_would_break_a_key_or_a_line_is_none(id_: str) -> None:
    assert not is_id(id_)


def level(id_: str, threshold: int) -> Measure:
    return Measure(id_, "service_level", Decimal("0.8"), "answered_only", threshold, "monthly")


def test_thresholds_of_measures_are_counted_beside_the_contracts_own() -> None:
    """Each once, and the contract's own not again."""
    measures = (level("a", 20 * SECOND), level("b", 90 * SECOND), level("c", 90 * SECOND))
    assert Contract(threshold=20 * SECOND, measures=measures).further == (90 * SECOND,)
    assert Contract(threshold=20 * SECOND).further == ()
