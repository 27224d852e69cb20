"""A caller is known again, and cannot be found out."""

from pathlib import Path

import pytest

from streams.domain.privacy import is_telephone_number
from streams.sources.pseudonyms import KEY_VARIABLE, KeyMissingError, Pseudonyms, load


@pytest.mark.parametrize("written", ["+32 3 221 13 33", "0032/3.221.13.33", " +3232211333"])
def test_one_number_however_written_is_one_caller(written: str) -> None:
    assert Pseudonyms(b"k" * 16).of(written) == Pseudonyms(b"k" * 16).of("+3232211333")


def test_another_key_gives_another_pseudonym_and_none_reads_as_a_number() -> None:
    one, other = (Pseudonyms(key).of("+3232211333") for key in (b"a" * 16, b"b" * 16))
    assert one != other
    assert not is_telephone_number(one)
    assert len(one) == 32


def test_agents_have_names_that_are_kept_apart() -> None:
    pseudonyms = Pseudonyms(b"k" * 16)
    assert len({pseudonyms.of(name) for name in ("SIP/jan", "SIP/an", "12", "12a")}) == 4


def test_a_key_that_could_be_guessed_is_refused() -> None:
    with pytest.raises(KeyMissingError, match="at least 16"):
        Pseudonyms(b"secret")


def test_the_key_comes_from_a_file_before_the_environment(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("of the file, long enough\n")
    environment = {KEY_VARIABLE: "of the environment, long"}
    assert load({}) is None
    from_file = load(environment, file)
    from_environment = load(environment)
    assert from_file is not None and from_environment is not None
    assert from_file.of("x") == Pseudonyms(b"of the file, long enough").of("x")
    assert from_environment.of("x") == Pseudonyms(b"of the environment, long").of("x")
    with pytest.raises(KeyMissingError, match="No such file"):
        load(environment, tmp_path / "none")
