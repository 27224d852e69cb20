"""What is installed is whole: every file that the package reads, every version pinned."""

import re
import tomllib
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest

from streams import __version__
from streams.commands import doctor

ROOT = Path(__file__).parents[1]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())
EXTRAS: dict[str, list[str]] = PROJECT["project"]["optional-dependencies"]


def name_of(requirement: str) -> str:
    """A requirement's distribution, spelled as in the lock files."""
    return re.split(r"[^\w.-]", requirement)[0].lower().replace("_", "-")


def locked(file: str) -> dict[str, int]:
    """The distributions of a lock file, each with how many hashes it has."""
    entries = re.split(r"\n(?=\w)", (ROOT / file).read_text())
    return {name_of(entry): entry.count("--hash=sha256:") for entry in entries}


def test_every_file_that_the_package_reads_is_packed() -> None:
    patterns = PROJECT["tool"]["setuptools"]["package-data"]["*"]
    others = [
        file.name
        for file in (ROOT / "streams").rglob("*")
        if file.is_file() and file.suffix not in (".py", ".pyc")
    ]
    assert {"py.typed", "antwerp.toml", "page.html"} <= {*others}
    for name in others:
        assert any(fnmatch(name, pattern) for pattern in patterns), name


def test_tests_and_their_data_are_not() -> None:
    assert PROJECT["tool"]["setuptools"]["packages"]["find"]["include"] == ["streams*"]
    assert "prune tests" in (ROOT / "MANIFEST.in").read_text().splitlines()


@pytest.mark.parametrize(
    ("file", "extras"),
    [("requirements.lock", ("demo", "fast", "zstd")), ("requirements-test.lock", tuple(EXTRAS))],
)
def test_the_lock_file_pins_all_that_is_asked_for(file: str, extras: tuple[str, ...]) -> None:
    asked = [*PROJECT["project"]["dependencies"], *(r for extra in extras for r in EXTRAS[extra])]
    names = {name_of(requirement) for requirement in asked} - {"reachline"}
    pinned = locked(file)
    assert names <= set(pinned)
    assert all(hashes > 0 for hashes in pinned.values())


def test_both_lock_files_have_the_same_versions() -> None:
    def versions(file: str) -> set[str]:
        return set(re.findall(r"^[\w.-]+==[^\s;]+", (ROOT / file).read_text(), re.M))

    assert versions("requirements.lock") <= versions("requirements-test.lock")


def test_the_doctor_asks_for_the_versions_that_are_pinned() -> None:
    pairs = (each.split("==") for each in PROJECT["project"]["dependencies"] if "==" in each)
    assert dict(pairs) == doctor._PINNED


def test_the_version_is_the_same_wherever_it_is_told() -> None:
    kubernetes = (ROOT / "deploy" / "kubernetes" / "reachline.yaml").read_text()
    images = re.findall(r"image: reachline:(\S+)", kubernetes)
    assert images
    assert {PROJECT["project"]["version"], *images} == {__version__}


def test_lock_files_name_no_registry() -> None:
    for file in ("requirements.lock", "requirements-test.lock"):
        assert "://" not in (ROOT / file).read_text()
