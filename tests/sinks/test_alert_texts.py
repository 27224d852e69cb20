"""What the person reads who is woken: which line, how bad, since when, how many, what to do."""

from typing import Any

import pytest

from streams.domain.instants import MINUTE
from streams.domain.plan import Plan
from streams.sinks.alert_texts import labels, summaries, wording
from streams.sinks.links import Links
from tests.alerts import NOON, fall
from tests.plans import ANTWERP, town

LINKS = Links("https://city.example/runbooks", "https://city.example/grafana")


def test_a_page_says_which_line_how_bad_since_when_how_many_and_what_to_do() -> None:
    said = wording(fall(), ANTWERP, LINKS)
    assert said["summary_en"] == (
        "Waste: only 6.2 % of callers reach anybody (target 60 %), 15 people in vain since 12:50"
    )
    assert said["description_en"] == (
        "15 of 16 people who chose Waste since Mon 23 Nov 12:50 spoke to nobody: 6.2 % got "
        "through, 60 % is promised. Scheldelijn Contact answers this line."
    )
    assert said["action_en"] == (
        "Dial the number yourself and press 3. If it does not ring, call the telephone provider; "
        "if it rings and nobody answers, call Shift lead, Scheldelijn Contact."
    )
    assert said["summary_nl"] == (
        "Afval: maar 6,2 % van de bellers bereikt iemand (doel 60 %), 15 mensen tevergeefs sinds "
        "12:50"
    )
    assert said["description_nl"].startswith("15 van de 16 mensen die sinds ma 23 nov 12:50")
    # Antwerp's first language is Dutch.
    assert said["summary"] == said["summary_nl"]
    assert said["evidence"] == "15 of 16 people in 5 min not reached."
    assert said["runbook_url"] == "https://city.example/runbooks/ContactReachabilityDrop.md"
    assert said["dashboard_url"].endswith("/d/reachline-line?var-line=waste")


@pytest.mark.parametrize("kind", ["service_level", "reachability", "closed_on_waiting"])
@pytest.mark.parametrize("people", [1, 7])
@pytest.mark.parametrize("resolved", [None, NOON + 50 * MINUTE])
def test_every_alert_names_its_line_in_both_languages(
    kind: Any, people: int, resolved: int | None
) -> None:
    alert = fall(
        kind=kind,
        people=people,
        decided=people,
        target=None if kind == "closed_on_waiting" else 0.8,
        resolved_at=resolved,
    )
    said = wording(alert, ANTWERP, LINKS)
    for language, name, over in (("en", "Waste", "Over at 13:40"), ("nl", "Afval", "Voorbij om")):
        summary, action = said[f"summary_{language}"], said[f"action_{language}"]
        assert name in summary
        assert str(people) in summary
        assert "12:50" in summary
        assert summary.startswith(over) is (resolved is not None)
        assert "Scheldelijn" in said[f"description_{language}"] + action
        assert "None" not in "".join(said.values())


def test_a_line_that_the_plan_no_longer_has_still_pages() -> None:
    alert = fall(line="pensions")
    assert labels(alert, ANTWERP)["vendor"] == "city"
    assert "pensions" in wording(alert, ANTWERP, LINKS)["summary_en"]


def test_a_line_without_a_menu_option_is_dialled_directly() -> None:
    plan = Plan.read(town())
    assert "Dial the number yourself and press 3." in wording(fall(), plan, LINKS)["action_en"]
    directly = wording(fall(line="desk"), plan, LINKS)["action_en"]
    assert directly.startswith("Dial the number yourself. ")


def test_the_clock_on_the_page_is_the_city_s() -> None:
    """The line falls at 11:50 UTC, and is found at its target again fifty minutes later."""
    alert = fall(resolved_at=NOON + 50 * MINUTE)
    for zone, began, over in (("UTC", "11:50", "12:40"), ("Asia/Tokyo", "20:50", "21:40")):
        said = summaries(alert, Plan.read(town(zone)))["en"]
        assert said.startswith(f"Over at {over}. ") and said.endswith(f"since {began}")


def test_a_city_reads_its_own_languages_only() -> None:
    """The record's sentence is English: where nobody reads that, it is left out."""
    both = town().replace('en = "Waste", ', "").replace('en = "Desk", ', "")
    dutch = Plan.read(both.replace('["en", "nl"]', '["nl"]'))
    said = wording(fall(), dutch, LINKS)
    assert said["summary"].startswith("Afval: ")
    assert not [each for each in said if each.endswith("_en")] and "evidence" not in said
    assert list(summaries(fall(), dutch)) == ["nl"]
