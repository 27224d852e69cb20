"""How Kafka is to be spoken to: what can't work is said before anything is dialled."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from pathlib import Path

import pytest

from streams.cli import main
from streams.settings import Settings, SettingsError, load
from tests.certificates import Authority, Pair, an_authority

SECRET = "correct horse"
SASL = {
    "SECURITY_PROTOCOL": "SASL_SSL",
    "SASL_MECHANISM": "SCRAM-SHA-512",
    "SASL_USERNAME": "reachline",
    "SASL_PASSWORD": SECRET,
}


@pytest.fixture(scope="module")
def ca(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return an_authority(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="module")
def own(ca: Authority) -> Pair:
    return ca.issue("reachline")


@pytest.fixture(scope="module")
def locked(ca: Authority) -> Pair:
    """A certificate whose key is encrypted."""
    return ca.issue("locked", password=SECRET)


def read(given: dict[str, str]) -> Settings:
    return load({f"REACHLINE_KAFKA_{name}": value for name, value in given.items()})


def said(given: dict[str, str]) -> str:
    """What is said of settings that can't be used; one line, and no secret in it."""
    with pytest.raises(SettingsError) as caught:
        read(given)
    text = str(caught.value)
    assert "\n" not in text
    assert SECRET not in text
    return text


def test_without_any_setting_kafka_is_spoken_to_in_the_open() -> None:
    settings = load({})
    assert settings.kafka_security_protocol == "PLAINTEXT"
    assert settings.context() is None


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (
            {"SECURITY_PROTOCOL": "TLS"},
            "kafka_security_protocol: 'TLS' is none of PLAINTEXT, SSL, SASL_PLAINTEXT, SASL_SSL",
        ),
        (
            SASL | {"SASL_MECHANISM": "GSSAPI"},
            "kafka_sasl_mechanism: 'GSSAPI' is none of PLAIN, SCRAM-SHA-256, SCRAM-SHA-512",
        ),
        (
            SASL | {"SASL_MECHANISM": ""},
            "kafka_sasl_mechanism: kafka_security_protocol SASL_SSL needs it: PLAIN, "
            "SCRAM-SHA-256, SCRAM-SHA-512",
        ),
        (
            SASL | {"SASL_USERNAME": ""},
            "kafka_sasl_username: kafka_security_protocol SASL_SSL needs it",
        ),
        (
            SASL | {"SASL_PASSWORD": ""},
            "kafka_sasl_password: kafka_security_protocol SASL_SSL needs it "
            "(or kafka_sasl_password_file)",
        ),
        (
            {"SASL_PASSWORD": SECRET},
            "kafka_sasl_password: of no use with kafka_security_protocol PLAINTEXT: make that "
            "SASL_SSL (or SASL_PLAINTEXT), or leave this out",
        ),
        (
            SASL | {"SECURITY_PROTOCOL": "SSL"},
            "kafka_sasl_mechanism: of no use with kafka_security_protocol SSL: make that SASL_SSL "
            "(or SASL_PLAINTEXT), or leave this out",
        ),
        (
            {"SSL_CA_LOCATION": "/ca.pem"},
            "kafka_ssl_ca_location: of no use with kafka_security_protocol PLAINTEXT: make that "
            "SSL (or SASL_SSL), or leave this out",
        ),
        (
            SASL | {"SECURITY_PROTOCOL": "SASL_PLAINTEXT", "SSL_KEY_PASSWORD": SECRET},
            "kafka_ssl_key_password: of no use with kafka_security_protocol SASL_PLAINTEXT: make "
            "that SASL_SSL, or leave this out",
        ),
        (
            {"SECURITY_PROTOCOL": "SSL", "SSL_CERTIFICATE_LOCATION": "/c.pem"},
            "kafka_ssl_key_location: kafka_ssl_certificate_location needs it; where one file "
            "contains both, name it in both",
        ),
        (
            {"SECURITY_PROTOCOL": "SSL", "SSL_KEY_LOCATION": "/c.key"},
            "kafka_ssl_certificate_location: kafka_ssl_key_location needs it",
        ),
        (
            {"SECURITY_PROTOCOL": "SSL", "SSL_KEY_PASSWORD": SECRET},
            "kafka_ssl_key_location: kafka_ssl_key_password needs it",
        ),
        (
            {"SECURITY_PROTOCOL": "SSL", "SSL_CA_LOCATION": "/nowhere/ca.pem"},
            "kafka_ssl_ca_location: /nowhere/ca.pem: No such file or directory",
        ),
        (
            {"SECURITY_PROTOCOL": "SSL", "SSL_CA_LOCATION": "/"},
            "kafka_ssl_ca_location: /: Is a directory",
        ),
    ],
)
def test_settings_that_do_not_go_together(given: dict[str, str], says: str) -> None:
    assert said(given) == says


def test_a_file_that_is_no_certificate(ca: Authority, own: Pair) -> None:
    """As when the key is named in its place."""
    given = {"SECURITY_PROTOCOL": "SSL", "SSL_CA_LOCATION": str(own.key)}
    assert said(given) == (
        f"kafka_ssl_ca_location: {own.key} has no certificate in PEM (-----BEGIN CERTIFICATE-----)"
    )
    given = {
        "SECURITY_PROTOCOL": "SSL",
        "SSL_CERTIFICATE_LOCATION": str(own.key),
        "SSL_KEY_LOCATION": str(own.key),
    }
    assert said(given).startswith(f"kafka_ssl_certificate_location: {own.key} has no certificate")


