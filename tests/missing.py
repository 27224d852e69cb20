"""A real part that this machine lacks: its tests are skipped, and say so; in CI they fail.

CI installs every part, so one that is missing there is a test that nobody runs.
"""

from __future__ import annotations

import os
from importlib.util import find_spec
from typing import NoReturn

import pytest


def missing(what: str) -> NoReturn:
    """Ends the test for want of a part; `what` says which, and how to get it."""
    if os.environ.get("CI"):
        pytest.fail(what, pytrace=False)
    pytest.skip(what)


def need_embedded_broker() -> None:
    """Ends the test where the demo's own broker is not installed."""
    if find_spec("noida_db") is None:
        missing("needs the demo's own broker: pip install -r requirements-demo.lock")
