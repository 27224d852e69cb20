"""How Kafka is spoken to: in the open or over TLS, and as whom.

A part of the settings (`streams/settings.py` reads them). What can't work is refused before
anything is dialled, each with the setting to mend; what only the broker knows,
`streams/engine/kafka/access.py` says.
"""

import ssl
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Final

PROTOCOLS: Final = ("PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL")
MECHANISMS: Final = ("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512")

SECRETS: Final = ("kafka_sasl_password", "kafka_ssl_key_password")
"""Settings that may be in a file of their own, named by the setting with ``_file`` at its end."""

_SASL: Final = ("kafka_sasl_mechanism", "kafka_sasl_username", "kafka_sasl_password")
_TLS: Final = (
    "kafka_ssl_ca_location",
    "kafka_ssl_certificate_location",
    "kafka_ssl_key_location",
    "kafka_ssl_key_password",
)


class SecurityError(Exception):
    """A setting of Kafka's security that can't be used; the message names it and never a secret."""


@dataclass(frozen=True, slots=True)
class Security:
    """What a client shows a broker, and what it wants to be shown.

    Attributes:
        kafka_security_protocol: one of ``PROTOCOLS``, as the broker's listener has it.
        kafka_sasl_mechanism: one of ``MECHANISMS``.
        kafka_sasl_username, kafka_sasl_password: who connects.
        kafka_ssl_ca_location: file of the certificates, in PEM, one of which must have signed the
            broker's; without it those that the machine trusts.
        kafka_ssl_certificate_location, kafka_ssl_key_location: files of the client's own
            certificate and its private key, in PEM, for brokers that ask for one.
        kafka_ssl_key_password: of the key, where that is encrypted.
        kafka_sasl_password_file, kafka_ssl_key_password_file: files that contain these instead.
    """

    kafka_security_protocol: str = "PLAINTEXT"
    kafka_sasl_mechanism: str = ""
    kafka_sasl_username: str = ""
    kafka_sasl_password: str = field(default="", repr=False)
    kafka_sasl_password_file: str = ""
    kafka_ssl_ca_location: str = ""
    kafka_ssl_certificate_location: str = ""
    kafka_ssl_key_location: str = ""
    kafka_ssl_key_password: str = field(default="", repr=False)
    kafka_ssl_key_password_file: str = ""

    @property
    def tls(self) -> bool:
        """Whether the connection is encrypted."""
        return self.kafka_security_protocol in ("SSL", "SASL_SSL")

    @property
    def sasl(self) -> bool:
        """Whether the client says who it is by name and password."""
        return self.kafka_security_protocol.startswith("SASL_")

    def check(self) -> None:
        """Looks for what can't work.

        Raises:
            SecurityError: settings that don't go together, or a file that is not what it should be.
        """
        protocol = self.kafka_security_protocol
        _one_of("kafka_security_protocol", protocol, PROTOCOLS)
        if self.sasl:
            if self.kafka_sasl_mechanism:
                _one_of("kafka_sasl_mechanism", self.kafka_sasl_mechanism, MECHANISMS)
            self._needs(_SASL, f"kafka_security_protocol {protocol}")
        else:
            self._refuse(_SASL, "SASL_SSL (or SASL_PLAINTEXT)")
        if self.tls:
            self._check_key()
            self.context()
        else:
            self._refuse(_TLS, "SASL_SSL" if self.sasl else "SSL (or SASL_SSL)")

    def context(self) -> ssl.SSLContext | None:
        """What TLS goes by; None without TLS. Files are read once: renewed ones count from the
        next start on.

        Raises:
            SecurityError: a file can't be read, or is not what it should be.
        """
        if not self.tls:
            return None
        return _context(
            self.kafka_ssl_ca_location,
            self.kafka_ssl_certificate_location,
            self.kafka_ssl_key_location,
            self.kafka_ssl_key_password,
        )

    def _needs(self, names: Iterable[str], why: str) -> None:
        for name in names:
            if not getattr(self, name):
                choice = f": {', '.join(MECHANISMS)}" if name == "kafka_sasl_mechanism" else ""
                file = f" (or {name}_file)" if name in SECRETS else ""
                raise SecurityError(f"{name}: {why} needs it{file}{choice}")

    def _refuse(self, names: Iterable[str], remedy: str) -> None:
        protocol = self.kafka_security_protocol
        for name in names:
            if getattr(self, name):
                raise SecurityError(
                    f"{name}: of no use with kafka_security_protocol {protocol}: make that "
                    f"{remedy}, or leave this out"
                )

    def _check_key(self) -> None:
        certificate, key, password = _TLS[1:]
        if self.kafka_ssl_key_location:
            self._needs([certificate], key)
        elif self.kafka_ssl_certificate_location:
            raise SecurityError(
                f"{key}: {certificate} needs it; where one file contains both, name it in both"
            )
        elif self.kafka_ssl_key_password:
            self._needs([key], password)


