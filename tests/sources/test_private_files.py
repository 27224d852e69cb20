"""Files with a secret in them: read by who may, and by nobody else."""

from pathlib import Path

import pytest

from streams.sources.private_files import PrivateFileError, read_private, read_text

SECRET = "hunter2 of the switchboard"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    found = tmp_path / "secret"
    found.write_text(f"{SECRET}\n")
    found.chmod(0o600)
    return found


def test_what_is_in_it_without_the_line_end(file: Path) -> None:
    assert read_private(file, "the key") == SECRET.encode()
    assert read_text(file, "the key") == SECRET


def test_a_file_that_everybody_can_read_is_refused_and_not_repeated(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("streams.sources.private_files.open_to_all", lambda _: True)
    with pytest.raises(PrivateFileError) as refused:
        read_text(file, "the secret")
    assert str(refused.value) == (
        f"the secret {file} can be read by everybody on this machine: chmod 600, then make "
        "another if they are not all trusted"
    )


def test_a_file_that_is_not_there_or_no_text(tmp_path: Path) -> None:
    with pytest.raises(PrivateFileError, match=r"the address .*none: No such file"):
        read_private(tmp_path / "none", "the address")
    binary = tmp_path / "binary"
    binary.write_bytes(b"\xff")
    binary.chmod(0o600)
    with pytest.raises(PrivateFileError, match=r"the secret .*: is no text"):
        read_text(binary, "the secret")
