"""A caller is known again, and cannot be found out."""

from base64 import b64encode
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest

from streams.domain.privacy import is_telephone_number
from streams.sources.pseudonyms import KEY_VARIABLE, KeyMissingError, Pseudonyms, load

KEY = bytes(range(16))


@pytest.mark.parametrize("written", ["+32 3 221 13 33", "0032/3.221.13.33", " +3232211333"])
def test_one_number_however_written_is_one_caller(written: str) -> None:
    assert Pseudonyms(KEY).of(written) == Pseudonyms(KEY).of("+3232211333")


def test_another_key_gives_another_pseudonym_and_none_reads_as_a_number() -> None:
    one, other = (Pseudonyms(key).of("+3232211333") for key in (KEY, KEY[::-1]))
    assert one != other
    assert not is_telephone_number(one)
    assert len(one) == 32


def test_agents_have_names_that_are_kept_apart() -> None:
    pseudonyms = Pseudonyms(KEY)
    assert len({pseudonyms.of(name) for name in ("SIP/jan", "SIP/an", "12", "12a")}) == 4


@pytest.mark.parametrize(
    ("key", "why"),
    [
        (b"secret", "has 6 bytes, at least 16 are needed"),
        (b"k" * 32, "has 1 different characters"),
        (b"password1" * 4, "has 8 different characters|reads as words"),
        (b"0123456_0123456_0123456_", "repeats itself"),
        (b"a key of the city's own", "reads as words"),
        (b"CorrectHorseBatteryStaple", "reads as words"),
        (b"0123456789012345", "digits alone"),
    ],
)
def test_a_key_that_could_be_guessed_is_refused(key: bytes, why: str) -> None:
    with pytest.raises(KeyMissingError, match=why) as caught:
        Pseudonyms(key)
    assert "openssl rand -hex 32" in str(caught.value)
    assert key.decode() not in str(caught.value)


@pytest.mark.parametrize("length", [16, 32])
def test_a_random_key_is_accepted_however_it_is_written(length: int) -> None:
    for seed in range(300):
        key = Random(seed).randbytes(length)
        for written in (key, key.hex().encode(), key.hex().upper().encode()):
            Pseudonyms(written)
        if length == 32:
            Pseudonyms(b64encode(key))


def test_the_key_comes_from_a_file_before_the_environment(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text(KEY.hex() + "\n")
    environment = {KEY_VARIABLE: KEY[::-1].hex()}
    assert load({}) is None
    from_file = load(environment, file)
    from_environment = load(environment)
    assert from_file is not None and from_environment is not None
    assert from_file.of("x") == Pseudonyms(KEY.hex().encode()).of("x")
    assert from_environment.of("x") == Pseudonyms(KEY[::-1].hex().encode()).of("x")
    with pytest.raises(KeyMissingError, match="No such file"):
        load(environment, tmp_path / "none")


def test_a_key_that_everybody_can_read_is_refused() -> None:
    # Not in the folder of the tests, which is its owner's alone.
    with TemporaryDirectory(dir="/var/tmp") as folder:
        Path(folder).chmod(0o755)
        file = Path(folder) / "key"
        file.write_text(KEY.hex())
        for mode in (0o600, 0o400, 0o640, 0o444):
            file.chmod(mode)
            assert load({}, file) is not None, "0444 is how containers are given their secrets"
        for mode in (0o644, 0o666, 0o604):
            file.chmod(mode)
            with pytest.raises(KeyMissingError, match=r"can be read by everybody .* chmod 600"):
                load({}, file)
        Path(folder).chmod(0o700)
        assert load({}, file) is not None, "nobody else gets as far as the file"
