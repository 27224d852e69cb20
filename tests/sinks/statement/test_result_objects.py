"""A result's fields: what a kind of result does not have is left out, what is not known is null."""

import json

import msgspec
import pytest
from msgspec import UNSET

from streams.sinks.statement.result_objects import Charge, Result
from tests.sinks.statement import march, october

RESULTS = {each.figure: each for each in october.made(october.booked()).object.results}
OF_A_SERVICE_LEVEL = {"formula", "threshold", "boundary", "clock"}
OF_REACHABILITY = {"reach_limit", "callbacks"}


def _keys(of: Result) -> set[str]:
    return set(json.loads(msgspec.json.encode(of)))


@pytest.mark.parametrize(
    ("figure", "its_own"),
    [
        ("service_level", OF_A_SERVICE_LEVEL | {"by_line"}),  # it is pooled
        ("reachability", OF_REACHABILITY),
        ("abandonment", set()),
        ("average_speed_of_answer", set()),
    ],
)
def test_a_result_has_the_fields_of_its_figure(figure: str, its_own: set[str]) -> None:
    some = OF_A_SERVICE_LEVEL | OF_REACHABILITY | {"by_line", "by_hours_heard", "outlook"}
    assert _keys(RESULTS[figure]) & some == its_own
    assert _keys(RESULTS[figure]) - its_own == _keys(RESULTS["abandonment"])


def test_what_is_not_known_is_null_and_what_does_not_apply_is_left_out() -> None:
    silent = march.made(march.booked("2026-03-27T12:00:00+01:00")).object.results
    (little,) = (each for each in silent if not each.complete)
    said = json.loads(msgspec.json.encode(little))
    assert [said[name] for name in ("met", "points_missed", "malus", "bonus")] == [None] * 4
    assert said["by_hours_heard"]["met"] is False


@pytest.mark.parametrize("figure", RESULTS)
def test_a_result_that_is_read_back_is_the_same(figure: str) -> None:
    of = RESULTS[figure]
    assert msgspec.json.decode(msgspec.json.encode(of), type=Result) == of


def test_what_is_left_out_is_read_as_left_out() -> None:
    said = json.loads(msgspec.json.encode(RESULTS["abandonment"]))
    assert msgspec.convert(said, Result).outlook is UNSET
    assert msgspec.convert(said | {"boundary": "<"}, Result).boundary == "<"
    for refused in ({"short_abandons": "ignored"}, {"boundary": "="}, {"callbacks": "reached"}):
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert(said | refused, Result)
    with pytest.raises(msgspec.ValidationError, match="`from`"):
        msgspec.convert({name: value for name, value in said.items() if name != "from"}, Result)


def test_money_is_a_text() -> None:
    charge = RESULTS["service_level"].malus
    assert json.loads(msgspec.json.encode(charge))["amount"] == "6000.00"
    with pytest.raises(msgspec.ValidationError, match="Expected `str`"):
        msgspec.convert(msgspec.to_builtins(charge) | {"amount": 6000.0}, Charge)
