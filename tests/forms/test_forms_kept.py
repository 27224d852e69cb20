"""Whatever an earlier release has stored, this one goes on from it; what it keeps is as agreed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest

from streams.domain.counts import COUNTS
from streams.engine.kafka import forms, topics
from streams.engine.kafka.forms import NEWEST, OLDEST, form_of
from tests.engine.pocket import Deployment
from tests.forms.kept import HERE, SOURCES, THIS_RELEASE, midway, read, rest, written
from tests.stories import at

RELEASES = sorted(HERE.glob("*.ndjson"))

ANOTHER_FORM = (
    "what is stored looks otherwise: if it says the same, it is another form and needs a step "
    "(CONTRIBUTING.md, Another form); if it says more, and the release is not published yet, keep "
    "it with `python -m tests.forms`"
)


def gone_on_from(path: Path) -> Deployment:
    """A deployment that has found the records of a release."""
    city = Deployment(SOURCES)
    _, records = read(path)
    for record in forms.read(records):
        city.topics.log(record.topic, record.partition).append(record)
    for source in range(SOURCES):
        city.crash(source)
    return city


def ended(city: Deployment) -> dict[bytes, dict[str, Any]]:
    """Its final intervals, once the rest is told and all is over."""
    for call_id, event in rest():
        city.send(call_id, event)
    city.close(at("20:00"))
    finals = city.topics.latest(topics.INTERVALS)
    return {key: orjson.loads(value) for key, value in finals.items()}


@pytest.mark.parametrize("path", RELEASES, ids=lambda path: path.stem)
def test_it_goes_on_as_if_it_had_been_there_from_the_beginning(path: Path) -> None:
    known, _ = read(path)
    found, wanted = ended(gone_on_from(path)), ended(midway())
    assert found.keys() == wanted.keys() and len(found) > 20
    for key, interval in found.items():
        for name in COUNTS[:known]:
            assert interval["counts"].get(name) == wanted[key]["counts"].get(name), (key, name)
        assert interval["waits"] == wanted[key]["waits"]
        assert interval["longest"] == wanted[key]["longest"]


@pytest.mark.parametrize("path", RELEASES, ids=lambda path: path.stem)
def test_journeys_late_events_and_dead_letters_are_those_of_the_whole(path: Path) -> None:
    one, other = gone_on_from(path), midway()
    ended(one), ended(other)
    for topic in (topics.JOURNEYS, topics.LATE, topics.DEAD):
        keys = [[each.key for each in city.topics.of(topic)] for city in (one, other)]
        assert keys[0] == keys[1] and keys[0], topic


@pytest.mark.parametrize("path", RELEASES, ids=lambda path: path.stem)
def test_every_topic_is_among_them_in_a_form_that_is_read(path: Path) -> None:
    _, records = read(path)
    said = {each.topic for each in records}
    assert {*topics.INPUTS, topics.STATE, topics.PARTIALS, topics.INTERVALS} <= said
    assert {topics.JOURNEYS, topics.CALLERS, topics.DEAD} <= said
    ours = {form_of(each.headers) for each in records if each.topic not in topics.INPUTS}
    assert ours <= set(range(OLDEST, NEWEST + 1))


def test_what_is_stored_looks_as_it_was_agreed() -> None:
    """A form that changes unnoticed ends the workers beside it. The records of one checkpoint have
    no order among them."""
    now, kept = written().splitlines(), THIS_RELEASE.read_bytes().splitlines()
    assert sorted(now) == sorted(kept), ANOTHER_FORM
