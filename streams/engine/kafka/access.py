"""Whether the brokers let a client in, and in one line why they do not.

A short visit before the clients are made: connect, say who we are, ask which brokers there are, and
connect to each under the address that it gives itself (`advertised.listeners`), for that is where
clients go next. aiokafka logs what hinders it and tries again; asked directly, it raises the cause.
A connection that the broker closes without a word is looked at once more, without showing a
password, to find out whether the broker wants TLS, SASL or neither.
"""

import asyncio
import ssl
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any, Final, NamedTuple

from aiokafka import errors
from aiokafka.conn import AIOKafkaConnection, collect_hosts, create_conn
from aiokafka.protocol.admin import SaslHandShakeRequest
from aiokafka.protocol.metadata import MetadataRequest

from streams.engine.kafka.refusals import (
    BrokerError,
    client_certificate,
    of_certificates,
    of_the_network,
    of_users,
)
from streams.settings import Settings

_PATIENCE: Final = 20.0
"""Seconds for each answer: a broker that was just started is slow, and a person who waits for what
is no Kafka wants to hear of it."""

_OTHERS: Final = 2.0
"""Seconds for the other brokers once one has answered. One that is down must delay nobody."""

_LOOK: Final = 5.0
"""Seconds for a second look, at a broker that has just closed a connection and so is there."""

_CLOSING: Final = 1.0  # seconds for a goodbye that nothing depends on


