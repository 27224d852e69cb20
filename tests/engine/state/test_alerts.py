"""The topic of alerts has two kinds of records, and neither is taken for the other."""

import orjson
import pytest

from streams.engine.state.alerts import (
    DETECTOR,
    INCIDENT,
    LEARNT,
    STATE_VERSION,
    alert_record,
    from_alert_record,
    from_state_record,
    state_record,
)
from streams.engine.state.errors import StateError
from tests.alerts import fall

MEMORY = [1, [2.5, None], "waste"]
ID = b"line:waste:no_entry:2026-11-23T11:50:00Z"


def test_the_bytes_of_a_memory_are_those_that_other_releases_know() -> None:
    assert state_record(DETECTOR, "line:waste", MEMORY) == (
        b"state|detector|line:waste",
        b'[2,[1,[2.5,null],"waste"]]',
    )


@pytest.mark.parametrize("what", [DETECTOR, LEARNT, INCIDENT])
@pytest.mark.parametrize("of", ["line:waste", "line:a|b", "state|", "city"])
def test_what_is_remembered_comes_back_to_its_scope(what: str, of: str) -> None:
    key, value = state_record(what, of, MEMORY)
    assert from_state_record(key, value) == (what, of, MEMORY)
    assert from_alert_record(key, value) is None


def test_an_alert_comes_back_under_its_id() -> None:
    alert = fall()
    key, value = alert_record(alert)
    assert key == ID
    assert from_alert_record(key, value) == alert
    assert from_state_record(key, value) is None


def test_what_was_removed_is_neither() -> None:
    for key in (b"state|detector|line:waste", ID):
        assert from_state_record(key, None) is None
        assert from_alert_record(key, None) is None


def test_the_memory_of_a_former_form_is_not_gone_on_from() -> None:
    """Its detectors asked other questions."""
    assert from_state_record(b"state|waste", orjson.dumps([1, MEMORY])) is None
    assert from_state_record(b"state|waste|x", orjson.dumps([2, MEMORY])) is None


def test_an_alert_of_a_former_release_is_none_of_ours() -> None:
    value = orjson.dumps({"id": "waste:reachability:x", "line": "waste", "kind": "reachability"})
    assert from_alert_record(b"waste:reachability:x", value) is None


def test_the_memory_of_a_newer_version_is_refused_before_it_is_misread() -> None:
    newer = orjson.dumps([STATE_VERSION + 1, {"in": "another form"}])
    with pytest.raises(StateError) as refused:
        from_state_record(b"state|detector|line:waste", newer)
    assert str(refused.value) == (
        "the alerts' state was written in form 3, this version knows up to 2: run the newer version"
    )
