"""`reachline plan`, as whoever writes a plan meets it."""

import json
from pathlib import Path

import pytest

from streams.cli import main
from streams.domain import instants
from streams.domain.plan import Plan

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


TEXT = """# The plan of a city.
[city]
time_zone = "Europe/Brussels"   # where it is

[[hours]]
id = "office"
mon-fri = "08:00-18:00"

[[vendor]]
id = "acme"

[[line]]
id = "waste"                    # the one that smells
hours = "office"

[[line]]
id = "desk"
hours = "office"
"""


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, list[str]]:
    status = main(["plan", *arguments])
    out, err = capsys.readouterr()
    return status, (out + err).splitlines()


def compared(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], after: str, *options: str
) -> list[str]:
    old, new = tmp_path / "old.toml", tmp_path / "new.toml"
    old.write_text(TEXT)
    new.write_text(after)
    status, said = run(capsys, "diff", str(old), str(new), *options)
    assert status == 0
    return said


def test_diff_says_what_judges_otherwise_and_since_when(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    after = TEXT.replace('id = "desk"', 'id = "desk"\nvendor = "acme"\ntier = 2') + (
        '[[exception]]\nline = "waste"\nfrom = 2026-11-27T15:00:00\nuntil = 2026-11-27T18:00:00\n'
        'reason = "drill"\n'
    )
    assert compared(tmp_path, capsys, after) == [
        "line desk: tier, vendor: at all times",
        "exception waste: added: from 2026-11-27T15:00:00+01:00 until 2026-11-27T18:00:00+01:00",
    ]


def test_diff_says_nothing_of_names(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    after = TEXT.replace('id = "acme"', 'id = "acme"\nname = "Acme Calls"')
    assert compared(tmp_path, capsys, after) == ["they judge alike"]


def test_diff_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    after = TEXT.replace('id = "desk"', 'id = "desk"\nvendor = "acme"')
    (said,) = compared(tmp_path, capsys, after, "--json")
    found = json.loads(said)
    assert found["differences"] == [
        {"kind": "line", "id": "desk", "what": ["vendor"], "since": None, "until": None}
    ]
    assert found["old"] != found["new"]


def test_diff_of_a_plan_that_can_not_be_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, (said,) = run(capsys, "diff", str(tmp_path / "none.toml"), str(tmp_path / "x.toml"))
    assert status == 2
    assert "cannot be read" in said


def closing(file: Path, capsys: pytest.CaptureFixture[str], *what: str) -> tuple[int, list[str]]:
    return run(capsys, "close", *what, "--plan", str(file))


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("last", ["\n", ""])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_close_adds_to_the_file_and_leaves_the_rest_as_it_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], end: str, last: str, mark: str
) -> None:
    file = tmp_path / "plan.toml"
    before = (mark + TEXT.removesuffix("\n") + last).replace("\n", end).encode()
    file.write_bytes(before)
    reason = 'drill: "all out", \\ ü'
    when = "2099-11-27T15:00", "2099-11-27T18:01+01:00"
    status, said = closing(file, capsys, "waste", *when, reason)
    assert (status, said) == (
        0,
        [
            "waste is closed from 2099-11-27T15:00:00+01:00 until 2099-11-27T18:01:00+01:00",
            "restart the workers: they judge by it from then on",
        ],
    )
    after = file.read_bytes()
    assert after.startswith(before)
    assert (b"\r\n" in after[len(before) :]) == (end == "\r\n")
    plan = Plan.load(file)
    (exception,) = plan.entries.exceptions
    assert (exception.line, exception.open, exception.reason) == ("waste", False, reason)
    at = instants.parse("2099-11-27T15:00:00+01:00")
    assert [plan.terms(each, at).open for each in ("waste", "desk")] == [False, True]  # type: ignore[union-attr]
    assert plan.terms("waste", at - 1).open  # type: ignore[union-attr]


def test_close_says_that_the_past_stays(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "plan.toml"
    file.write_text(TEXT)
    _, said = closing(file, capsys, "waste", "2020-01-01T10:00Z", "2020-01-01T11:00Z", "late")
    assert said[-1] == "what lies before now stays as it was judged, until `reachline rebuild`"


@pytest.mark.parametrize(
    ("what", "said"),
    [
        (("wast", "2026-11-27T15:00", "2026-11-27T18:00", "r"), 'did you mean "waste"?'),
        (("waste", "2026-11-27T15:00", "2026-11-27T15:00", "r"), "is not after `from`"),
        (("waste", "tomorrow", "2026-11-27T15:00", "r"), '"tomorrow" is no minute'),
        (("waste", "2026-11-27T15:00:30", "2026-11-27T18:00", "r"), "is no minute"),
        (("waste", "2026-13-27T15:00", "2026-11-27T18:00", "r"), "is no minute"),
        (("waste", "2026-11-27T15:00", "2026-11-27T18:00", ""), "printable characters"),
        (("waste", "2026-11-27T15:00", "2026-11-27T18:00", "a\nb"), "printable characters"),
        (('wa"\nste', "2026-11-27T15:00", "2026-11-27T18:00", "r"), "is not an id"),
    ],
)
def test_close_refuses_what_is_wrong_and_leaves_the_plan_as_it_was(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], what: tuple[str, ...], said: str
) -> None:
    file = tmp_path / "plan.toml"
    file.write_text(TEXT)
    status, lines = closing(file, capsys, *what)
    assert status == 2
    assert any(said in line for line in lines), lines
    assert file.read_text() == TEXT
    assert not list(tmp_path.glob("*.part"))


def test_close_twice_at_one_time_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "plan.toml"
    file.write_text(TEXT)
    when = "2026-11-27T15:00", "2026-11-27T18:00"
    assert closing(file, capsys, "waste", *when, "drill")[0] == 0
    after = file.read_text()
    status, lines = closing(file, capsys, "waste", *when, "drill")
    assert status == 2
    assert any("has another exception then" in line for line in lines)
    assert file.read_text() == after
    assert closing(file, capsys, "desk", *when, "drill")[0] == 0


def test_close_without_a_plan_says_so(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("REACHLINE_PLAN", raising=False)
    status, (said,) = run(capsys, "close", "waste", "2026-11-27T15:00", "2026-11-27T18:00", "r")
    assert status == 2
    assert "no plan to write into" in said
