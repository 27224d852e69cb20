"""Named points at which a test can kill the worker: ``REACHLINE_FAILPOINT="committed:3"`` ends the
process, as SIGKILL would, when that point is reached for the third time. Unset, they do nothing."""

import os
import signal
from typing import Final

VARIABLE: Final = "REACHLINE_FAILPOINT"

FAILPOINTS: Final = (
    "before sending",
    "sent, not acknowledged",
    "acknowledged, transaction open",
    "written, not committed",
    "committed",
    "revoking",
    "recovering",
    "final, not evicted",
)

_name, _, _times = os.environ.get(VARIABLE, "").partition(":")
_left = int(_times or 1)


def failpoint(name: str) -> None:
    """Passes a failpoint, or dies at it."""
    global _left
    if not _name:
        return
    assert name in FAILPOINTS, name
    if name == _name:
        _left -= 1
        if _left <= 0:
            os.kill(os.getpid(), signal.SIGKILL)
