"""The peers, each in an environment of its own, at a version that is pinned here."""

import subprocess
import sys
from pathlib import Path
from typing import Final

PEERS: Final = {
    "faust": ("faust-streaming==0.15.3", "aiokafka==0.14.0", "orjson==3.13.0", "uvloop==0.23.0"),
    "quix": ("quixstreams==3.28.1", "orjson==3.13.0"),
    "bytewax": ("bytewax==0.21.1", "orjson==3.13.0"),
}


def environment(peer: str, directory: Path) -> Path:
    """The Python of a peer's environment, made when it is not there yet."""
    requirements = "\n".join(PEERS[peer])
    home = directory / f"environment-{peer}"
    python = home / "bin" / "python"
    made_for = home / "requirements.txt"
    if made_for.exists() and made_for.read_text() == requirements:
        return python
    print(f"making an environment for {PEERS[peer][0]} ...", file=sys.stderr)
    subprocess.run([sys.executable, "-m", "venv", "--clear", home], check=True)
    subprocess.run([python, "-m", "pip", "install", "--quiet", *PEERS[peer]], check=True)
    made_for.write_text(requirements)
    return python
