"""What is installed is whole: every file that the package reads, every version pinned."""

import re
import tarfile
import tomllib
from contextlib import chdir
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from flit_core import buildapi

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


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """The files of the wheel and of the source distribution, by their paths below the root."""
    folder = tmp_path_factory.mktemp("packed")
    with chdir(ROOT):
        wheel = folder / buildapi.build_wheel(str(folder))
        source = folder / buildapi.build_sdist(str(folder))
    with ZipFile(wheel) as archive, tarfile.open(source) as unpacked:
        return {
            "wheel": {*archive.namelist()},
            "source": {name.partition("/")[2] for name in unpacked.getnames()},
        }


def test_every_file_of_the_package_is_packed_and_no_other(packed: dict[str, set[str]]) -> None:
    files = {
        str(file.relative_to(ROOT))
        for file in (ROOT / "streams").rglob("*")
        if file.is_file() and file.suffix != ".pyc"
    }
    assert {"streams/py.typed", "streams/simulation/antwerp.toml"} <= files
    assert {name for name in packed["wheel"] if ".dist-info/" not in name} == files
    assert {name for name in packed["source"] if name.startswith("streams/")} == files


def test_the_source_distribution_has_what_people_install_with_and_no_tests(
    packed: dict[str, set[str]],
) -> None:
    assert {name.partition("/")[0] for name in packed["source"]} == {
        *("PKG-INFO", "pyproject.toml", "README.md", "LICENSE"),
        *("requirements.lock", "requirements-demo.lock", "requirements-test.lock"),
        *("streams", "schemas", "grafana", "deploy"),
    }
    for folder in ("schemas", "grafana/dashboards", "deploy/prometheus/rules"):
        files = {str(file.relative_to(ROOT)) for file in (ROOT / folder).glob("*.*")}
        assert files <= packed["source"]


def test_what_builds_is_pinned_and_tests_can_build_without_a_network() -> None:
    (backend,) = PROJECT["build-system"]["requires"]
    assert re.fullmatch(r"[\w-]+==[\d.]+", backend)
    assert backend in EXTRAS["test"]
    assert locked("requirements-test.lock")[name_of(backend)]


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
