"""Builds the page that draws dashboards with Grafana's own components, outside the repository.

``python tests/wallboard/wallboard_app.py`` installs and builds it ahead of the tests. What npm
installs (half a gigabyte) and the built page are kept in ``$REACHLINE_CACHE``, by default
``~/.cache/reachline``, under the digests of what they are made from.
"""

import hashlib
import os
import shutil
import subprocess
from pathlib import Path
from typing import Final

APP: Final = Path(__file__).parent / "app"
PINNED: Final = ("package.json", "package-lock.json", ".npmrc")
INSTALL_WITHIN: Final = 600
BUILD_WITHIN: Final = 400
"""Seconds, on a busy machine with two cores: usually 40 and 25."""


def missing() -> list[str]:
    """Programs that the build needs and that are not installed."""
    return [program for program in ("node", "npm") if shutil.which(program) is None]


def _digest(files: list[Path]) -> str:
    digest = hashlib.sha256()
    for file in sorted(files):
        digest.update(str(file.relative_to(APP)).encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def build() -> Path:
    """The directory with the built page, built if it has not been.

    Raises:
        RuntimeError: npm or vite failed.
    """
    cache = Path(os.environ.get("REACHLINE_CACHE", Path.home() / ".cache" / "reachline"))
    installed = cache / f"wallboard-{_digest([APP / name for name in PINNED])}"
    sources = [APP / "index.html", APP / "vite.config.js", *(APP / "src").iterdir()]
    built = installed / f"dist-{_digest(sources)}"
    if (built / "index.html").exists():
        return built
    installed.mkdir(parents=True, exist_ok=True)
    if not (installed / "installed").exists():
        for name in PINNED:
            shutil.copy(APP / name, installed)
        # Not `npm ci`: it refuses a lock that has rollup's builds for Linux alone.
        _run(["npm", "install", "--no-save"], installed, INSTALL_WITHIN)
        (installed / "installed").touch()
    shutil.rmtree(installed / "src", ignore_errors=True)
    shutil.copytree(APP / "src", installed / "src")
    for name in ("index.html", "vite.config.js"):
        shutil.copy(APP / name, installed)
    _run(["npx", "vite", "build", "--outDir", str(built)], installed, BUILD_WITHIN)
    return built


def _run(command: list[str], where: Path, within: int) -> None:
    done = subprocess.run(command, cwd=where, capture_output=True, text=True, timeout=within)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}: {done.stdout[-2000:]}{done.stderr[-2000:]}")


if __name__ == "__main__":
    print(build())
