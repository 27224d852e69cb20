"""Whether a broker lets one in, and what is said when it does not; a broker that wants passwords
and certificates is in `tests/commands/test_secured_kafka.py`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from streams.domain.plan import Plan
from streams.engine.kafka import access
from streams.engine.kafka.access import Address, check_access
from streams.engine.kafka.embedded import EmbeddedBroker
from streams.engine.kafka.refusals import BrokerError
from streams.engine.worker import Worker
from streams.settings import Settings
from tests.brokers import free_port
from tests.missing import need_embedded_broker

Answer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


async def said(settings: Settings) -> str:
    with pytest.raises(BrokerError) as caught:
        await check_access(settings)
    assert "\n" not in str(caught.value)
    return str(caught.value)


SETTING = "the setting broker (--broker, REACHLINE_BROKER)"


async def test_a_broker_that_is_not_there() -> None:
    at = f"127.0.0.1:{free_port()}"
    refused = f"{at}: no Kafka broker answers there; is it running, and is {SETTING} right?"
    assert await said(Settings(broker=at)) == refused
    unknown = f"kafka.invalid:9092: there is no such host name; see {SETTING}"
    assert await said(Settings(broker="kafka.invalid:9092")) == unknown
    assert await said(Settings(broker=f"kafka.invalid:9092,{at}")) == f"{refused}; {unknown}"


@asynccontextmanager
async def listening(answer: Answer) -> AsyncIterator[str]:
    """Something that listens and is no Kafka, by its address."""
    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def goodbye(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(1)
    writer.close()


async def web_server(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(1)
    writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    writer.close()


async def mute(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()  # until the other side goes
    writer.close()


@pytest.mark.parametrize("answer", [goodbye, web_server])
@pytest.mark.parametrize("protocol", ["PLAINTEXT", "SSL"])
async def test_what_is_no_kafka(answer: Answer, protocol: str) -> None:
    async with listening(answer) as at:
        text = await said(Settings(broker=at, kafka_security_protocol=protocol))
    assert text.startswith(f"{at}: the connection was closed; ")
    assert "Error" not in text


async def test_who_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "_PATIENCE", 0.2)
    async with listening(mute) as at:
        assert await said(Settings(broker=at)) == (
            f"{at}: no answer in time; is that a Kafka broker, and is {SETTING} right?"
        )


async def test_a_worker_that_waits_for_an_answer_can_be_stopped() -> None:
    async with listening(mute) as at:
        worker = Worker(Settings(broker=at, web_port=free_port()), Plan.default())
        running = asyncio.create_task(worker.run())
        await asyncio.sleep(0.2)
        assert not running.done()
        await asyncio.wait_for(worker.stop(), 10)
        await asyncio.wait_for(running, 10)


async def test_a_broker_that_is_down_keeps_nobody_from_the_others() -> None:
    need_embedded_broker()
    async with EmbeddedBroker() as broker:
        await check_access(Settings(broker=f"127.0.0.1:{free_port()},{broker.bootstrap}"))


A, B, C = (Address(f"kafka-{number}", 9092) for number in (1, 2, 3))
DOWN = BrokerError("down", silent=True)
REFUSES = BrokerError("refuses")
NEVER = "answers never"
OWN = " (the broker gives itself this address: advertised.listeners)"


@pytest.mark.parametrize(
    ("answers", "says"),
    [
        ({A: {A}}, None),
        ({A: {A, B, C}, B: {A, B, C}, C: {A, B, C}}, None),
        ({A: set()}, None),  # a cluster without topics may name no broker
        ({A: DOWN, B: {A, B}}, None),
        ({A: {A, B, C}, B: DOWN, C: {A, B, C}}, None),
        ({A: {A, B, C}, B: NEVER, C: {A, B, C}}, None),
        ({A: {B, C}, B: NEVER, C: {B, C}}, None),
        ({A: NEVER, B: {A, B}}, None),
        ({A: DOWN, B: DOWN}, "down"),
        ({A: DOWN, B: REFUSES}, "refuses"),  # who is there goes before who is not
        ({A: {A, B, C}, B: REFUSES, C: DOWN}, "refuses" + OWN),
        ({A: {C}, C: REFUSES}, "refuses" + OWN),
        ({A: {C}, C: DOWN}, "down" + OWN),
        ({A: {B, C}, B: DOWN, C: {B, C}}, None),
    ],
)
async def test_of_several_brokers(
    monkeypatch: pytest.MonkeyPatch,
    answers: dict[Address, set[Address] | BrokerError | str],
    says: str | None,
) -> None:
    """The first two are dialled; the others are known by what these say."""

    async def ask(_: Settings, at: Address) -> set[Address]:
        answer = answers[at]
        if isinstance(answer, BrokerError):
            raise answer
        if isinstance(answer, str):
            await asyncio.Event().wait()
            raise AssertionError
        return answer

    monkeypatch.setattr(access, "_ask", ask)
    monkeypatch.setattr(access, "_OTHERS", 0.05)
    dialled = [at for at in (A, B) if at in answers and not (at == B and B in known(answers[A]))]
    settings = Settings(broker=",".join(map(str, dialled)))
    async with asyncio.timeout(10):
        if says is None:
            await check_access(settings)
        else:
            assert await said(settings) == says


def known(answer: object) -> set[Address]:
    return answer if isinstance(answer, set) else set()


def test_an_address_of_six() -> None:
    assert str(Address("::1", 9092)) == "[::1]:9092"
