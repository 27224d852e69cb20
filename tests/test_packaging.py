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
    [
        ("requirements.lock", ("fast", "zstd")),
        ("requirements-demo.lock", ("demo", "fast", "zstd")),
        ("requirements-test.lock", tuple(EXTRAS)),
    ],
)
def test_the_lock_file_pins_all_that_is_asked_for(file: str, extras: tuple[str, ...]) -> None:
    asked = [*PROJECT["project"]["dependencies"], *(r for extra in extras for r in EXTRAS[extra])]
    names = {name_of(requirement) for requirement in asked} - {"reachline"}
    pinned = locked(file)
    assert names <= set(pinned)
    assert all(hashes > 0 for hashes in pinned.values())


def test_all_lock_files_have_the_same_versions() -> None:
    """What runs is what the tests ran with, and the demo is production with a broker beside it."""

    def versions(file: str) -> set[str]:
        return set(re.findall(r"^[\w.-]+==[^\s;]+", (ROOT / file).read_text(), re.M))

    assert versions("requirements.lock") < versions("requirements-demo.lock")
    assert versions("requirements-demo.lock") < versions("requirements-test.lock")


def test_production_does_not_carry_the_demos_broker() -> None:
    """It keeps its records in memory: where calls count, nobody must be able to start it."""
    (broker,) = map(name_of, EXTRAS["demo"])
    installed = {
        (file, lock)
        for file in (ROOT / "deploy").rglob("*")
        if file.is_file()
        for lock in re.findall(r"requirements[\w-]*\.lock", file.read_text())
    }
    assert {file.name for file, _ in installed} >= {"Dockerfile", "reachline-worker@.service"}
    for file, lock in installed:
        assert broker not in locked(lock), f"{file} installs {lock}"
        assert "[demo" not in file.read_text(), file


def test_the_readmes_demo_installs_its_broker() -> None:
    readme = (ROOT / "README.md").read_text()
    (command,) = re.findall(r"<!-- command: demo -->\n```sh\n([^`]+)```", readme)
    (lock,) = re.findall(r"requirements[\w-]*\.lock", command)
    assert {name_of(each) for each in EXTRAS["demo"]} <= set(locked(lock))


def test_the_doctor_asks_for_the_versions_that_are_pinned() -> None:
    pairs = (each.split("==") for each in PROJECT["project"]["dependencies"] if "==" in each)
    assert dict(pairs) == doctor._PINNED


def test_the_version_is_the_same_wherever_it_is_told() -> None:
    kubernetes = (ROOT / "deploy" / "kubernetes" / "reachline.yaml").read_text()
    images = re.findall(r"image: reachline:(\S+)", kubernetes)
    assert images
    assert {PROJECT["project"]["version"], *images} == {__version__}


def test_lock_files_name_no_registry() -> None:
    files = sorted(ROOT.glob("requirements*.lock"))
    assert len(files) == 3
    for file in files:
        assert "://" not in file.read_text()
