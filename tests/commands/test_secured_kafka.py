"""Every command on a Kafka that wants TLS, a password or a certificate; and what is said of a wrong
one: a line that names it.

It is longer than a module should be, because every command is tried on every way of being let in.
"""

from __future__ import annotations

import asyncio
import gzip
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from aiokafka.admin import AIOKafkaAdminClient

from streams.domain.books import Books
from streams.settings import load
from streams.sources import calls
from streams.sources.call_files import read
from streams.sources.mapping import Mapping
from tests.bank import DATA, books_of
from tests.brokers import free_port
from tests.running import ROOT, WorkerProcess, all_published
from tests.secured_kafka import CLIENT, PASSWORD, RIGHTS, USER, SecuredKafka

WAYS = [
    "a password as SCRAM-SHA-512",
    "a password as SCRAM-SHA-256",
    "a password as PLAIN",
    "a password in the open",
    "nothing but encryption",
    "a certificate of its own",
]


class Client:
    """Somebody with settings for one of the broker's listeners."""

    def __init__(self, kafka: SecuredKafka, directory: Path) -> None:
        self.kafka = kafka
        self.directory = directory
        self.environment = {
            "REACHLINE_CHECKPOINT_SECONDS": "0.1",
            "REACHLINE_SESSION_SECONDS": "1.5",
            "REACHLINE_PARTITIONS": "1",
        }

    def given(self, **settings: object) -> None:
        """Sets settings; None takes one away."""
        for name, value in settings.items():
            variable = f"REACHLINE_{name.upper()}"
            if value is None:
                self.environment.pop(variable, None)
            else:
                self.environment[variable] = str(value)

    def with_a_password(self, mechanism: str = "SCRAM-SHA-512") -> None:
        file = self.directory / "password"
        file.write_text(PASSWORD + "\n")
        self.given(
            broker=self.kafka.at("sasl_ssl"),
            kafka_security_protocol="SASL_SSL",
            kafka_sasl_mechanism=mechanism,
            kafka_sasl_username=USER,
            kafka_sasl_password_file=file,
            kafka_ssl_ca_location=self.kafka.ca.certificate,
        )

    def with_a_certificate(self) -> None:
        own = self.kafka.ca.issue(CLIENT, password=PASSWORD)
        self.given(
            broker=self.kafka.at("client_certificates"),
            kafka_security_protocol="SSL",
            kafka_ssl_ca_location=self.kafka.ca.certificate,
            kafka_ssl_certificate_location=own.certificate,
            kafka_ssl_key_location=own.key,
            kafka_ssl_key_password=PASSWORD,
        )

    def in_the_way_of(self, way: str) -> None:
        if way == "a certificate of its own":
            self.with_a_certificate()
        elif way == "nothing but encryption":
            self.given(
                broker=self.kafka.at("ssl"),
                kafka_security_protocol="SSL",
                kafka_ssl_ca_location=self.kafka.ca.certificate,
            )
        elif way == "a password in the open":
            self.with_a_password("SCRAM-SHA-256")
            self.given(
                broker=self.kafka.at("sasl_plaintext"),
                kafka_security_protocol="SASL_PLAINTEXT",
                kafka_ssl_ca_location=None,
            )
        else:
            self.with_a_password(way.removeprefix("a password as "))

    def run(self, *words: object) -> subprocess.CompletedProcess[str]:
        """A command to its end; it shows no secret."""
        done = subprocess.run(
            [sys.executable, "-m", "streams.cli", *map(str, words)],
            # A port that nobody has: a worker that is let in nowhere tries it first.
            env={
                **os.environ,
                "PYTHONPATH": str(ROOT),
                "REACHLINE_WEB_PORT": str(free_port()),
                **self.environment,
            },
            cwd=self.directory,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert PASSWORD not in done.stdout + done.stderr
        return done

    def works(self, *words: object) -> str:
        done = self.run(*words)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def worker(self, name: str) -> WorkerProcess:
        return WorkerProcess(load(self.environment), self.directory, name, **self.environment)


@pytest.fixture
def client(secured: SecuredKafka, tmp_path: Path) -> Client:
    return Client(secured, tmp_path)


def figures(statement: str) -> list[str]:
    """The rows of a statement without its number and when it was issued, which are the last."""
    return [row.rsplit(",", 3)[0] for row in statement.splitlines()]


async def without_topics(kafka: SecuredKafka) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka.bootstrap)
    await admin.start()
    try:
        ours = {name for name in await admin.list_topics() if name.startswith("contact.")}
        if ours:
            await admin.delete_topics(list(ours))
        while ours & {*await admin.list_topics()}:
            await asyncio.sleep(0.05)
    finally:
        await admin.close()


