"""What the person reads who is woken: which line, how bad, since when, how many, what to do."""

from typing import Any

import pytest

from streams.domain.detector import Subject
from streams.domain.detector.alert import ALERT_KINDS, CAUSES_OF_NO_ENTRY, DOUBTFUL, HOURS_LIKELY
from streams.domain.instants import MINUTE
from streams.domain.plan import Plan
from streams.sinks.alert_texts import (
    ALERT_NAMES,
    SEVERITIES,
    labels,
    scope_name,
    summaries,
    wording,
)
from streams.sinks.links import Links
from tests.alerts import NOON, fall
from tests.plans import ANTWERP, town

LINKS = Links("https://city.example/runbooks", "https://city.example/grafana")


def test_a_page_says_which_line_how_bad_since_when_how_many_and_what_to_do() -> None:
    said = wording(fall(), ANTWERP, LINKS)
    assert said["summary_en"] == (
        "Waste: 15 people came into no queue since 12:50: most got a busy tone"
    )
    assert said["description_en"] == (
        "15 of 16 contacts since Mon 23 Nov 12:50 came into no queue of Waste: most got a busy "
        "tone. 6.2 % did; 96 % is usual at this hour. Scheldelijn Contact answers."
    )
    assert said["action_en"] == (
        "Dial the number yourself and press 3 and note what you hear. A busy tone or nothing: call "
        "the telephone provider. A menu that leads nowhere, or a voice that says closed: call "
        "Shift lead, Scheldelijn Contact."
    )
    assert said["summary_nl"] == (
        "Afval: geen wachtrij voor 15 mensen sinds 12:50: de meesten kregen een bezettoon"
    )
    assert said["description_nl"].startswith("15 van de 16 contacten sinds ma 23 nov 12:50")
    # Antwerp's first language is Dutch.
    assert said["summary"] == said["summary_nl"]
    assert said["evidence"] == "15 of 16 contacts in 5 min came into no queue."
    assert said["runbook_url"] == "https://city.example/runbooks/ContactNoEntry.md"
    assert said["dashboard_url"].endswith("/d/reachline-line?var-line=waste")


def test_the_newest_line_leads_and_a_vendor_and_the_city_are_all_their_lines() -> None:
    several = fall(lines=("migration", "waste", "other"))
    assert scope_name(several, ANTWERP, "en") == "Migration and 2 more lines"
    assert scope_name(fall(lines=("migration", "waste")), ANTWERP, "nl") == (
        "Migratie en nog 1 lijn"
    )
    vendor = fall(subject=Subject("vendor:scheldelijn", None, "scheldelijn"), lines=())
    assert summaries(vendor, ANTWERP)["en"].startswith("Scheldelijn Contact, all lines: ")
    city = fall(subject=Subject("city", None, "city"), lines=())
    assert summaries(city, ANTWERP)["nl"].startswith("Antwerp, alle lijnen: ")
    assert "line" not in labels(city, ANTWERP)
    assert wording(city, ANTWERP, LINKS)["dashboard_url"].endswith("/d/reachline-wallboard")
    assert wording(vendor, ANTWERP, LINKS)["dashboard_url"].endswith("?var-vendor=scheldelijn")


@pytest.mark.parametrize("cause", [*CAUSES_OF_NO_ENTRY.values(), HOURS_LIKELY, DOUBTFUL, ""])
def test_every_cause_has_its_words(cause: str) -> None:
    said = summaries(fall(cause=cause), ANTWERP)
    assert said["en"].endswith("12:50") is (not cause)
    assert "alerts." not in said["en"] + said["nl"]


def test_who_waits_is_named_to_whoever_looks_for_them() -> None:
    alert = fall(kind="forgotten", cause=DOUBTFUL, call_id="pbx1-17", people=1)
    said = wording(alert, ANTWERP, LINKS)
    assert "pbx1-17" in said["action_en"] and "pbx1-17" in said["description_nl"]
    assert "doubtful" in said["summary_en"]


def test_each_kind_says_how_it_reaches_people() -> None:
    assert list(SEVERITIES) == list(ALERT_NAMES) == list(ALERT_KINDS)


@pytest.mark.parametrize("kind", ALERT_KINDS)
@pytest.mark.parametrize("people", [1, 7])
@pytest.mark.parametrize("resolved", [None, NOON + 50 * MINUTE])
def test_every_alert_names_its_line_in_both_languages(
    kind: Any, people: int, resolved: int | None
) -> None:
    alert = fall(
        kind=kind,
        people=people,
        decided=people,
        target=0.6 if kind == "overload" else None,
        resolved_at=resolved,
    )
    said = wording(alert, ANTWERP, LINKS)
    for language, name, over in (("en", "Waste", "Over at 13:40"), ("nl", "Afval", "Voorbij om")):
        summary, action = said[f"summary_{language}"], said[f"action_{language}"]
        assert name in summary
        # Of a silence there is nobody to count.
        assert kind == "silence" or str(people) in summary + said[f"description_{language}"]
        assert "12:50" in summary + said[f"description_{language}"]
        assert summary.startswith(over) is (resolved is not None)
        assert "Scheldelijn" in said[f"description_{language}"] + action
        assert "None" not in "".join(said.values())


def test_a_line_that_the_plan_no_longer_has_still_pages() -> None:
    alert = fall(line="pensions")
    assert labels(alert, ANTWERP)["vendor"] == "city"
    assert "pensions" in wording(alert, ANTWERP, LINKS)["summary_en"]


def test_a_line_without_a_menu_option_is_dialled_directly() -> None:
    plan = Plan.read(town())
    assert (
        "Dial the number yourself and press 3 and note" in wording(fall(), plan, LINKS)["action_en"]
    )
    directly = wording(fall(line="desk"), plan, LINKS)["action_en"]
    assert directly.startswith("Dial the number yourself and note ")


def test_the_clock_on_the_page_is_the_city_s() -> None:
    """The line falls at 11:50 UTC, and is found at its target again fifty minutes later."""
    alert = fall(resolved_at=NOON + 50 * MINUTE)
    for zone, began, over in (("UTC", "11:50", "12:40"), ("Asia/Tokyo", "20:50", "21:40")):
        said = summaries(alert, Plan.read(town(zone)))["en"]
        assert said.startswith(f"Over at {over}. ") and f"since {began}" in said


def test_a_city_reads_its_own_languages_only() -> None:
    """The record's sentence is English: where nobody reads that, it is left out."""
    both = town().replace('en = "Waste", ', "").replace('en = "Desk", ', "")
    dutch = Plan.read(both.replace('["en", "nl"]', '["nl"]'))
    said = wording(fall(), dutch, LINKS)
    assert said["summary"].startswith("Afval: ")
    assert not [each for each in said if each.endswith("_en")] and "evidence" not in said
    assert list(summaries(fall(), dutch)) == ["nl"]
