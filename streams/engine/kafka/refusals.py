"""What is said of a broker that can't be reached, or lets a client not in: a line for people each.

By the errors of the network, of TLS and of aiokafka; which of them there are on Apache Kafka, the
tests have seen.
"""

import socket
import ssl
from typing import Final

from aiokafka import errors

from streams.settings import Settings

_SETTING: Final = "the setting broker (--broker, REACHLINE_BROKER)"

_UNSIGNED: Final = {2, 18, 19, 20, 21}  # X509_V_ERR_*, openssl/x509_vfy.h
_OTHER_NAME: Final = {62, 64}  # host name, IP address
_EXPIRED, _NOT_YET = 10, 9

_CLIENT_CERTIFICATE: Final = (
    "BAD_CERTIFICATE",
    "UNSUPPORTED_CERTIFICATE",
    "CERTIFICATE_REVOKED",
    "CERTIFICATE_EXPIRED",
    "CERTIFICATE_UNKNOWN",
    "CERTIFICATE_REQUIRED",
    "UNKNOWN_CA",
    "ACCESS_DENIED",
)
"""Alerts of TLS (RFC 8446, 6.2) that a broker sends about the client's certificate. Which of them
for what depends on the Java that it runs on."""


class BrokerError(Exception):
    """Kafka can't be reached or lets nobody in; the message says where, why, and what to do.

    Attributes:
        silent: nobody answers, as when a broker is down; otherwise it is there and refuses.
    """

    def __init__(self, message: str, silent: bool = False) -> None:
        super().__init__(message)
        self.silent = silent


def of_the_network(error: BaseException) -> str | None:
    """Of a broker that is not there; None when the error is about something else."""
    if isinstance(error, socket.gaierror):
        return f"there is no such host name; see {_SETTING}"
    if isinstance(error, ConnectionRefusedError) or "Connect call failed" in str(error):
        return f"no Kafka broker answers there; is it running, and is {_SETTING} right?"
    if isinstance(error, TimeoutError):
        return f"no answer in time; is that a Kafka broker, and is {_SETTING} right?"
    if isinstance(error, OSError) and not isinstance(error, ssl.SSLError | ConnectionError):
        return f"can't be reached: {error.strerror or error}"
    return None


def of_certificates(settings: Settings, host: str, error: BaseException) -> str | None:
    """Of the broker's certificate under this host name, or of the client's."""
    if isinstance(error, ssl.SSLCertVerificationError):
        code = error.verify_code
        if code in _OTHER_NAME:
            return (
                f"the broker's certificate is not for the host name {host}; dial a name that it "
                "is for"
            )
        if code in _UNSIGNED and settings.kafka_ssl_ca_location:
            return (
                "the broker's certificate is not signed by the CA of kafka_ssl_ca_location, "
                f"{settings.kafka_ssl_ca_location}"
            )
        if code in _UNSIGNED:
            return (
                "the broker's certificate is signed by no CA that this machine trusts; name the "
                "file of its CA in kafka_ssl_ca_location"
            )
        if code == _EXPIRED:
            return "the broker's certificate, or its CA's, has expired"
        if code == _NOT_YET:
            return "the broker's certificate is not valid yet; is this machine's clock right?"
        return f"the broker's certificate can't be trusted: {error.verify_message}"
    if isinstance(error, ssl.SSLError) and str(error.reason).endswith(_CLIENT_CERTIFICATE):
        return client_certificate(settings)
    return None


def client_certificate(settings: Settings) -> str:
    """What a refused client certificate, or none, means."""
    if settings.kafka_ssl_certificate_location:
        return (
            "the broker refuses the client's certificate of kafka_ssl_certificate_location, "
            f"{settings.kafka_ssl_certificate_location}: is it valid, and signed by a CA that the "
            "broker trusts?"
        )
    return (
        "the broker wants a client certificate; name yours in kafka_ssl_certificate_location, and "
        "its key in kafka_ssl_key_location"
    )


def of_users(settings: Settings, error: BaseException) -> str | None:
    """Of the user name and the password, which is not shown."""
    protocol = settings.kafka_security_protocol
    if isinstance(error, errors.SaslAuthenticationFailed):
        file = settings.kafka_sasl_password_file
        where = f"kafka_sasl_password_file, {file}" if file else "kafka_sasl_password"
        return (
            f"the broker refuses the user name {settings.kafka_sasl_username!r} or its password "
            f"({settings.kafka_sasl_mechanism}); see kafka_sasl_username and {where}"
        )
    if isinstance(error, errors.IllegalSaslStateError):
        return (
            "the broker asks for no user name there; kafka_security_protocol must be "
            f"{protocol.removeprefix('SASL_')}, not {protocol}"
        )
    return None
