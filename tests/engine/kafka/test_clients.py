"""One place makes all of Kafka's clients, and says what settings say."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import streams
from streams.engine.kafka import clients
from streams.settings import Settings

PACKAGE = Path(streams.__file__).parent
MAKES = {"AIOKafkaConsumer", "AIOKafkaProducer", "AIOKafkaAdminClient", "AIOKafkaClient"}


def imported(tree: ast.AST) -> Iterator[str]:
    """The names that a module imports, but for those that only its annotations need."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            continue
        if isinstance(node, ast.ImportFrom):
            yield from (name.name for name in node.names)
        yield from imported(node)


def attributes(tree: ast.AST) -> set[str]:
    return {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}


def test_no_other_module_makes_a_client() -> None:
    """What it would make would know nothing of TLS and passwords."""
    makers = set()
    for file in PACKAGE.rglob("*.py"):
        tree = ast.parse(file.read_text())
        if MAKES & ({*imported(tree)} | attributes(tree)):
            makers.add(file.relative_to(PACKAGE).as_posix())
    assert makers == {"engine/kafka/clients.py"}


async def test_every_client_is_told_how_to_speak() -> None:
    settings = Settings(
        broker="kafka-1:9093",
        kafka_security_protocol="SASL_SSL",
        kafka_sasl_mechanism="SCRAM-SHA-512",
        kafka_sasl_username="reachline",
        kafka_sasl_password="correct horse",
    )
    producer, consumer = clients.producer(settings), clients.consumer(settings)
    for inner in (producer.client, consumer._client):
        assert inner._bootstrap_servers == "kafka-1:9093"
        assert inner._security_protocol == "SASL_SSL"
        assert inner._ssl_context is settings.context()
        assert inner._sasl_mechanism == "SCRAM-SHA-512"
        assert inner._sasl_plain_username == "reachline"
        assert inner._sasl_plain_password == "correct horse"
    await producer.stop()
    await consumer.stop()


async def test_every_reader_sees_only_what_is_committed() -> None:
    """Else what a fenced owner had written would be read, though nothing of it stands."""
    for consumer in (clients.consumer(Settings()), clients.reader(Settings())):
        assert consumer._isolation_level == "read_committed"
        assert consumer._enable_auto_commit is False
        await consumer.stop()


def test_of_two_clients_both_go_by_the_same_files_read_once() -> None:
    settings = Settings(kafka_security_protocol="SSL")
    assert settings.context() is Settings(kafka_security_protocol="SSL").context()
