"""Who has only CONTRIBUTING.md finds where everything lives: each path that it names is there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = ("CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text()
WHERE = CONTRIBUTING.split("## Where things are")[1].split("\n## ")[0]


def paths() -> list[str]:
    """The paths that the table names; a module without a folder is a neighbour of the one before
    it."""
    found = []
    for row in WHERE.splitlines():
        folder = ""
        for name in re.findall(r"`([^` ]+)`", row):
            if "/" in name:
                folder = name.rpartition("/")[0]
                found.append(name)
            elif name.endswith(".py"):
                found.append(f"{folder}/{name}")
    return found


@pytest.mark.parametrize("path", sorted(set(paths())))
def test_a_path_of_the_table_is_there(path: str) -> None:
    assert any(ROOT.glob(path.rstrip("/"))), path


def test_every_room_is_in_the_table() -> None:
    rooms = {
        each.relative_to(ROOT).as_posix()
        for each in (ROOT / "streams").iterdir()
        if each.is_dir() and (each / "__init__.py").exists()
    }
    missing = {room for room in rooms if f"`{room}/" not in WHERE}
    assert not missing


@pytest.mark.parametrize("page", PAGES)
def test_a_link_leads_to_a_file(page: str) -> None:
    for target in re.findall(r"\]\(([^)]+)\)", (ROOT / page).read_text()):
        assert target.startswith("https://") or (ROOT / target).exists(), target