def test_a_key_that_is_not_the_certificates(ca: Authority, own: Pair) -> None:
    given = {
        "SECURITY_PROTOCOL": "SSL",
        "SSL_CERTIFICATE_LOCATION": str(own.certificate),
        "SSL_KEY_LOCATION": str(ca.issue("another").key),
    }
    assert said(given) == (
        f"kafka_ssl_key_location: {given['SSL_KEY_LOCATION']} is not the key of {own.certificate}"
    )
    given["SSL_KEY_LOCATION"] = str(own.certificate)
    assert said(given) == f"kafka_ssl_key_location: {own.certificate} has no private key in PEM"


def test_the_password_of_an_encrypted_key(locked: Pair) -> None:
    """It is never asked for at the terminal, where nobody may sit."""
    given = {
        "SECURITY_PROTOCOL": "SSL",
        "SSL_CERTIFICATE_LOCATION": str(locked.certificate),
        "SSL_KEY_LOCATION": str(locked.key),
    }
    assert said(given) == (
        f"kafka_ssl_key_password: {locked.key} is encrypted and needs it "
        "(or kafka_ssl_key_password_file)"
    )
    for wrong in ("battery staple", "x" * 2000):
        assert said(given | {"SSL_KEY_PASSWORD": wrong}) == (
            f"kafka_ssl_key_password: is not the password of {locked.key}"
        )
    assert isinstance(read(given | {"SSL_KEY_PASSWORD": SECRET}).context(), ssl.SSLContext)


def test_certificate_and_key_in_one_file(own: Pair, tmp_path: Path) -> None:
    both = tmp_path / "both.pem"
    both.write_text(own.key.read_text() + own.certificate.read_text())
    given = {
        "SECURITY_PROTOCOL": "SSL",
        "SSL_CERTIFICATE_LOCATION": str(both),
        "SSL_KEY_LOCATION": str(both),
    }
    assert read(given).context() is not None


def test_the_brokers_name_and_signature_are_always_looked_at(ca: Authority) -> None:
    """Also on Python 3.13, with a CA that lacks what that began to ask for."""
    context = read(SASL | {"SSL_CA_LOCATION": str(ca.certificate)}).context()
    assert context is not None
    assert context.check_hostname
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert not context.verify_flags & ssl.VERIFY_X509_STRICT


@pytest.mark.parametrize("content", [SECRET, SECRET + "\n", SECRET + "\r\n"])
def test_a_password_in_a_file(tmp_path: Path, content: str) -> None:
    file = tmp_path / "password"
    file.write_bytes(content.encode())
    given = {name: value for name, value in SASL.items() if name != "SASL_PASSWORD"}
    assert read(given | {"SASL_PASSWORD_FILE": str(file)}).kafka_sasl_password == SECRET


def test_the_password_of_a_key_in_a_file(tmp_path: Path, locked: Pair) -> None:
    file = tmp_path / "password"
    file.write_text(SECRET + "\n")
    given = {
        "SECURITY_PROTOCOL": "SSL",
        "SSL_CERTIFICATE_LOCATION": str(locked.certificate),
        "SSL_KEY_LOCATION": str(locked.key),
        "SSL_KEY_PASSWORD_FILE": str(file),
    }
    assert read(given).kafka_ssl_key_password == SECRET


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", " is empty"),
        (b"\n", " is empty"),
        (SECRET.encode("utf-16"), " is not text in UTF-8"),
        (
            b"reachline\n%b\n" % SECRET.encode(),
            " has several lines; it must contain the secret alone",
        ),
        (None, ": No such file or directory"),
    ],
)
def test_a_file_that_holds_no_password(tmp_path: Path, content: bytes | None, says: str) -> None:
    file = tmp_path / "password"
    if content is not None:
        file.write_bytes(content)
    given = SASL | {"SASL_PASSWORD": "", "SASL_PASSWORD_FILE": str(file)}
    assert said(given) == f"kafka_sasl_password_file: {file}{says}"


def test_a_password_given_twice(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text(SECRET)
    assert said(SASL | {"SASL_PASSWORD_FILE": str(file)}) == (
        "kafka_sasl_password: is given, and so is kafka_sasl_password_file; keep one of the two"
    )


def test_all_of_it_in_a_file_of_settings(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text("".join(f'kafka_{name.lower()} = "{value}"\n' for name, value in SASL.items()))
    assert load({}, str(file)) == read(SASL)
    file.write_text(file.read_text() + "partitions = 0\n")
    with pytest.raises(SettingsError, match="partitions: must be above 0"):
        load({}, str(file))


@pytest.mark.parametrize("value", ["20261005", "true", f'["{SECRET}"]'])
def test_a_password_that_lacks_its_quotes_is_not_repeated(tmp_path: Path, value: str) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(f"kafka_sasl_password = {value}\n")
    with pytest.raises(SettingsError) as caught:
        load({}, str(file))
    assert str(caught.value) == "kafka_sasl_password: must be text, in quotes"


@pytest.mark.parametrize("show", [repr, str, "{}".format])
def test_settings_are_shown_without_their_secrets(
    show: Callable[[object], str], locked: Pair
) -> None:
    settings = Settings(kafka_sasl_password=SECRET, kafka_ssl_key_password=SECRET)
    assert SECRET not in show(settings)


def test_a_command_says_it_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in SASL.items():
        monkeypatch.setenv(f"REACHLINE_KAFKA_{name}", value)
    monkeypatch.setenv("REACHLINE_KAFKA_SASL_USERNAME", "")
    assert main(["doctor"]) == 2
    assert capsys.readouterr().err == (
        "reachline: kafka_sasl_username: kafka_security_protocol SASL_SSL needs it\n"
    )
