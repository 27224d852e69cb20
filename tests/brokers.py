"""Apache Kafka itself, for the tests that no stand-in may answer.

Brokers run in KRaft mode on loopback, from the jars that Apache publishes on Maven Central: Maven
resolves them once into a cache directory (`REACHLINE_KAFKA_JARS`, or one per version under
`~/.cache/reachline`), and a Java runtime does the rest. One broker, or three that replicate
everything three times with two in sync, as production would. One that wants TLS, a password or a
certificate is in `tests/secured_kafka.py`.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import uuid
from base64 import urlsafe_b64encode
from contextlib import suppress
from pathlib import Path

KAFKA_VERSION = "4.1.1"

#: A broker that has not opened its port by then will not: on two busy cores the slowest start seen
#: was under 15 s.
START_LIMIT = 90.0

_POM = """\
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>reachline.tests</groupId>
  <artifactId>kafka-jars</artifactId>
  <version>1</version>
  <packaging>pom</packaging>
  <dependencies>
    <dependency>
      <groupId>org.apache.kafka</groupId>
      <artifactId>kafka_2.13</artifactId>
      <version>{version}</version>
    </dependency>
    <dependency>
      <groupId>org.apache.logging.log4j</groupId>
      <artifactId>log4j-slf4j-impl</artifactId>
      <version>2.25.1</version>
    </dependency>
  </dependencies>
</project>
"""

_LOG4J = """\
Configuration:
  Appenders:
    Console:
      name: out
      target: SYSTEM_OUT
      PatternLayout: {pattern: "%d %p %c{1} %m%n"}
  Loggers:
    Root: {level: WARN, AppenderRef: {ref: out}}
    Logger:
      - {name: kafka.server, level: INFO}
"""

#: A test broker lives for seconds: compiling its hot code well costs more than it saves, and a
#: small serial heap leaves the machine to the code under test.
_JVM = [
    "-Xms128m",
    "-Xmx384m",
    "-XX:TieredStopAtLevel=1",
    "-XX:+UseSerialGC",
    "-Xshare:auto",
    "-Djava.net.preferIPv4Stack=true",
]


class KafkaMissingError(Exception):
    """Apache Kafka cannot be run here; the message says what is missing."""


def kafka_jars() -> Path:
    """The directory of Kafka's jars, resolved by Maven when it is not filled yet."""
    java = shutil.which("java")
    if java is None:
        raise KafkaMissingError("no `java` on the path (Apache Kafka needs Java 17 or newer)")
    version = subprocess.run([java, "-version"], capture_output=True, text=True, check=True).stderr
    if int(version.split('"')[1].split(".")[0]) < 17:
        raise KafkaMissingError(
            f"Apache Kafka needs Java 17 or newer, not {version.splitlines()[0]}"
        )
    cache = Path(
        os.environ.get("REACHLINE_KAFKA_JARS")
        or Path.home() / ".cache" / "reachline" / f"kafka-{KAFKA_VERSION}"
    )
    if not any(cache.glob("kafka_2.13-*.jar")):
        _resolve_jars(cache)
    return cache


