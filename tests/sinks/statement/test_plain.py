"""The object of a statement: what the domain found, and what is not due for want of hearing."""

import re

from streams.domain.ledger import GRACE
from streams.sinks.statement import plain
from tests.sinks.statement import march, october
from tests.statements import FOREVER


def test_a_silent_feed_makes_no_full_value_statement() -> None:
    """It stops on Friday the 27th at noon: two and a half working days are missing, and with them
    21 points of malus that are not due."""
    whole, dead = (
        march.said(march.made(march.booked())),
        march.said(march.made(march.booked("2026-03-27T12:00:00+01:00"))),
    )
    assert [each["malus"]["amount"] for each in whole["results"] if each["malus"]] != []
    assert whole["amounts"][0]["malus"] != "0.00" and whole["amounts_withheld"] == []

    assert not dead["complete"]
    assert (dead["heard"]["open"], dead["heard"]["heard"]) == (176, 155)
    (silence,) = dead["heard"]["silences"]
    assert silence == {
        "from": "2026-03-27T11:00:00Z",
        "until": "2026-03-31T15:00:00Z",
        "open": 21,
        "line": None,
        "queue": False,
    }
    # Until the 16th by the first version of the contract: heard. From then on: not enough.
    first, _, second = sorted(dead["results"], key=lambda each: each["from"])
    assert first["complete"] and first["met"] is False and first["malus"]
    assert not second["complete"]
    assert (second["met"], second["malus"], second["points_missed"]) == (None, None, None)
    assert second["by_hours_heard"]["met"] is False
    assert second["by_hours_heard"]["malus"]["amount"] == dead["amounts_withheld"][0]["malus"]
    assert dead["amounts"][0]["malus"] == first["malus"]["amount"]


def test_json_has_sorted_keys_and_says_when_only_while_it_is_provisional() -> None:
    booked = october.booked()
    ends = booked.of("acme", "2026-10").end
    first, second = (
        plain.make(booked.plan, booked.of("acme", "2026-10", as_of), booked.intervals)
        for as_of in (ends + GRACE, FOREVER)
    )
    assert first.json == second.json
    keys = re.findall(r'^  "(\w+)":', first.json.decode(), re.MULTILINE)
    assert keys == sorted(keys)
    running = plain.make(booked.plan, booked.of("acme", "2026-10", ends - 1), booked.intervals)
    assert running.content.provisional is not None
    assert running.content.provisional.as_of == "2026-10-31T22:59:59.999999Z"
