"""``reachline restate``: what came late, beside what was frozen, which stays."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable

import pytest

from tests.commands.months import Month, call, run


def test_six_days_later_the_phone_system_sends_again(
    month: Month, output: Callable[[], bytes]
) -> None:
    """A call that was answered after 90 s turns out to have been answered after 300, and one that
    was never told comes: the frozen 80.0 % was met, the restated 72.7 % was not; both are kept."""
    assert run(*month.words("statement"), month.first) == 0
    output()
    corrected = call(0, 0, 300)[1] | {"revision": 1}
    lately = month.write("late", [corrected, *call(10, 30, 90)])
    restate = [*month.words("restate"), "--reason", "Ticket 4711: the exchange sent again"]
    assert run(*restate, month.first, lately) == 0
    found = json.loads(output())
    assert found["reason"] == "Ticket 4711: the exchange sent again"
    assert not found["plan_changed"]
    assert [(each["event_id"], each["revision"]) for each in found["events"]] == [("0-2", 1)]
    (result,) = found["results"]
    assert (result["before"]["part"], result["before"]["whole"]) == (8, 10)
    assert (result["after"]["part"], result["after"]["whole"]) == (7, 11)
    assert result["before"]["met"] and not result["after"]["met"]
    assert result["before"]["malus"] is None
    assert result["after"]["malus"]["amount"] == "1700.00"  # 16.4 points, 17 begun
    assert [each["start"] for each in found["quarter_hours"]] == [
        "2026-03-04T08:00:00Z",
        "2026-03-04T08:30:00Z",
    ]
    assert found["quarter_hours"][0]["counts"]["answered_within"] == [8, 7]
    directory = month.archive / "acme" / "2026-03"
    assert {each.name for each in directory.iterdir()} == {
        *("0.json", "0.books", "1.json", "1.books", "1.restatement.json"),
    }
    for n in (0, 1):
        named = json.loads((directory / f"{n}.json").read_bytes())["books"]["digest"]
        books = (directory / f"{n}.books").read_bytes()
        assert hashlib.sha256(books).hexdigest() == named
    # Restating once more finds nothing new, and says so.
    assert run(*restate, month.first, lately) == 1


def test_a_restatement_as_a_page(month: Month, output: Callable[[], bytes]) -> None:
    assert run(*month.words("statement"), month.first) == 0
    output()
    lately = month.write("late", call(10, 30, 90))
    words = [*month.words("restate")[:-2], "--reason", "<late>", "--language", "en"]
    assert run(*words, month.first, lately) == 0
    page = output().decode()
    assert re.search(r"<strong>acme-2026-03-2-[0-9a-f]{8}</strong>", page)
    assert re.search(r"In place of</dt><dd>acme-2026-03-1-[0-9a-f]{8}</dd>", page)
    assert "Final, issue 2" in page
    assert "&lt;late&gt;" in page and "<late>" not in page
    assert "80.00" in page and "72.73" in page


@pytest.mark.parametrize("language", ["en", "nl"])
def test_what_release_0_1_has_kept_is_restated(
    kept_by_0_1: Month, output: Callable[[], bytes], language: str
) -> None:
    month = kept_by_0_1
    lately = month.write("late", call(10, 30, 90))
    words = [*month.words("restate")[:-2], "--reason", "late", "--language", language]
    assert run(*words, month.first, lately) == 0
    page = output().decode()
    first = re.search(r"acme-2026-03-1-[0-9a-f]{8}", page)
    assert first is not None and re.search(r"acme-2026-03-2-[0-9a-f]{8}", page)
    says = {
        "en": "Release 0.1 did not count the hours heard.",
        "nl": "Versie 0.1 telde de gehoorde uren niet.",
    }
    assert says[language] in page
    found = json.loads((month.archive / "acme" / "2026-03" / "1.restatement.json").read_bytes())
    (result,) = found["results"]
    assert (result["before"]["part"], result["before"]["whole"]) == (8, 10)
    assert (result["after"]["part"], result["after"]["whole"]) == (8, 11)


def test_nothing_is_restated_that_was_not_frozen(month: Month) -> None:
    assert run(*month.words("restate"), "--reason", "r", month.first) == 1
