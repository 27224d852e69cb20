"""The topic of alerts has two kinds of records, and neither is taken for the other."""

import orjson
import pytest

from streams.engine.state.alerts import (
    DETECTOR_VERSION,
    alert_record,
    detector_record,
    from_alert_record,
    from_detector_record,
)
from streams.engine.state.errors import StateError
from tests.alerts import fall

MEMORY = [1, [2.5, None], "waste"]


def test_the_bytes_of_a_memory_are_those_that_other_releases_know() -> None:
    assert detector_record("waste", MEMORY) == (b"state|waste", b'[1,[1,[2.5,null],"waste"]]')


@pytest.mark.parametrize("line", ["waste", "a|b", "state|"])
def test_what_a_detector_remembers_comes_back_to_its_line(line: str) -> None:
    key, value = detector_record(line, MEMORY)
    assert from_detector_record(key, value) == (line, MEMORY)
    assert from_alert_record(key, value) is None


def test_an_alert_comes_back_under_its_id() -> None:
    alert = fall()
    key, value = alert_record(alert)
    assert key == b"waste:reachability:2026-11-23T11:50:00Z"
    assert from_alert_record(key, value) == alert
    assert from_detector_record(key, value) is None


def test_what_was_removed_is_neither() -> None:
    for key in (b"state|waste", b"waste:reachability:2026-11-23T11:50:00Z"):
        assert from_detector_record(key, None) is None
        assert from_alert_record(key, None) is None


def test_the_memory_of_a_newer_version_is_refused_before_it_is_misread() -> None:
    newer = orjson.dumps([DETECTOR_VERSION + 1, {"in": "another form"}])
    with pytest.raises(StateError) as refused:
        from_detector_record(b"state|waste", newer)
    assert str(refused.value) == (
        "the alerts' state was written in form 2, this version knows up to 1: run the newer version"
    )