def _resolve_jars(cache: Path) -> None:
    maven = shutil.which("mvn")
    if maven is None:
        raise KafkaMissingError(f"no Kafka jars in {cache}, and no `mvn` on the path to fetch them")
    cache.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache.parent) as work:
        pom = Path(work) / "pom.xml"
        pom.write_text(_POM.format(version=KAFKA_VERSION))
        jars = Path(work) / "jars"
        done = subprocess.run(
            [
                *(maven, "-q", "-B", "-f", str(pom), "dependency:copy-dependencies"),
                *("-DincludeScope=runtime", f"-DoutputDirectory={jars}"),
            ],
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise KafkaMissingError(f"Maven could not fetch Kafka {KAFKA_VERSION}:\n{done.stdout}")
        # Into place at once, so that a second run at the same time sees all of them or none.
        cache.mkdir(exist_ok=True)
        for jar in jars.iterdir():
            jar.replace(cache / jar.name)


def free_port() -> int:
    """A port of the loopback interface that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class KafkaCluster:
    """One or three Kafka brokers; broker ids count from 1.

    `stop()` takes everything down and removes its directory, `stop(keep=True)` leaves it, with each
    broker's log at `log_path(id)`.
    """

    def __init__(self, brokers: int = 1, jars: Path | None = None) -> None:
        self.jars = jars or kafka_jars()
        self.directory = Path(tempfile.mkdtemp(prefix="kafka-"))
        self.ids = list(range(1, brokers + 1))
        self.ports = {broker: free_port() for broker in self.ids}
        self._controller_ports = {broker: free_port() for broker in self.ids}
        self._children: dict[int, subprocess.Popen[bytes]] = {}
        self._cluster_id = urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        (self.directory / "log4j2.yaml").write_text(_LOG4J)
        for broker in self.ids:
            self._home(broker).mkdir()
            self._configuration(broker).write_text(self._properties(broker))

    @property
    def bootstrap(self) -> str:
        """The brokers' addresses, as a client wants them."""
        return ",".join(f"127.0.0.1:{port}" for port in self.ports.values())

    def log_path(self, broker: int = 1) -> Path:
        """Where a broker's own log is."""
        return self._home(broker) / "server.log"

    def start(self) -> KafkaCluster:
        """Format every broker's storage, start them all, wait until each takes connections."""
        formatting = [self._format(broker) for broker in self.ids]
        for run in formatting:
            output, _ = run.communicate()
            if run.returncode:
                raise RuntimeError(f"could not format Kafka's storage:\n{output.decode()}")
        for broker in self.ids:
            self._launch(broker)
        for broker in self.ids:
            self._wait(broker)
        return self

    def start_broker(self, broker: int) -> None:
        """Start a broker that was killed, on the data that it left."""
        self._launch(broker)
        self._wait(broker)

    def kill(self, broker: int = 1) -> None:
        """End a broker as a power cut would: nothing flushed, nobody told."""
        self._children[broker].kill()
        self._children.pop(broker).wait()

    def pause(self, broker: int = 1) -> None:
        """Freeze a broker: its connections stay open, nothing answers."""
        self._children[broker].send_signal(signal.SIGSTOP)

    def resume(self, broker: int = 1) -> None:
        """Let a frozen broker go on."""
        self._children[broker].send_signal(signal.SIGCONT)

    def stop(self, keep: bool = False) -> None:
        """End every broker; remove their data unless it is to be looked at."""
        for broker in list(self._children):
            self.kill(broker)  # an orderly shutdown takes seconds, and nothing is kept anyway
        if not keep:
            shutil.rmtree(self.directory, ignore_errors=True)

    def _home(self, broker: int) -> Path:
        return self.directory / f"broker-{broker}"

    def _configuration(self, broker: int) -> Path:
        return self._home(broker) / "server.properties"

    def _properties(self, broker: int) -> str:
        return "\n".join(f"{key}={value}" for key, value in self._settings(broker).items())

    def _settings(self, broker: int) -> dict[str, object]:
        copies = len(self.ids)
        voters = ",".join(f"{b}@127.0.0.1:{self._controller_ports[b]}" for b in self.ids)
        return {
            "process.roles": "broker,controller",
            "node.id": broker,
            "controller.quorum.voters": voters,
            "controller.listener.names": "CONTROLLER",
            "listeners": f"PLAINTEXT://127.0.0.1:{self.ports[broker]},"
            f"CONTROLLER://127.0.0.1:{self._controller_ports[broker]}",
            "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
            "log.dirs": self._home(broker) / "data",
            "auto.create.topics.enable": "false",  # a topic created by accident hides a defect
            "default.replication.factor": copies,
            "min.insync.replicas": min(2, copies),
            "offsets.topic.replication.factor": copies,
            "offsets.topic.num.partitions": 4,  # each one is files to create at the first join
            "transaction.state.log.replication.factor": copies,
            "transaction.state.log.min.isr": min(2, copies),
            "transaction.state.log.num.partitions": 4,
            "group.initial.rebalance.delay.ms": 0,
            # Workers under test are killed: their sessions may be as short as they like.
            "group.min.session.timeout.ms": 500,
            # A dead controller is noticed after seconds, not tens of them.
            "controller.quorum.election.timeout.ms": 500,
            "controller.quorum.fetch.timeout.ms": 1000,
            "broker.session.timeout.ms": 3000,
            "broker.heartbeat.interval.ms": 500,
            "num.network.threads": 1,
            "num.io.threads": 2,
            "log.cleaner.dedupe.buffer.size": 8 << 20,  # the default alone is 128 MiB of heap
            "log.cleaner.backoff.ms": 500,  # compaction within a test's patience
        }

    def _users(self) -> list[str]:
        """Options of the formatting that make users."""
        return []

    def _java(self, main: str, *arguments: str | Path) -> list[str]:
        return [
            *("java", *_JVM, "-cp", f"{self.jars}/*"),
            f"-Dlog4j2.configurationFile={self.directory / 'log4j2.yaml'}",
            *(main, *map(str, arguments)),
        ]

    def _launch(self, broker: int) -> None:
        with self.log_path(broker).open("ab") as log:
            self._children[broker] = subprocess.Popen(
                self._java("kafka.Kafka", self._configuration(broker)),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # the Ctrl-C that ends the tests is not the broker's
            )

    def _format(self, broker: int) -> subprocess.Popen[bytes]:
        configuration = self._configuration(broker)
        return subprocess.Popen(
            self._java(
                *("kafka.tools.StorageTool", "format", "--config", configuration),
                f"--cluster-id={self._cluster_id}",  # one word, for it may begin with a dash
                *self._users(),
            ),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )

    def _wait(self, broker: int) -> None:
        deadline = time.monotonic() + START_LIMIT
        while time.monotonic() < deadline:
            if self._children[broker].poll() is not None:
                break
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.ports[broker]), 1):
                return
            time.sleep(0.05)
        tail = "\n".join(self.log_path(broker).read_text().splitlines()[-30:])
        raise RuntimeError(f"broker {broker} did not start:\n{tail}")