def a_day_of_calls(directory: Path) -> tuple[Path, Books]:
    """One of the bank's days, as the export of its phone system and as the books of it."""
    header, *rows = gzip.decompress(
        (DATA / "bank-calls-1999-02-first-half.tsv.gz").read_bytes()
    ).splitlines(keepends=True)
    file = directory / "calls.tsv"
    file.write_bytes(header + b"".join(row for row in rows if b"\t990203\t" in row))
    mapping = Mapping.load(DATA / "bank.toml")
    events = calls.events(read(file, mapping.encoding), mapping, lambda bad: None)
    return file, books_of(events)


@pytest.mark.in_turn("way")
@pytest.mark.parametrize("way", ["a password as SCRAM-SHA-512", "a certificate of its own"])
async def test_calls_become_books(client: Client, way: str) -> None:
    """From the topics to the statement, and all that is done to them in between, by a user who has
    the rights that README.md names."""
    await without_topics(client.kafka)
    client.in_the_way_of(way)
    assert "topics are as they should be" in client.works("topics", "create")
    assert f"ok    broker {client.environment['REACHLINE_BROKER']} answers" in client.works(
        "doctor"
    )
    export, books = a_day_of_calls(client.directory)
    client.works("import", "calls", export, "--mapping", DATA / "bank.toml", "--to", "kafka")
    worker = client.worker("worker")
    try:
        worker.wait_ready()
        await all_published(client.kafka.bootstrap, books.intervals)
        assert worker.stop() == 0
    finally:
        worker.kill()
    assert PASSWORD not in worker.text()
    of_the_day = ("--vendor", "city", "--period", "1999-02-03")
    kept = client.works("statement", *of_the_day, "--format", "csv", "--keep", "statements")
    raw = client.works("statement", *of_the_day, "--format", "csv", "--from", "raw")
    assert kept.count("\n") > 3
    assert figures(kept) == figures(raw)
    assert "PS" in client.works("explain", "--line", "PS", "--interval", "1999-02-03T09:15")
    restated = client.run("restate", *of_the_day, "--keep", "statements", "--reason", "none")
    assert restated.stderr.startswith("nothing has changed since city-1999-02-03-1-")
    rebuilt = client.works("rebuild")
    assert rebuilt.count("contacts in state") == 1
    at = "1999-02-03T12:00:00+02:00"
    client.works("simulate", "--start", at, "--for", "60s", "--to", "kafka")
    again = client.worker("again")
    try:
        again.wait_ready()
        assert again.stop() == 0
    finally:
        again.kill()


@pytest.mark.in_turn("way")
@pytest.mark.parametrize("way", WAYS)
def test_each_way_of_being_let_in(client: Client, way: str) -> None:
    client.in_the_way_of(way)
    client.works("topics", "create")
    assert " answers\n" in client.works("doctor")


README = (ROOT / "README.md").read_text()


def test_the_readme_names_the_rights_that_these_users_have() -> None:
    for right in RIGHTS:
        assert re.search(rf"`{re.escape(right.name)}`.*: {', '.join(right.operations)}\n", README)


@pytest.mark.in_turn("example")
@pytest.mark.parametrize("example", ["password", "certificate"])
def test_the_readmes_example_is_let_in(client: Client, example: str) -> None:
    text = README.split(f"<!-- security: {example} -->\n```sh\n")[1].split("```")[0]
    given = dict(re.findall(r"(REACHLINE_\w+)=(\S+)", text))
    own = client.kafka.ca.issue(CLIENT)
    (client.directory / "kafka-password").write_text(PASSWORD + "\n")
    for name, file in (
        ("kafka-ca.pem", client.kafka.ca.certificate),
        ("kafka-client.pem", own.certificate),
        ("kafka-client.key", own.key),
    ):
        (client.directory / name).write_bytes(file.read_bytes())
    listener = "sasl_ssl" if example == "password" else "client_certificates"
    client.environment |= {
        name: value.replace("/etc/reachline", str(client.directory))
        for name, value in given.items()
    }
    client.given(broker=client.kafka.at(listener))
    client.works("topics", "create")
    assert " answers\n" in client.works("doctor")


CHANGES = {
    "password": "the broker refuses the user name 'reachline' or its password (SCRAM-SHA-512); see "
    "kafka_sasl_username and kafka_sasl_password",
    "ca": "the broker's certificate is not signed by the CA of kafka_ssl_ca_location, {other_ca}",
    "host name": "the broker's certificate is not for the host name 127.0.0.1; dial a name that it "
    "is for",
    "certificate": "the broker wants a client certificate; name yours in "
    "kafka_ssl_certificate_location, and its key in kafka_ssl_key_location",
}


def change(client: Client, what: str) -> str:
    """Gives the client one thing that is wrong, and gives back what is to be said of it."""
    kafka = client.kafka
    if what == "certificate":
        client.with_a_certificate()
        client.given(
            kafka_ssl_certificate_location=None,
            kafka_ssl_key_location=None,
            kafka_ssl_key_password=None,
        )
    else:
        client.with_a_password()
    if what == "password":
        client.given(kafka_sasl_password_file=None, kafka_sasl_password="not " + PASSWORD)
    elif what == "ca":
        client.given(kafka_ssl_ca_location=kafka.other_ca.certificate)
    elif what == "host name":
        client.given(broker=kafka.at("sasl_ssl", "127.0.0.1"))
    said = CHANGES[what].format(other_ca=kafka.other_ca.certificate)
    return f"{client.environment['REACHLINE_BROKER']}: {said}"


