"""Apache Kafka that lets nobody in as they come: TLS, passwords, certificates, rights."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from pathlib import Path
from typing import Final, NamedTuple

from aiokafka.conn import create_conn
from aiokafka.protocol.admin import CreateAclsRequest

from tests.brokers import KafkaCluster, free_port
from tests.certificates import Authority


class Right(NamedTuple):
    """What a user may do with what; numbers are those of Kafka's protocol (`AclBinding`)."""

    kind: int
    name: str
    pattern: int
    operations: dict[str, int]


_LITERAL, _PREFIX, _ALLOW = 3, 4, 3
_TOPIC, _GROUP, _TRANSACTIONAL_ID = 2, 3, 5

#: All that is granted to the users of a secured Kafka, and all that README.md names.
RIGHTS: Final = [
    Right(
        _TOPIC,
        "contact.",
        _PREFIX,
        {"Create": 5, "DescribeConfigs": 10, "Read": 3, "Write": 4},
    ),
    Right(_GROUP, "reachline", _LITERAL, {"Read": 3}),
    Right(_TRANSACTIONAL_ID, "reachline-", _PREFIX, {"Write": 4}),
]

USER: Final = "reachline"
PASSWORD: Final = "correct horse battery=staple"
CLIENT: Final = "a-city"  # to whom its certificate is made out


class SecuredKafka(KafkaCluster):
    """One broker that lets nobody in as they come, on listeners for each way of saying who one is.

    Its certificate is for the host name `localhost` and no address, signed by `ca`. Every listener
    takes connections there and says of itself that it is there; `elsewhere` says of itself that it
    is at 127.0.0.1, which its certificate is not for. Whoever says who they are has the rights of
    `RIGHTS`; who need not say it, may do everything. `sasl_plaintext` knows no SCRAM-SHA-512.
    """

    #: Listener by name: its protocol, and the host that it gives itself.
    LISTENERS: Final = {
        "sasl_ssl": ("SASL_SSL", "localhost"),
        "sasl_plaintext": ("SASL_PLAINTEXT", "localhost"),
        "ssl": ("SSL", "localhost"),
        "client_certificates": ("SSL", "localhost"),
        "elsewhere": ("SASL_SSL", "127.0.0.1"),
    }

    def __init__(self, jars: Path | None = None) -> None:
        self.listener_ports = {name: free_port() for name in self.LISTENERS}
        self._certificates = Path(tempfile.mkdtemp(prefix="certificates-"))
        self.ca = Authority(self._certificates)
        self.other_ca = Authority(self._certificates, "other-ca")
        super().__init__(1, jars)

    def at(self, listener: str, host: str = "localhost") -> str:
        """The address of one of its listeners."""
        return f"{host}:{self.listener_ports[listener]}"

    def start(self) -> SecuredKafka:
        super().start()
        asyncio.run(self._grant())
        return self

    async def _grant(self) -> None:
        connection = await create_conn("127.0.0.1", self.ports[1])
        for principal in (f"User:{USER}", f"User:CN={CLIENT}"):
            for right in RIGHTS:
                for operation in right.operations.values():
                    what = (right.kind, right.name, right.pattern, principal, "*", operation)
                    done = await connection.send(CreateAclsRequest(*what, _ALLOW))
                    assert not done.creation_responses[0][0], done
        await connection.close()

    def stop(self, keep: bool = False) -> None:
        super().stop(keep)
        shutil.rmtree(self._certificates, ignore_errors=True)

    def _users(self) -> list[str]:
        return [
            word
            for mechanism in ("SCRAM-SHA-256", "SCRAM-SHA-512")
            for word in ("--add-scram", f'{mechanism}=[name="{USER}",password="{PASSWORD}"]')
        ]

    def _settings(self, broker: int) -> dict[str, object]:
        settings = super()._settings(broker)
        own = self.ca.issue("broker", "DNS:localhost")
        store = self._home(broker) / "keystore.pem"
        store.write_text(own.key.read_text() + own.certificate.read_text())
        protocols = str(settings["listener.security.protocol.map"])
        listeners = str(settings["listeners"])
        advertised = f"PLAINTEXT://127.0.0.1:{self.ports[broker]}"
        for name, (protocol, host) in self.LISTENERS.items():
            protocols += f",{name.upper()}:{protocol}"
            listeners += f",{name.upper()}://127.0.0.1:{self.listener_ports[name]}"
            advertised += f",{name.upper()}://{host}:{self.listener_ports[name]}"
            if protocol.startswith("SASL"):
                prefix = f"listener.name.{name}."
                some = "PLAIN,SCRAM-SHA-256"
                all_of_them = f"{some},SCRAM-SHA-512"
                settings |= {
                    f"{prefix}sasl.enabled.mechanisms": some
                    if name == "sasl_plaintext"
                    else all_of_them,
                    f"{prefix}plain.sasl.jaas.config": (
                        "org.apache.kafka.common.security.plain.PlainLoginModule required "
                        f'user_{USER}="{PASSWORD}";'
                    ),
                }
                for mechanism in ("scram-sha-256", "scram-sha-512"):
                    settings[f"{prefix}{mechanism}.sasl.jaas.config"] = (
                        "org.apache.kafka.common.security.scram.ScramLoginModule required;"
                    )
        return settings | {
            "listeners": listeners,
            "advertised.listeners": advertised,
            "listener.security.protocol.map": protocols,
            "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            "super.users": "User:ANONYMOUS",
            "ssl.keystore.type": "PEM",
            "ssl.keystore.location": store,
            "ssl.truststore.type": "PEM",
            "ssl.truststore.location": self.ca.certificate,
            "listener.name.client_certificates.ssl.client.auth": "required",
        }
