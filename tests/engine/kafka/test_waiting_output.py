"""Output of a source that waits for Kafka: what was written, what was not, what nobody knows."""

from __future__ import annotations

from collections.abc import Iterable
from types import SimpleNamespace

import pytest

from streams.domain.events import CallStart, Event
from streams.engine.kafka import source_output, waiting_output
from streams.engine.kafka.refusals import BrokerError
from streams.engine.kafka.source_output import TakenOverError, WriteError
from streams.engine.kafka.waiting_output import WAITS, KafkaAwayError, WaitingOutput
from streams.settings import Settings

AWAY = BrokerError("kafka-1:9092: no Kafka broker answers there", silent=True)
ONE: list[Event] = [CallStart("1", "1", "2026-11-20T09:00:00Z")]


class Broker:
    """Does at each step what is planned: `lost` writes and fails, `fails` fails, `other` lets
    somebody else write and fails, `away` lets nobody in."""

    def __init__(self, *steps: str) -> None:
        self.steps = [*steps]
        self.kept: bytes | None = None
        self.events: list[Event] = []
        self.closed = 0

    def step(self) -> str:
        return self.steps.pop(0) if self.steps else ""

    def output(self, settings: Settings, source: str) -> Output:
        return Output(self)


class Output:
    def __init__(self, broker: Broker) -> None:
        self.broker = broker
        self.stored: bytes | None = None
        self.others: set[str] = set()

    async def __aenter__(self) -> Output:
        if self.broker.step() == "away":
            raise AWAY
        self.stored = self.broker.kept
        return self

    async def __aexit__(self, *_: object) -> None:
        self.broker.closed += 1

    async def write(self, events: Iterable[Event], stored: bytes) -> None:
        step = self.broker.step()
        if step in ("", "lost"):
            self.broker.events += events
            self.broker.kept = self.stored = stored
        if step == "other":
            self.broker.kept = b"theirs"
        if step:
            raise WriteError("gone")


def told(
    broker: Broker, monkeypatch: pytest.MonkeyPatch, patient: bool = True
) -> tuple[list[str], list[float]]:
    """What is said, and for how long it waits, while one batch is written."""
    said: list[str] = []
    waited: list[float] = []
    monkeypatch.setattr(source_output, "SourceOutput", broker.output)
    monkeypatch.setattr(waiting_output, "time", SimpleNamespace(sleep=waited.append))
    with WaitingOutput(Settings(), "calls", said.append, patient) as output:
        output.write(ONE, b"1")
        assert output.stored == broker.kept == b"1"
    return said, waited


@pytest.mark.parametrize("step", ["fails", "lost"])
def test_what_was_not_answered_is_written_once(step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    broker = Broker("", step)
    said, _ = told(broker, monkeypatch)
    assert broker.events == ONE
    assert said == ["gone; the log waits", "Kafka is back"]
    assert broker.closed == 2


def test_it_waits_longer_and_longer_and_says_each_reason_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    broker = Broker(*["away"] * 7, "", "fails", "away", "away")
    said, waited = told(broker, monkeypatch)
    assert broker.events == ONE
    assert waited == [*WAITS, WAITS[-1], WAITS[-1], *WAITS[:3]]
    away = f"{AWAY}; the log waits"
    assert said == [away, "Kafka is back", "gone; the log waits", away, "Kafka is back"]


def test_who_was_replaced_while_kafka_was_away_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    broker = Broker("", "other")
    with pytest.raises(TakenOverError, match="another import of calls has begun"):
        told(broker, monkeypatch)
    assert broker.events == []


@pytest.mark.parametrize("steps", [("away",), ("", "fails")])
def test_who_does_not_wait_fails(steps: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(KafkaAwayError, match=r"no Kafka broker answers|gone"):
        told(Broker(*steps), monkeypatch, patient=False)
