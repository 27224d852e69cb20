"""What `.ci/run` leaves out of a run comes up in another: variants take turns by the commit."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from hashlib import sha1
from pathlib import Path

import pytest

from tests import turns

ROOT = Path(__file__).parents[1]
COMMITS = [sha1(f"commit {number}".encode()).hexdigest() for number in range(40)]


@pytest.mark.parametrize("what", ["language", "size", "seed", "kind", "way", "codec", "example"])
@pytest.mark.parametrize("parts", range(1, 8))
def test_within_forty_commits_it_is_every_parts_turn(what: str, parts: int) -> None:
    assert {turns.turn(commit, what, parts) for commit in COMMITS} == {*range(parts)}


def test_all_ten_kinds_of_faults_come_up_within_forty_commits() -> None:
    kinds = [*"abcdefghij"]
    seen = [kind for commit in COMMITS for kind in turns.part(commit, "kind", kinds)]
    assert {*seen} == {*kinds}
    assert len(seen) == len(COMMITS)


def test_the_same_commit_tries_the_same() -> None:
    for commit in COMMITS:
        assert turns.turn(commit, "size", 5) == turns.turn(commit, "size", 5)


def test_two_parameters_do_not_turn_together() -> None:
    pairs = {(turns.turn(c, "way", 2), turns.turn(c, "language", 2)) for c in COMMITS}
    assert len(pairs) == 4


def test_a_part_of_several_values_leaves_none_to_nobody() -> None:
    seeds = [*range(1, 11)]
    tried = {turns.turn(c, "seed", 5): turns.part(c, "seed", seeds, parts=5) for c in COMMITS}
    assert sorted(seed for part in tried.values() for seed in part) == seeds


def collected(tests: Path, **environment: str) -> list[str]:
    """The variants that pytest would run of a file of this tree."""
    words = ["-m", "pytest", "--collect-only", "-q", "-m", "", str(tests)]
    done = subprocess.run(
        [sys.executable, *words],
        cwd=ROOT,
        env={**os.environ, "REACHLINE_TURN": "", **environment},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return re.findall(r"::(\w+(?:\[.+\])?)$", done.stdout, re.M)


@pytest.mark.slow
def test_a_commit_gets_its_part_and_who_names_none_gets_all() -> None:
    file = ROOT / "tests" / "faults" / "test_faults.py"
    commit = COMMITS[0]
    some = collected(file, REACHLINE_TURN=commit)
    assert len(some) == 1 + 1 + 2
    assert {*some} < {*collected(file)}
    assert some[0] == f"test_the_books_survive[{turns.turn(commit, 'seed', 10) + 1}]"
    assert [name.partition("[")[0] for name in some[2:]] == ["test_the_suite_notices"] * 2


def outside(folder: Path) -> list[str]:
    """What `.ci/paths` finds in a folder."""
    done = subprocess.run(
        [sys.executable, ROOT / ".ci" / "paths", folder], capture_output=True, text=True
    )
    assert done.returncode == bool(done.stdout) and not done.stderr
    return done.stdout.splitlines()


def test_nothing_that_is_committed_leads_out_of_the_clone() -> None:
    done = subprocess.run([sys.executable, ROOT / ".ci" / "paths"], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "")


# In pieces, or else they would be found in this file.
ANNAS, HERS = "/".join(("", "home", "anna")), "C:" + "\\Users"
UP, FILE = "../" + "..", "__file__)"


@pytest.mark.parametrize(
    ("file", "line", "found"),
    [
        ("README.md", f"see {ANNAS}/notes.md", ANNAS),
        ("a.py", f'Path("{ANNAS}/reachline")', ANNAS),
        ("deploy/plan.toml", f"plan = '{HERS}\\anna'", HERS),
        ("tests/test_a.py", f'open("{UP}/plan.toml")', f"{UP}/plan.toml"),
        ("deploy/a.md", f"[notes](../tests/{UP}/notes.md)", f"../tests/{UP}/notes.md"),
        ("tests/test_a.py", f"Path({FILE}.parents[2]", f"{FILE}.parents[2]"),
        ("a.py", f"Path({FILE}.resolve().parent.parent", f"{FILE}.resolve().parent.parent"),
    ],
)
def test_what_leads_out_of_the_clone_is_found(
    tmp_path: Path, file: str, line: str, found: str
) -> None:
    (tmp_path / file).parent.mkdir(exist_ok=True)
    (tmp_path / file).write_text(f"one\n{line}\n")
    assert outside(tmp_path) == [f"{file}:2: {found} leads out of the clone"]


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("deploy/unit", "ExecStart=/opt/reachline/bin/reachline; EnvironmentFile=/etc/reachline/a"),
        ("deploy/a.yaml", "volumes: [../grafana/dashboards:/var/lib/grafana/dashboards]"),
        ("tests/test_a.py", f"Path({FILE}.parents[1]; Path({FILE}.parent.parent"),
        ("README.md", f"https://example.org{ANNAS} and ... and 1/2/../3"),
        ("a.py", r'"\d\d:\d\d"'),
    ],
)
def test_what_stays_in_it_or_is_on_every_machine_is_not(
    tmp_path: Path, file: str, line: str
) -> None:
    (tmp_path / file).parent.mkdir(exist_ok=True)
    (tmp_path / file).write_text(line)
    assert outside(tmp_path) == []
