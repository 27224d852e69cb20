"""On how many examples a property is tried: a third of them in everyday runs, all in `.ci/long`.

Hypothesis draws others each time, so every run adds to what has been tried.
"""

from __future__ import annotations

import os
from typing import Final

_PART: Final = 1 if os.environ.get("REACHLINE_EXAMPLES") == "all" else 3


def examples(number: int) -> int:
    """As many of so many as this run tries."""
    return -(-number // _PART)
