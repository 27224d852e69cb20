"""Forms of records: what each says, what a group writes, and what is read of other releases."""

from __future__ import annotations

import pytest
from aiokafka import ConsumerRecord
from aiokafka.coordinator.protocol import ConsumerProtocolMemberAssignment

from streams.engine.kafka import forms, topics
from streams.engine.kafka.assignor import Assignor
from streams.engine.kafka.forms import FORM_HEADER, NEWEST, OLDEST, FormError, Step, Written, read
from tests.engine.kafka.test_assignor import CLUSTER, INPUTS

TO_FIVE = Step(
    lambda topic, key, value: b"five(" + value + b")" + key[:1],
    lambda topic, key, value: value[5:-2],
)
TO_SIX = Step(
    lambda topic, key, value: topic[:9].encode() + value,
    lambda topic, key, value: value[9:],
)


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> None:
    """This release as it will be two forms from now."""
    monkeypatch.setattr(forms, "FORM_STEPS", (TO_FIVE, TO_SIX))
    monkeypatch.setattr(forms, "NEWEST", OLDEST + 2)
    monkeypatch.setattr(forms, "_NEWEST", ((FORM_HEADER, b"%d" % (OLDEST + 2)),))


def record(
    value: bytes | None, form: int | None, key: bytes | None = b"k"
) -> ConsumerRecord[bytes, bytes]:
    headers = () if form is None else ((FORM_HEADER, b"%d" % form),)
    return ConsumerRecord(topics.STATE, 1, 7, 0, 0, key, value, None, 1, 1, headers)


def values(*records: ConsumerRecord[bytes, bytes]) -> list[bytes | None]:
    return [each.value for each in read([*records])]


def test_what_is_in_the_newest_form_is_handed_on_as_it_is() -> None:
    records = [record(b"x", NEWEST), record(None, NEWEST)]
    assert read(records) is records


@pytest.mark.usefixtures("later")
def test_older_forms_are_told_in_the_newest_one_step_after_the_other() -> None:
    found = values(record(b"x", OLDEST), record(b"five(x)k", OLDEST + 1), record(b"x", OLDEST + 2))
    assert found == [b"contact.sfive(x)k", b"contact.sfive(x)k", b"x"]


@pytest.mark.usefixtures("later")
def test_a_removal_is_one_in_every_form() -> None:
    assert values(record(None, OLDEST), record(None, OLDEST + 1)) == [None, None]


@pytest.mark.parametrize("form", [NEWEST + 1, 10**9])
def test_a_newer_form_ends_the_reading_with_a_sentence(form: int) -> None:
    with pytest.raises(FormError) as refused:
        read([record(b"x", NEWEST), record(b"?", form)])
    assert str(refused.value) == (
        f"contact.state: partition 1, offset 7: written in form {form} by a newer release, and "
        f"this one knows up to {NEWEST}: run the newer one, or go back as `deploy/upgrade.md` says"
    )


def test_who_goes_back_is_given_what_a_newer_release_wrote() -> None:
    newer = [record(b"?", NEWEST + 1), record(b"x", NEWEST)]
    assert [each.value for each in read(newer, newer_too=True)] == [b"?", b"x"]


def test_what_says_no_form_is_given_as_it_is() -> None:
    """It is of the first release, whose records readers know by themselves, or somebody else's."""
    others = record(b"x", None)
    others.headers = ((FORM_HEADER, b"new"), ("trace", b"5"))
    assert values(record(b"x", None), others, record(b"x", None, None)) == [b"x"] * 3


def test_every_record_of_ours_says_its_form_and_no_event_does() -> None:
    written = Written()
    assert written.headers(topics.STATE) == [(FORM_HEADER, b"%d" % NEWEST)]
    assert [written.headers(topic) for topic in topics.INPUTS] == [[]] * 4


@pytest.mark.usefixtures("later")
def test_the_group_says_in_which_form_is_written() -> None:
    written = Written()
    newest = {(topics.STATE, 1): [(b"k", b"contact.sfive(x)k"), (b"k", None)]}
    assert written.told(newest) is newest
    written.agreed(OLDEST)
    assert written.told(newest) == {(topics.STATE, 1): [(b"k", b"x"), (b"k", None)]}
    assert written.headers(topics.STATE) == [(FORM_HEADER, b"4")]
    written.agreed(OLDEST + 1)
    assert written.told(newest) == {(topics.STATE, 1): [(b"k", b"five(x)k"), (b"k", None)]}


@pytest.mark.usefixtures("later")
def test_events_that_an_import_writes_have_no_form() -> None:
    written = Written()
    written.agreed(OLDEST)
    events = {("contact.queue", 0): [(b"k", b"an event")]}
    assert written.told(events) == events


@pytest.mark.usefixtures("later")
@pytest.mark.parametrize(("held", "claims"), [(0, OLDEST + 2), (OLDEST, OLDEST), (99, OLDEST + 2)])
def test_a_setting_holds_back_what_a_worker_would_write(held: int, claims: int) -> None:
    assert (Written(held).claimed, Written(held).form) == (claims, claims)


@pytest.mark.usefixtures("later")
def test_the_oldest_worker_of_a_group_decides() -> None:
    new, held, old = Written(), Written(OLDEST + 1), Written(OLDEST)
    group = {"new": Assignor([INPUTS], new)}

    def rebalance(leader: str) -> None:
        members = {name: each.metadata(INPUTS) for name, each in group.items()}
        given = group[leader].assign(CLUSTER, members)  # type: ignore[arg-type]
        for name, assignment in given.items():
            as_sent = ConsumerProtocolMemberAssignment.decode(assignment.encode())
            group[name].on_assignment(as_sent)

    rebalance("new")
    assert new.form == OLDEST + 2
    group["held"] = Assignor([INPUTS], held)
    rebalance("held")
    assert (new.form, held.form) == (OLDEST + 1, OLDEST + 1)
    group["old"] = Assignor([INPUTS], old)
    rebalance("new")
    assert (new.form, held.form, old.form) == (OLDEST, OLDEST, OLDEST)
    del group["old"], group["held"]
    rebalance("new")
    assert new.form == OLDEST + 2
