"""Certificates for brokers and clients under test, made by the program `openssl`."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

from tests.missing import missing


class OpensslMissingError(Exception):
    """No certificates can be made here."""


class Pair(NamedTuple):
    """A certificate and its private key, both files in PEM."""

    certificate: Path
    key: Path


class Authority:
    """A certificate authority, whose own certificate is `certificate`."""

    def __init__(self, directory: Path, name: str = "ca") -> None:
        self._directory = directory
        self._own = Pair(directory / f"{name}.pem", directory / f"{name}.key")
        self._name = name
        self.certificate = self._own.certificate
        self._request(self._own, f"/CN={name}", "-x509", "-days", "30")

    def issue(self, name: str, *names: str, days: int = 30, password: str = "") -> Pair:
        """A certificate of this name, for hosts such as ``DNS:localhost``; its key is encrypted
        where a password is given."""
        made = Pair(
            self._directory / f"{self._name}-{name}.pem",
            self._directory / f"{self._name}-{name}.key",
        )
        request = made.certificate.with_suffix(".csr")
        alternatives = ["-addext", f"subjectAltName={','.join(names)}"] if names else []
        self._request(Pair(request, made.key), f"/CN={name}", *alternatives, password=password)
        _openssl(
            *("x509", "-req", "-in", request, "-out", made.certificate, "-days", days),
            *("-CA", self._own.certificate, "-CAkey", self._own.key, "-copy_extensions", "copy"),
        )
        return made

    def _request(self, made: Pair, subject: str, *options: str, password: str = "") -> None:
        _openssl(
            *("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-subj", subject),
            *("-keyout", made.key, "-out", made.certificate, *options),
            *(("-passout", f"pass:{password}") if password else ("-nodes",)),
        )


def an_authority(directory: Path) -> Authority:
    """One that keeps its files there. Without openssl the test is skipped, and fails in CI."""
    try:
        return Authority(directory)
    except OpensslMissingError as error:
        missing(str(error))


def _openssl(*arguments: object) -> None:
    program = shutil.which("openssl")
    if program is None:
        raise OpensslMissingError("no `openssl` on the path to make certificates with")
    done = subprocess.run([program, *map(str, arguments)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
