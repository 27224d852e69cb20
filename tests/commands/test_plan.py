"""`reachline plan check`, as whoever writes a plan meets it."""

from pathlib import Path

import pytest

from streams.cli import main

PLAN = '[city]\nname = "Brüssel"\n[[line]]\nid = "waste"\n'


def checked(file: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, list[str]]:
    status = main(["plan", "check", str(file)])
    out, err = capsys.readouterr()
    return status, (out + err).splitlines()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_what_a_worker_takes_is_found_right(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], encoding: str, end: str
) -> None:
    file = tmp_path / "plan.toml"
    file.write_bytes(PLAN.replace("\n", end).encode(encoding))
    status, (said,) = checked(file, capsys)
    assert status == 0
    assert said.endswith("nothing wrong")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xff", "is not UTF-8 text at byte 0: save it as UTF-8"),
        (None, "cannot be read: No such file or directory"),
    ],
)
def test_what_can_not_be_read_is_wrong(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes | None, said: str
) -> None:
    file = tmp_path / "plan.toml"
    if content is not None:
        file.write_bytes(content)
    assert checked(file, capsys) == (2, [f"{file}: {said}", "1 to mend"])


def test_every_mistake_at_once_and_no_hint_at_what_has_no_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "plan.toml"
    file.write_text('[[vendor]]\nname = "X"\n[[line]]\nid = "waste"\nvendor = "ghost"\ntier = 4\n')
    assert checked(file, capsys) == (
        2,
        [
            f"{file}: line 1: vendor[1]: `id` is missing: add it",
            f'{file}: line 5: line[1].vendor: no vendor "ghost": known are: city',
            f"{file}: line 6: line[1].tier: 4 is not from 1 to 3: write a whole number",
            "3 to mend",
        ],
    )
