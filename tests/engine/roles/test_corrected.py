"""What is said of a plan that judges the past otherwise than it was judged."""

from __future__ import annotations

import logging

import pytest

from streams.engine.roles import corrected
from streams.engine.roles.contact_owner import ContactOwner
from tests.calls import BEGIN, Call
from tests.engine.pocket import Deployment
from tests.plans_that_differ import with_line
from tests.stories import PLAN

SAID = "the plan judges the past otherwise"


def deployment() -> Deployment:
    """Two partitions that have judged until now."""
    found = Deployment(2)
    for call_id in ("a", "d"):
        for event in Call(BEGIN).start(0).enter(5, "waste").events:
            found.send(call_id, event)
    for source in range(2):
        found.merge(source)
        found.checkpoint(source, BEGIN + 10 + source)
    return found


def restarted(found: Deployment) -> list[ContactOwner]:
    for source in range(2):
        found.crash(source)
        found.checkpoint(source, BEGIN + 20)
    return list(found._owners.values())


def test_one_line_says_in_what_and_from_when_and_says_it_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    found = deployment()
    found.plan = with_line(PLAN, "waste", vendor="nova")
    with caplog.at_level(logging.WARNING):
        corrected.say(restarted(found))
    (record,) = caplog.records
    assert record.getMessage().startswith(SAID)
    assert record.partitions == [0, 1]  # type: ignore[attr-defined]
    assert record.differs == ["line waste: vendor"]  # type: ignore[attr-defined]
    assert record.more == 0  # type: ignore[attr-defined]
    assert record.acts_from.startswith("2026-11-18T")  # type: ignore[attr-defined]
    caplog.clear()
    owners = restarted(found)
    corrected.say(owners)
    assert not caplog.records
    assert [corrected.acts_since(owner) for owner in owners] == [BEGIN + 11, BEGIN + 12]


def test_nothing_is_said_of_a_plan_that_judges_as_was_judged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    found = deployment()
    found.plan = with_line(PLAN, "waste", names={"nl": "Afval"})
    owners = restarted(found)
    corrected.say(owners)
    assert not caplog.records
    assert [corrected.acts_since(owner) for owner in owners] == [None, None]


def test_a_line_names_some_and_says_how_many_more(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(corrected, "MOST_SAID", 1)
    found = deployment()
    found.plan = with_line(with_line(PLAN, "waste", vendor="nova"), "desk", tier=3)
    corrected.say(restarted(found))
    (record,) = caplog.records
    assert record.differs == ["line desk: tier"]  # type: ignore[attr-defined]
    assert record.more == 1  # type: ignore[attr-defined]
