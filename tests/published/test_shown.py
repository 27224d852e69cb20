"""The figures that programs read are what their schemas say."""

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from streams.published import schemas, shown
from tests import same_figures

VALID = {each.name: Draft202012Validator(each.schema) for each in schemas.published()}


@pytest.mark.parametrize("name", [name for name in same_figures.names() if "/replay" in name])
def test_a_replay_is_as_published(name: str) -> None:
    """Of the real calls and of the week, with intervals and with alerts."""
    VALID["replay"].validate(json.loads(same_figures.kept(name)))


@pytest.mark.parametrize("name", [name for name in same_figures.names() if ".live." in name])
def test_the_figures_of_a_worker_are_as_published(name: str) -> None:
    VALID["figures"].validate(json.loads(same_figures.kept(name)))


def test_the_example_has_figures() -> None:
    (replay,) = shown.shown()["replay"]
    assert replay["lines"]["waste"]["average_speed_of_answer"] == 17.5
    (live,) = shown.shown()["figures"]
    assert live["lines"][0]["service_level"] == 1.0


def _city() -> tuple[Any, Any]:
    (replay,) = shown.shown()["replay"]
    return replay, replay["city"]


def test_a_share_above_all_is_refused() -> None:
    replay, city = _city()
    city["reachability"] = 1.5
    with pytest.raises(ValidationError, match=r"1\.5 is greater"):
        VALID["replay"].validate(replay)


def test_a_count_that_is_missing_is_refused() -> None:
    replay, city = _city()
    del city["answered"]
    with pytest.raises(ValidationError, match="'answered' is a required"):
        VALID["replay"].validate(replay)


def test_a_figure_that_nobody_declared_is_refused() -> None:
    replay, city = _city()
    city["happiness"] = 1
    with pytest.raises(ValidationError, match="'happiness' was unexpected"):
        VALID["replay"].validate(replay)
