"""What a partition is judged by stands in its state, and none goes on where it is missing."""

from __future__ import annotations

import pytest

from streams.engine.kafka import topics
from streams.engine.state.errors import StateError
from streams.engine.state.judged import (
    JUDGED_KEY,
    from_judged_value,
    from_told_value,
    judged_digest,
    judged_record,
)
from streams.engine.state.restored import Restored
from tests.calls import BEGIN, Call
from tests.engine.pocket import Deployment
from tests.plans_that_differ import with_line
from tests.stories import PLAN


def deployment() -> Deployment:
    """One whose owner has made a checkpoint."""
    found = Deployment(1)
    for event in Call(BEGIN).start(0).enter(5, "waste").events:
        found.send("a", event)
    found.merge(0)
    found.checkpoint(0, BEGIN + 10)
    return found


def restored(found: Deployment, *, without: bool = False, value: bytes | None = None) -> Restored:
    state = Restored()
    for record in found.topics.of(topics.STATE):
        if record.key == JUDGED_KEY and (without or value is not None):
            if value is not None:
                state.apply(JUDGED_KEY, value)
            continue
        state.apply(record.key, record.value)
    return state


def test_it_is_written_once_and_read_back() -> None:
    found = deployment()
    found.checkpoint(0, BEGIN + 20)
    written = [r for r in found.topics.of(topics.STATE) if r.key == JUDGED_KEY]
    assert len(written) == 1
    state = restored(found)
    state.check()
    assert state.judged is not None
    assert judged_record(state.judged) == (JUDGED_KEY, written[0].value)
    assert JUDGED_KEY in state.every_key()


def test_it_is_written_again_where_the_plan_is_another() -> None:
    found = deployment()
    found.crash(0)
    found.checkpoint(0, BEGIN + 20)
    found.plan = with_line(PLAN, "waste", vendor="nova")
    found.crash(0)
    found.checkpoint(0, BEGIN + 30)
    found.crash(0)
    found.checkpoint(0, BEGIN + 40)
    written = [r for r in found.topics.of(topics.STATE) if r.key == JUDGED_KEY]
    assert len(written) == 2


def test_none_goes_on_where_it_is_missing_or_another_s() -> None:
    found = deployment()
    for state in (restored(found, without=True), restored(found, value=b"other")):
        with pytest.raises(StateError, match="judged by is missing"):
            state.check()


def test_what_is_damaged_is_told_with_its_remedy() -> None:
    with pytest.raises(StateError, match=r"can't be read .*rebuild"):
        from_judged_value(b"damaged")
    for value in (b"damaged", b"[]", b"[1]", b'["damaged"]', b'["ZGFtYWdlZA=="]'):
        with pytest.raises(StateError, match=r"can't be read .*rebuild"):
            from_told_value(value)
    assert judged_digest(None) == ""
    assert len(judged_digest(b"damaged")) == 16
