"""What is missing is skipped on somebody's machine, and never in CI."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests import missing

SKIPPED, FAILED = pytest.skip.Exception, pytest.fail.Exception


def ends_as(work: Callable[[], object]) -> tuple[type[BaseException], str]:
    """How a test ends, and what it says; a skip must not end the one that looks."""
    with pytest.raises((SKIPPED, FAILED)) as ended:
        work()
    return ended.type, str(ended.value)


def no_java() -> None:
    missing.missing("no `java` on the path")


def test_on_somebody_s_machine_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    assert ends_as(no_java) == (SKIPPED, "no `java` on the path")


def test_in_ci_it_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    assert ends_as(no_java) == (FAILED, "no `java` on the path")


def test_the_embedded_broker_is_missing_where_its_package_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CI", "true")
    monkeypatch.setattr(missing, "find_spec", lambda name: None)
    kind, said = ends_as(missing.need_embedded_broker)
    assert kind is FAILED and "requirements-demo.lock" in said
    monkeypatch.setattr(missing, "find_spec", lambda name: name)
    missing.need_embedded_broker()
