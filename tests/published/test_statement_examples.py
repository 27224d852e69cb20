"""What `statement`, `explain` and `restate` write as JSON is what their schemas say."""

import json
from pathlib import Path

import msgspec
import pytest
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from streams.domain.instants import parse
from streams.published import schemas, statement_examples
from streams.sinks.statement.archive import Archive
from streams.sinks.statement.contact_explained import CallsExplained
from streams.sinks.statement.explained import Explanation
from streams.sinks.statement.objects import Statement, canonical
from streams.sinks.statement.restated import Restatement, restate
from tests.sinks.statement import march, october

VALID = {each.name: Draft202012Validator(each.schema) for each in schemas.published()}
KEPT_BY_0_1 = Path(__file__).parents[1] / "data" / "kept-by-0.1"


def test_statements_are_what_the_schema_says() -> None:
    for made in (
        march.made(march.booked(), issue=1),
        march.made(march.booked("2026-03-27T12:00:00+01:00")),
        march.made(march.booked(), as_of=parse("2026-03-20T00:00:00Z")),
        march.with_a_silent_line(),
        october.made(october.booked()),
        october.made(october.booked(), parse("2026-10-20T00:00:00Z")),
    ):
        VALID["statement"].validate(json.loads(made.json))


def test_a_restatement_of_what_release_0_1_has_kept_is_what_the_schema_says() -> None:
    kept = Archive(KEPT_BY_0_1).latest("acme", "2026-03")
    assert kept is not None
    VALID["statement"].validate(json.loads(kept.statement.json))
    after = march.made(march.booked(), issue=2)
    found = restate(kept.statement, after, 1, "late", [])
    assert found.results and found.quarter_hours
    VALID["restatement"].validate(json.loads(canonical(found)))


@pytest.mark.parametrize(
    ("name", "type_"),
    [
        ("statement", Statement),
        ("explanation", Explanation),
        ("calls-explained", CallsExplained),
        ("restatement", Restatement),
    ],
)
def test_an_object_that_is_read_back_has_the_same_bytes(
    name: str, type_: type[msgspec.Struct]
) -> None:
    (example,) = statement_examples.statements()[name]
    written = canonical(example)
    assert canonical(msgspec.json.decode(written, type=type_)) == written
    with pytest.raises(ValidationError, match="is a required property"):
        VALID[name].validate({})


def test_the_examples_show_a_call_that_counts() -> None:
    shown = statement_examples.statements()
    assert shown["explanation"][0]["visits"] and shown["restatement"][0]["results"]
    assert shown["statement"][0]["results"][0]["whole"] == 1
