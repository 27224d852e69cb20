"""What is said of each way in which a broker can be away, or refuse."""

from __future__ import annotations

import socket
import ssl

import pytest
from aiokafka import errors

from streams.engine.kafka.refusals import (
    client_certificate,
    of_certificates,
    of_the_network,
    of_users,
)
from streams.settings import Settings

SETTING = "the setting broker (--broker, REACHLINE_BROKER)"


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (socket.gaierror(-2, "Name or service not known"), "there is no such host name; see "),
        (ConnectionRefusedError(111, "refused"), "no Kafka broker answers there; "),
        (
            OSError("Multiple exceptions: [Errno 111] Connect call failed"),
            "no Kafka broker answers",
        ),
        (TimeoutError(), "no answer in time; "),
        (OSError(113, "No route to host"), "can't be reached: No route to host"),
        (OSError("odd"), "can't be reached: odd"),
    ],
)
def test_of_a_broker_that_is_not_there(error: OSError, said: str) -> None:
    words = of_the_network(error)
    assert words is not None and words.startswith(said)
    assert SETTING in words or said.startswith("can't be reached")


@pytest.mark.parametrize(
    "error", [ssl.SSLError("bad record"), ConnectionResetError(), errors.KafkaError(), KeyError()]
)
def test_what_is_not_of_the_network(error: Exception) -> None:
    assert of_the_network(error) is None


def unverified(code: int) -> ssl.SSLCertVerificationError:
    error = ssl.SSLCertVerificationError(1, "certificate verify failed")
    error.verify_code, error.verify_message = code, "path length exceeded"
    return error


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (62, "is not for the host name kafka-1"),
        (64, "is not for the host name kafka-1"),
        (18, "is signed by no CA that this machine trusts; name the file of its CA in kafka_ssl"),
        (20, "is signed by no CA that this machine trusts"),
        (10, "or its CA's, has expired"),
        (9, "is not valid yet; is this machine's clock right?"),
        (25, "can't be trusted: path length exceeded"),
    ],
)
def test_of_the_broker_s_certificate(code: int, said: str) -> None:
    words = of_certificates(Settings(), "kafka-1", unverified(code))
    assert words is not None and said in words


def test_of_a_certificate_that_another_ca_has_signed() -> None:
    settings = Settings(kafka_ssl_ca_location="/etc/ca.pem")
    words = of_certificates(settings, "kafka-1", unverified(19))
    assert words == (
        "the broker's certificate is not signed by the CA of kafka_ssl_ca_location, /etc/ca.pem"
    )


def alert(reason: str) -> ssl.SSLError:
    error = ssl.SSLError(1, "alert")
    error.reason = reason
    return error


@pytest.mark.parametrize(
    "reason",
    ["TLSV13_ALERT_CERTIFICATE_REQUIRED", "SSLV3_ALERT_BAD_CERTIFICATE", "TLSV1_ALERT_UNKNOWN_CA"],
)
def test_of_the_client_s_certificate(reason: str) -> None:
    none, own = Settings(), Settings(kafka_ssl_certificate_location="/etc/own.pem")
    wanted = of_certificates(none, "kafka-1", alert(reason))
    assert wanted == client_certificate(none)
    assert wanted.startswith("the broker wants a client certificate; ")
    refused = of_certificates(own, "kafka-1", alert(reason))
    assert refused is not None and "kafka_ssl_certificate_location, /etc/own.pem" in refused


@pytest.mark.parametrize("error", [alert("WRONG_VERSION_NUMBER"), ConnectionResetError()])
def test_what_is_of_no_certificate(error: Exception) -> None:
    assert of_certificates(Settings(), "kafka-1", error) is None


def test_of_users_without_their_password() -> None:
    settings = Settings(
        kafka_security_protocol="SASL_SSL",
        kafka_sasl_mechanism="SCRAM-SHA-512",
        kafka_sasl_username="desk",
        kafka_sasl_password="secret",
    )
    refused = of_users(settings, errors.SaslAuthenticationFailed("Authentication failed"))
    assert refused == (
        "the broker refuses the user name 'desk' or its password (SCRAM-SHA-512); see "
        "kafka_sasl_username and kafka_sasl_password"
    )
    unasked = of_users(settings, errors.IllegalSaslStateError("Unexpected"))
    assert unasked is not None and "must be SSL, not SASL_SSL" in unasked
    assert of_users(settings, errors.KafkaError()) is None


def test_a_password_s_file_is_named() -> None:
    settings = Settings(kafka_sasl_username="desk", kafka_sasl_password_file="/run/password")
    words = of_users(settings, errors.SaslAuthenticationFailed())
    assert words is not None and words.endswith("kafka_sasl_password_file, /run/password")