class Address(NamedTuple):
    """Of a broker."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def servers(settings: Settings) -> list[Address]:
    """The bootstrap servers, in any order."""
    return [Address(host, port) for host, port, _ in collect_hosts(settings.broker)]


def options(settings: Settings) -> dict[str, Any]:
    """The security options of aiokafka, for clients and connections alike."""
    given: dict[str, Any] = {
        "security_protocol": settings.kafka_security_protocol,
        "ssl_context": settings.context(),
    }
    if settings.sasl:
        given |= {
            "sasl_mechanism": settings.kafka_sasl_mechanism,
            "sasl_plain_username": settings.kafka_sasl_username,
            "sasl_plain_password": settings.kafka_sasl_password,
        }
    return given


async def check_access(settings: Settings) -> None:
    """Returns when a client with these settings can work.

    Raises:
        BrokerError: no bootstrap server lets it in, or a broker does not under the address that it
            gives itself. Brokers that are down are left out as long as one answers.
    """
    answers, refusals = await _ask_all(settings, servers(settings), enough=False, patience=0.0)
    if not answers:
        raise _foremost(refusals)
    at, known = next(iter(answers.items()))
    answers, refusals = await _ask_all(settings, known - {at}, enough=at in known, patience=_OTHERS)
    if at in known or answers:
        refusals = [refusal for refusal in refusals if not refusal.silent]
    if refusals:
        said = _foremost(refusals)
        raise BrokerError(
            f"{said} (the broker gives itself this address: advertised.listeners)", said.silent
        )


async def _ask_all(
    settings: Settings, addresses: Iterable[Address], enough: bool, patience: float
) -> tuple[dict[Address, set[Address]], list[BrokerError]]:
    """The answers, by who gave them, and what hindered the others. Once one has answered, or when
    that is ``enough`` from the beginning, the others have ``patience`` seconds more."""
    asked = {asyncio.create_task(_ask(settings, each)): each for each in addresses}
    waiting = set(asked)
    try:
        while waiting and not enough:
            done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            enough = any(task.exception() is None for task in done)
        if waiting:
            _, waiting = await asyncio.wait(waiting, timeout=patience)
    finally:
        for task in waiting:
            task.cancel()
        said = await asyncio.gather(*asked, return_exceptions=True)
    answers = {at: each for at, each in zip(asked.values(), said, strict=True) if type(each) is set}
    return answers, [each for each in said if isinstance(each, BrokerError)]


def _foremost(refusals: list[BrokerError]) -> BrokerError:
    """The one to mend first: who is there and refuses goes before who is not there; when nobody is
    there, all of them."""
    for refusal in refusals:
        if not refusal.silent:
            return refusal
    return BrokerError("; ".join(sorted({str(refusal) for refusal in refusals})), silent=True)


async def _ask(settings: Settings, at: Address) -> set[Address]:
    """What brokers a broker knows, under the addresses that they give themselves.

    Raises:
        BrokerError: it does not let the client in, or is not there.
    """
    try:
        connection = await _connect(at, _PATIENCE, **options(settings))
        try:
            known = await connection.send(MetadataRequest([]))
        finally:
            await _close(connection)
    except Exception as error:
        raise await _refusal(settings, at, error) from error
    return {Address(host, port) for _, host, port, *_ in known.brokers}


async def _connect(at: Address, patience: float, **security: Any) -> AIOKafkaConnection:
    return await create_conn(*at, request_timeout_ms=int(patience * 1000), **security)


async def _close(connection: AIOKafkaConnection) -> None:
    with suppress(TimeoutError):  # waited for, or the loop's end finds it half-way
        await asyncio.wait_for(asyncio.shield(connection.close()), _CLOSING)


# -- why not


async def _refusal(settings: Settings, at: Address, error: Exception) -> BrokerError:
    for cause in _causes(error):
        said = of_the_network(cause)
        if said is not None:
            return BrokerError(f"{at}: {said}", silent=True)
        said = of_certificates(settings, at.host, cause) or of_users(settings, cause)
        if said is not None:
            return BrokerError(f"{at}: {said}")
    return BrokerError(f"{at}: {await _second_look(settings, at, error)}")


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__


async def _second_look(settings: Settings, at: Address, error: Exception) -> str:
    """Why a broker may have closed the connection without a word, by how it answers others."""
    protocol = settings.kafka_security_protocol
    if settings.tls and await _answers(at, security_protocol="PLAINTEXT"):
        wanted = "PLAINTEXT or SASL_PLAINTEXT" if settings.sasl else "PLAINTEXT"
        return f"no TLS is spoken there; kafka_security_protocol must be {wanted}, not {protocol}"
    if not settings.tls and await _speaks_tls(at):
        wanted = "SASL_SSL" if settings.sasl else "SSL or SASL_SSL"
        return f"TLS is spoken there; kafka_security_protocol must be {wanted}, not {protocol}"
    mechanisms = await _mechanisms(settings, at)
    if mechanisms and not settings.sasl:
        return (
            "the broker wants a user name and a password; kafka_security_protocol must be "
            f"SASL_{protocol}, not {protocol}, and kafka_sasl_mechanism one of {mechanisms}"
        )
    if mechanisms and isinstance(error, errors.UnsupportedSaslMechanismError):
        return (
            f"the broker does not accept kafka_sasl_mechanism {settings.kafka_sasl_mechanism}; it "
            f"accepts {mechanisms}"
        )
    if settings.tls and not settings.kafka_ssl_certificate_location:
        return f"the connection was closed; perhaps {client_certificate(settings)}"
    return "the connection was closed; is that Kafka?"


async def _answers(at: Address, **security: Any) -> bool:
    try:
        await _close(await _connect(at, _LOOK, **security))
    except Exception:
        return False
    return True


async def _speaks_tls(at: Address) -> bool:
    anybody = ssl.create_default_context()
    anybody.check_hostname = False
    anybody.verify_mode = ssl.CERT_NONE  # nothing is sent but the greeting
    try:
        async with asyncio.timeout(_LOOK):
            _, writer = await asyncio.open_connection(*at, ssl=anybody)
    except ssl.SSLError as error:
        return "ALERT" in str(error.reason)
    except (OSError, TimeoutError):
        return False
    writer.close()
    with suppress(OSError, TimeoutError):
        await asyncio.wait_for(writer.wait_closed(), _CLOSING)
    return True


async def _mechanisms(settings: Settings, at: Address) -> str:
    """What the broker offers to those who say who they are; nothing when it asks nobody."""
    security = {
        "security_protocol": settings.kafka_security_protocol.removeprefix("SASL_"),
        "ssl_context": settings.context(),
    }
    try:
        connection = await _connect(at, _LOOK, **security)
        try:
            offered = await connection.send(SaslHandShakeRequest("PLAIN"))
        finally:
            await _close(connection)
    except Exception:
        return ""
    return ", ".join(sorted(offered.enabled_mechanisms))
