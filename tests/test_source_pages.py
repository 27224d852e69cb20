"""The pages that lead from a phone system to Reachline: what they say to type, works.

Commands are those that there are. What the dialplan of Asterisk is told to write is read as the
page says: its lines are run here as Asterisk would, as far as they write into the log.
"""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from streams.cli import main, parser
from tests.asterisk import BEGIN, log, translated, waits_of

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "deploy" / "sources" / "asterisk.md").read_text()
SHELL = re.findall(r"```sh\n(.*?)```", PAGE, re.S)
COMMANDS = [
    line.removeprefix("reachline ")
    for block in SHELL
    for line in block.splitlines()
    if line.startswith("reachline ")
]
TRIED = re.findall(r"<!-- try -->\n```sh\n(.*?)```", PAGE, re.S)
HEADINGS = re.findall(r"^#+ (.*)$", PAGE, re.M)
WRITTEN = re.findall(r"QueueLog\(([^()]*)\)", PAGE)


@pytest.mark.parametrize("target", re.findall(r"\]\(([^)]+)\)", PAGE))
def test_a_link_leads_to_a_file(target: str) -> None:
    file, _, heading = target.partition("#")
    assert (ROOT / "deploy" / "sources" / file).exists()
    if heading:
        slugs = [re.sub(r"[^a-z0-9 -]", "", each.lower()) for each in HEADINGS]
        assert heading in [slug.replace(" ", "-") for slug in slugs]


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_is_one_that_reachline_knows(command: str) -> None:
    parser().parse_args(shlex.split(command.partition(" > ")[0]))


def test_what_the_page_says_to_try_works(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Typed in its order, on a log of two calls; the key is made by hand here."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "queue_log").write_text("\n".join(log(*waits_of("41"), *waits_of("42", 5))) + "\n")
    key = tmp_path / "pseudonym.key"
    key.write_text("8f3a61c0d27be9458f3a61c0d27be944")
    key.chmod(0o600)
    (toml,) = re.findall(r"```toml\n(.*?)```", PAGE, re.S)
    (tmp_path / "plan.toml").write_text(toml.replace('"601"', '"601", "waste"'))
    assert len(TRIED) == 2
    for line in "".join(TRIED).splitlines():
        if line.startswith("reachline "):
            words = line.replace("/var/log/asterisk/", "").removeprefix("reachline ")
            command, _, file = words.partition(" > ")
            assert main(shlex.split(command)) == 0, capsys.readouterr().err
            out = capsys.readouterr().out
            if file:
                (tmp_path / file).write_text(out)
    assert "answered" in out or "waste" in out


def as_logged(written: str, **values: str) -> list[str]:
    """The line that a call of ``QueueLog`` writes, with the channel's variables in it."""
    for name, value in {"UNIQUEID": f"{BEGIN}.41", **values}.items():
        written = re.sub(rf"\$\{{{re.escape(name)}\}}", value, written)
    queue, uniqueid, member, event, *parameters = written.split(",")
    return log((30, uniqueid, queue, member, event, ",".join(parameters)))


@pytest.mark.parametrize(
    ("event", "values", "told"),
    [
        ("MENUCHOICE", {"KEY": "3", "INMENU": "2026-11"}, ["30 choice waste 3"]),
        ("MENUHANGUP", {"INMENU": "2026-11"}, ["0 start", "30 hangup caller"]),
        ("BLOCKED", {"QUEUESTATUS": "JOINEMPTY"}, ["0 start", "30 left waste full"]),
        ("BLOCKED", {"QUEUESTATUS": "LEAVEEMPTY"}, []),
        (
            "OUTCALL",
            {
                "CHANNEL(endpoint)": "71",
                "DIALSTATUS": "ANSWER",
                "ANSWEREDTIME": "20",
                "DIALLED": "0470123456",
            },
            ["0 start outbound", "10 answered waste outbound", "30 hangup outbound"],
        ),
    ],
)
def test_what_the_dialplan_writes_is_read(
    event: str, values: dict[str, str], told: list[str]
) -> None:
    found = re.findall(rf"QueueLog\(((?:[^()]|\(endpoint\))*,{event}[^()]*)\)", PAGE)
    assert translated(as_logged(found[-1], **values)).shown == told


def test_every_event_that_the_dialplan_writes_is_in_the_table() -> None:
    named = set(re.findall(r",(DID|MENU\w+|BLOCKED|HANGUP|OUTCALL)[,)]", PAGE))
    rows = set(re.findall(r"^\| `([A-Z]+)` \|", PAGE, re.M))
    assert named <= rows and named == {
        *("DID", "MENUCHOICE", "MENUHANGUP", "BLOCKED", "HANGUP", "OUTCALL")
    }


def test_the_example_of_an_explanation_is_what_is_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (shown,) = re.findall(r"```\n(queue_log:.*?)```", PAGE, re.S)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("REACHLINE_PSEUDONYM_KEY", "8f3a61c0d27be945")
    entered, *rest = waits_of("41")
    rings = (15, "41", "waste", "PJSIP/70", "RINGNOANSWER", 15000)
    start = (0, "NONE", "NONE", "NONE", "QUEUESTART")
    (tmp_path / "queue_log").write_text("\n".join(log(start, entered, rings, *rest)) + "\n")
    (tmp_path / "plan.toml").write_text(
        '[city]\ntime_zone = "Europe/Brussels"\n[[line]]\nid = "waste"\n'
    )
    words = ["queue_log", "--plan", "plan.toml", "--explain", f"{BEGIN}.41"]
    assert main(["import", "asterisk", *words]) == 0
    assert capsys.readouterr().out == shown
