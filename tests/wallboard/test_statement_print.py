"""A statement on paper: printed by a real browser, read sheet by sheet."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from streams.sinks.statement import restated
from streams.sinks.statement.page import page
from streams.sinks.statement.plain import Issued
from streams.texts import languages
from tests.missing import missing
from tests.sinks.statement import march
from tests.wallboard import wallboard_browser

SILENT = "2026-03-27T12:00:00+01:00"
PRINTED_WITHIN = 120
"""Seconds for a dozen sheets on a machine with two busy cores."""


@pytest.fixture(scope="session")
def programs() -> tuple[str, str]:
    """Chromium, which prints, and pdftotext, which reads what was printed."""
    chromium, reader = wallboard_browser.program(), shutil.which("pdftotext")
    if chromium is None or reader is None:
        missing("needs Chromium and pdftotext (poppler-utils)")
    return chromium, reader


def _sheets(html: str, directory: Path, programs: tuple[str, str]) -> list[str]:
    """The text of each printed sheet, in one line."""
    chromium, reader = programs
    (directory / "statement.html").write_text(html)
    pdf = directory / "statement.pdf"
    # fmt: off
    subprocess.run(
        [
            chromium, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run",
            "--disable-background-networking", f"--user-data-dir={directory / 'profile'}",
            "--no-pdf-header-footer", f"--print-to-pdf={pdf}",
            (directory / "statement.html").as_uri(),
        ],
        check=True, capture_output=True, timeout=PRINTED_WITHIN,
    )
    # fmt: on
    read = subprocess.run([reader, "-layout", pdf, "-"], check=True, capture_output=True, text=True)
    return [" ".join(each.split()) for each in read.stdout.split("\f") if each.strip()]


def _heads(made: Issued, language: str) -> list[str]:
    issued, standing = {
        "en": ("Issued 2026-04-02 10:00", "Final, issue 2, INCOMPLETE"),
        "nl": ("Opgemaakt 2026-04-02 10:00", "Definitief, uitgave 2, ONVOLLEDIG"),
    }[language]
    versions = {
        "en": "eerstelijn (valid until 2026-03-16); eerstelijn (valid from 2026-03-16)",
        "nl": "eerstelijn (geldig tot 2026-03-16); eerstelijn (geldig vanaf 2026-03-16)",
    }[language]
    return [made.object.issue.number, issued, standing, f"Contract {versions}"]


@pytest.mark.parametrize("language", languages())
def test_every_sheet_says_what_it_is_of(
    language: str, tmp_path: Path, programs: tuple[str, str]
) -> None:
    made = march.made(march.booked(SILENT), issue=2)
    sheets = _sheets(page(made.object, language), tmp_path, programs)
    assert len(sheets) > 3
    for number, sheet in enumerate(sheets, 1):
        for each in _heads(made, language):
            assert each in sheet[:400]
        assert re.search(rf"{number} ?/ ?{len(sheets)}$", sheet)
    # The hours that were not heard are on the first.
    assert "155" in sheets[0] and "176" in sheets[0]
    assert "2026-03-27 12:00" in sheets[0] and "2026-03-31 17:00" in sheets[0]


def test_every_sheet_of_a_restatement_says_what_it_is_of(
    tmp_path: Path, programs: tuple[str, str]
) -> None:
    before, after = march.made(march.booked(), issue=1), march.made(march.booked(SILENT), issue=2)
    found = restated.restate(before, after, 1, "laat", [])
    sheets = _sheets(restated.page(found, after.object, "nl"), tmp_path, programs)
    assert len(sheets) > 1
    for sheet in sheets:
        for each in _heads(after, "nl"):
            assert each in sheet[:400]