COMMANDS = {
    "topics": "topics create",
    "statement": "statement --vendor city --period 2026-10",
    "statement of the raw events": "statement --vendor city --period 2026-10 --from raw",
    "explain": "explain --line PS --interval 2026-10-05",
    "restate": "restate --vendor city --period 2026-10 --keep statements --reason none",
    "import": "import calls {data}/bank-calls-1999-02-first-half.tsv.gz "
    "--mapping {data}/bank.toml --to kafka",
    "simulate": "simulate --for 60s --to kafka",
    "rebuild": "rebuild",
    "worker": "worker",
}


@pytest.mark.parametrize("what", CHANGES)
def test_what_is_wrong_is_one_line(client: Client, what: str) -> None:
    """For every command, to the end of its process, where what was not put away is heard of."""
    says = change(client, what)
    for name, command in COMMANDS.items():
        done = client.run(*command.format(data=DATA).split())
        said = done.stderr.splitlines()
        if name == "worker":
            assert '"message": "starting"' in said.pop(0)
        assert (done.returncode, done.stdout, said) == (1, "", [f"reachline: {says}"]), name
    done = client.run("doctor")
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.splitlines()[-1] == f"WRONG broker {says}"


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (
            {"kafka_sasl_username": "nobody"},
            "the broker refuses the user name 'nobody' or its password (SCRAM-SHA-512); see "
            "kafka_sasl_username and kafka_sasl_password_file, {directory}/password",
        ),
        (
            {"kafka_ssl_ca_location": None},
            "the broker's certificate is signed by no CA that this machine trusts; name the file "
            "of its CA in kafka_ssl_ca_location",
        ),
        (
            {"broker": "elsewhere"},
            "the broker's certificate is not for the host name 127.0.0.1; dial a name that it is "
            "for (the broker gives itself this address: advertised.listeners)",
        ),
        (
            {"broker": "ssl"},
            "the broker asks for no user name there; kafka_security_protocol must be SSL, not "
            "SASL_SSL",
        ),
        (
            {"broker": "plaintext"},
            "no TLS is spoken there; kafka_security_protocol must be PLAINTEXT or SASL_PLAINTEXT, "
            "not SASL_SSL",
        ),
        (
            {"broker": "sasl_plaintext", "kafka_security_protocol": "SASL_PLAINTEXT"}
            | {"kafka_ssl_ca_location": None},
            "the broker does not accept kafka_sasl_mechanism SCRAM-SHA-512; it accepts PLAIN, "
            "SCRAM-SHA-256",
        ),
    ],
)
def test_a_password_that_comes_to_the_wrong_place(
    client: Client, given: dict[str, str], says: str
) -> None:
    client.with_a_password()
    client.given(**given)
    told_by(client, says)


def told_by(client: Client, says: str) -> None:
    """The one line with which the topics are not created."""
    kafka = client.kafka
    listener = client.environment["REACHLINE_BROKER"]
    if listener in kafka.listener_ports:
        client.given(broker=kafka.at(listener))
    elif listener == "plaintext":
        client.given(broker=kafka.bootstrap)
    at = client.environment["REACHLINE_BROKER"]
    if listener == "elsewhere":
        at = kafka.at(listener, "127.0.0.1")
    done = client.run("topics", "create")
    says = says.format(directory=client.directory)
    assert (done.returncode, done.stderr) == (1, f"reachline: {at}: {says}\n")


@pytest.mark.parametrize(
    ("listener", "says"),
    [
        (
            "sasl_ssl",
            "TLS is spoken there; kafka_security_protocol must be SSL or SASL_SSL, not PLAINTEXT",
        ),
        (
            "sasl_plaintext",
            "the broker wants a user name and a password; kafka_security_protocol must be "
            "SASL_PLAINTEXT, not PLAINTEXT, and kafka_sasl_mechanism one of PLAIN, SCRAM-SHA-256",
        ),
    ],
)
def test_whoever_comes_as_they_are(client: Client, listener: str, says: str) -> None:
    client.given(broker=listener)
    told_by(client, says)


@pytest.mark.parametrize("what", ["signed by another", "expired"])
def test_a_certificate_that_the_broker_refuses(client: Client, what: str) -> None:
    client.with_a_certificate()
    if what == "expired":
        own = client.kafka.ca.issue("late", days=0)
    else:
        own = client.kafka.other_ca.issue(CLIENT)
    client.given(
        broker="client_certificates",
        kafka_ssl_certificate_location=own.certificate,
        kafka_ssl_key_location=own.key,
        kafka_ssl_key_password=None,
    )
    told_by(
        client,
        "the broker refuses the client's certificate of kafka_ssl_certificate_location, "
        f"{own.certificate}: is it valid, and signed by a CA that the broker trusts?",
    )
