"""``reachline rebuild``: what it says while it makes the state again, and at the end."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from streams import logs
from streams.cli import main
from streams.domain.plan import Plan
from streams.engine import rebuild as engine
from streams.engine.rebuild import RebuildError, Rebuilt
from streams.settings import Settings
from tests.plans import ANTWERP, ANTWERP_FILE


@pytest.fixture(autouse=True)
def _keeps_the_log(monkeypatch: pytest.MonkeyPatch) -> None:
    """The log of the process that runs the tests stays as it is."""
    monkeypatch.setattr(logs, "configure", lambda: None)


def test_each_partition_is_said_when_it_is_done(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def rebuild(settings: Settings, plan: Plan, report: Callable[[Rebuilt], None]) -> None:
        assert settings.broker == "kafka:9092" and [*plan.lines] == [*ANTWERP.lines]
        report(Rebuilt(partition=0, events=12, late=3, contacts=4))
        assert capsys.readouterr().out == (
            "partition 0: 12 events, 3 of them late, 4 contacts in state\n"
        )
        report(Rebuilt(partition=1, events=0, late=0, contacts=0))

    monkeypatch.setattr(engine, "rebuild", rebuild)
    assert main(["rebuild", "--broker", "kafka:9092", "--plan", str(ANTWERP_FILE)]) == 0
    said = capsys.readouterr()
    assert said.out == "partition 1: 0 events, 0 of them late, 0 contacts in state\n"
    assert said.err == "rebuilt; the workers may start\n"


def test_who_could_not_rebuild_does_not_say_that_workers_may_start(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def rebuild(*_: object) -> None:
        raise RebuildError("workers of reachline are running: stop them first")

    monkeypatch.setattr(engine, "rebuild", rebuild)
    assert main(["rebuild"]) == 1
    said = capsys.readouterr()
    assert (said.out, said.err) == (
        "",
        "reachline: workers of reachline are running: stop them first\n",
    )
