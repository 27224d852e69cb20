"""The pages on what to do about an alert, made of the catalogues."""

import re
from pathlib import Path

from streams.sinks import runbooks
from streams.texts import languages, texts


def test_english_pages_stand_at_the_top_and_other_languages_below() -> None:
    alerts = runbooks.alerts(texts("en"))
    assert "ContactCitySilent" in alerts and "heading" not in alerts
    below = ["" if language == "en" else f"{language}/" for language in languages()]
    assert {"", "nl/"} <= {*below}
    assert set(runbooks.render()) == {f"{each}{alert}.md" for each in below for alert in alerts}


def test_a_page_is_a_lead_and_five_answers() -> None:
    page = runbooks.render()["ContactTwoOwners.md"]
    title, lead, first, *_ = page.split("\n\n")
    assert (title, first) == ("# ContactTwoOwners", "## What it means to callers")
    assert lead.startswith("*Page.*")
    assert len(re.findall(r"^## ", page, re.MULTILINE)) == 5
    assert page.endswith("\n") and not page.endswith("\n\n")


def test_what_to_check_is_numbered_from_one() -> None:
    page = runbooks.render()["ContactWatchdog.md"]
    checks = page.split("## Check first\n\n")[1].split("\n\n## ")[0]
    assert re.findall(r"^(\d+)\. ", checks, re.MULTILINE) == ["1", "2", "3"]


def test_a_silence_names_the_alert_and_what_else_tells_it_from_others() -> None:
    pages = runbooks.render()
    of_a_line, of_all = pages["ContactTelemetrySilent.md"], pages["ContactCitySilent.md"]
    assert "\n        alertname=ContactTelemetrySilent line=LINE --duration=1h \\\n" in of_a_line
    assert "\n        alertname=ContactCitySilent --duration=1h \\\n" in of_all
    # What is never silenced has no command for it.
    assert "amtool" not in pages["ContactWatchdog.md"]


def test_pages_are_written_where_they_belong(tmp_path: Path) -> None:
    below = tmp_path / "deploy" / "runbooks"
    written = runbooks.write(below)
    found = {str(path.relative_to(below)): path.read_text("utf-8") for path in written}
    assert found == runbooks.render()