def read_secret(name: str, path: str) -> str:
    """The secret in a file, without the newline at its end.

    Args:
        name: of the setting that names the file.
        path: of the file.

    Raises:
        SecurityError: it can't be read, or has no line of text or more than one.
    """
    try:
        secret = _content(name, path).decode().removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError:
        raise SecurityError(f"{name}: {path} is not text in UTF-8") from None
    if not secret:
        raise SecurityError(f"{name}: {path} is empty")
    if "\n" in secret:
        raise SecurityError(f"{name}: {path} has several lines; it must contain the secret alone")
    return secret


def _one_of(name: str, value: str, known: Iterable[str]) -> None:
    if value not in known:
        raise SecurityError(f"{name}: {value!r} is none of {', '.join(known)}")


def _content(name: str, path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise SecurityError(f"{name}: {path}: {error.strerror}") from error
    except ValueError as error:  # a zero byte in its name
        raise SecurityError(f"{name}: {path!r}: {error}") from error


@lru_cache(maxsize=8)
def _context(ca: str, certificate: str, key: str, password: str) -> ssl.SSLContext:
    # One for all clients: a worker has dozens, and reading what a machine trusts takes 20 ms.
    if ca:
        _certificates("kafka_ssl_ca_location", ca)
    context = ssl.create_default_context(cafile=ca or None)
    # Python 3.13 refuses CAs without an AKI, which 3.11, 3.12 and Kafka's own clients accept.
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    if certificate:
        _certificates("kafka_ssl_certificate_location", certificate)
        _load_key(context, certificate, key, password)
    return context


def _certificates(name: str, path: str) -> None:
    """Makes sure that a file contains certificates."""
    _content(name, path)
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cafile=path)
    except ssl.SSLError as error:
        raise SecurityError(
            f"{name}: {path} has no certificate in PEM (-----BEGIN CERTIFICATE-----)"
        ) from error


def _load_key(context: ssl.SSLContext, certificate: str, key: str, password: str) -> None:
    _content("kafka_ssl_key_location", key)
    asked = []

    def answer() -> str:  # without one, OpenSSL would ask at the terminal
        asked.append(True)
        return password

    try:
        context.load_cert_chain(certificate, key, answer)
    except (ssl.SSLError, ValueError) as error:
        if asked and not password:
            raise SecurityError(
                f"kafka_ssl_key_password: {key} is encrypted and needs it "
                "(or kafka_ssl_key_password_file)"
            ) from error
        if asked:
            raise SecurityError(f"kafka_ssl_key_password: is not the password of {key}") from error
        if isinstance(error, ssl.SSLError) and error.reason == "KEY_VALUES_MISMATCH":
            raise SecurityError(
                f"kafka_ssl_key_location: {key} is not the key of {certificate}"
            ) from error
        raise SecurityError(f"kafka_ssl_key_location: {key} has no private key in PEM") from error
