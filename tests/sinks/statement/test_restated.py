"""A restatement: what was, what is, and why, in the words of the contract."""

import re

import pytest

from streams.sinks.statement import restated
from streams.texts import languages
from tests.sinks.statement import march
from tests.sinks.statement.pages import read


def _page(language: str) -> str:
    found, after = march.restatement()
    return restated.page(found, after, language)


def test_a_restatement_is_in_the_contract_s_words() -> None:
    text = read(_page("en"))
    assert "Answered within 20 s: 6 → 8" in text  # until the 16th
    assert "Answered within 30 s: 6 → 8" in text  # from then on, by the second version
    assert "Answered within 60 s: 0 → 4" in text
    assert "Overflowed, judged by the threshold: 0 → 2" in text
    assert "Abandoned, out of hours: 0 → 1" in text
    assert "Sum of the waits of answered calls: 0 s → 512 s" in text
    text = read(_page("nl"))
    assert "Beantwoord binnen 20 s: 6 → 8" in text
    assert "Doorgestroomd, beoordeeld met de drempel: 0 → 2" in text
    assert "keuze in het menu" in text


@pytest.mark.parametrize("language", languages())
def test_a_restatement_says_what_it_is_and_what_it_replaces(language: str) -> None:
    text = read(_page(language))
    before = march.made(march.booked(), issue=1).object.issue.number
    after = re.search(r"acme-2026-03-2-[0-9a-f]{8}", text)
    assert after is not None
    assert text.count(after[0]) >= 4 and text.count(before) >= 2


@pytest.mark.parametrize(
    ("language", "before", "after"),
    [
        ("en", "Before heard 155 of 176 hours, INCOMPLETE", "After heard 176 of 176 hours"),
        ("nl", "Voor 155 van 176 uren gehoord, ONVOLLEDIG", "Na 176 van 176 uren gehoord"),
    ],
)
def test_what_was_not_heard_and_comes_later_makes_it_complete(
    language: str, before: str, after: str
) -> None:
    """Issue 1 was made while the feed was silent; issue 2 has what the exchange sent since."""
    silent = march.made(march.booked("2026-03-27T12:00:00+01:00"), issue=1)
    whole = march.made(march.booked(), issue=2, replaces=silent.object.issue.number)
    found = restated.restate(silent, whole, 1, "laat", [])
    (changed,) = found.results
    assert changed.before is not None and changed.after is not None
    assert (changed.before.complete, changed.before.met, changed.before.malus) == (
        False,
        None,
        None,
    )
    assert changed.after.met is False and changed.after.malus
    text = read(restated.page(found, whole.object, language))
    assert before in text and after in text
