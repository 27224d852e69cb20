"""Until when a certificate is valid, as OpenSSL says it, of every form that there is."""

import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from streams import certificates
from streams.certificates import ends
from streams.engine.http.telemetry import _end_of
from tests.certificates import an_authority


def by_openssl(path: Path) -> datetime:
    words = ["openssl", "x509", "-enddate", "-noout", "-in", str(path)]
    said = subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip()
    return datetime.strptime(said, "notAfter=%b %d %H:%M:%S %Y GMT").replace(tzinfo=UTC)


@pytest.mark.parametrize("days", [1, 30, 9_000, 20_000])
def test_it_is_what_openssl_says(tmp_path: Path, days: int) -> None:
    """The last ends after 2049, from when on years are written with four digits."""
    made = an_authority(tmp_path).issue("worker", "DNS:localhost", days=days).certificate
    assert ends(str(made)) == [by_openssl(made)]


def test_of_several_in_a_file_each_with_whatever_stands_between_them(tmp_path: Path) -> None:
    authority = an_authority(tmp_path)
    first, second = (authority.issue(name, days=n).certificate for name, n in (("a", 3), ("b", 9)))
    junk = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
    together = tmp_path / "all.pem"
    together.write_text(f"# é\n{first.read_text()}{junk}{second.read_text()}")
    assert ends(str(together)) == [by_openssl(first), by_openssl(second)]
    assert by_openssl(second) - by_openssl(first) > timedelta(days=5)


@pytest.mark.parametrize("cut", range(0, 400, 7))
def test_what_is_cut_off_or_damaged_is_left_out(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "cut.pem"
    lines = "A" * (4 * cut)
    path.write_text(f"-----BEGIN CERTIFICATE-----\n{lines}\n-----END CERTIFICATE-----")
    assert ends(str(path)) == []
    path.write_text(lines)
    assert ends(str(path)) == []


@pytest.mark.parametrize("tag", [0, 0x16])
def test_an_instant_of_no_known_form(tag: int) -> None:
    with pytest.raises(ValueError, match=str(tag)):
        certificates._instant(tag, "301231235959Z")


def test_years_of_two_digits_are_of_the_century_that_the_standard_says() -> None:
    assert certificates._instant(0x17, "491231235959Z").year == 2049
    assert certificates._instant(0x17, "500101000000Z").year == 1950


def test_a_worker_says_the_first_end_of_its_own_and_the_last_of_those_it_trusts(
    tmp_path: Path,
) -> None:
    authority = an_authority(tmp_path)
    first, second = (authority.issue(name, days=n).certificate for name, n in (("a", 3), ("b", 9)))
    path = tmp_path / "both.pem"
    path.write_text(first.read_text() + second.read_text())
    assert _end_of(str(path), min) == by_openssl(first).timestamp()
    assert _end_of(str(path), max) == by_openssl(second).timestamp()
    assert _end_of("", min) is None
    assert _end_of(str(tmp_path / "none.pem"), min) is None
