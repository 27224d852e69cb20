"""The live page in a real browser: what somebody at five metres, or with a phone, gets to see."""

import asyncio
from pathlib import Path

import pytest

from grafana import palette
from streams.sinks.live import live_figures
from streams.sinks.live_page import live_page
from streams.texts import languages, texts
from tests.plans import ANTWERP
from tests.texts.reversed_texts import not_of, reversed_texts
from tests.texts.reversed_texts import words as spoken_words
from tests.wallboard.wallboard_browser import Look
from tests.wallboard.wallboard_page import (
    PHONE,
    WALL,
    Worker,
    a_city_of_24_lines,
    a_day_when_all_is_well,
    a_day_when_waste_is_not_answered,
    keep,
    of,
    tell,
)

pytestmark = pytest.mark.wallboard


def words(seen: Look) -> list[str]:
    """The status words in the order of the tiles."""
    known = {
        texts(language)(f"terms.status.{state.name}")
        for language in languages()
        for state in palette.STATES
    }
    return [
        next(row for text in tile.splitlines() if (row := text.strip("●▲■–? ")) in known)
        for _, tile in sorted(seen.panels.items())
    ]


async def test_the_wall_says_which_line_is_in_trouble_and_how_badly(worker: Worker) -> None:
    worker.live = a_day_when_waste_is_not_answered()
    seen = await worker.look()
    keep(seen, "breach")
    assert words(seen)[:4] == ["OK", "BREACH", "BREACH", "AT RISK"]
    waste = seen.panels[2].replace("\u202f", " ").splitlines()
    for shown in ("27 %", "target 60 % · of 46", "0 %", "17", "6:52", "4 %"):
        assert shown in waste
    assert not seen.scrolls
    assert not seen.cut


async def test_what_the_contract_leaves_out_stands_beside_the_figure(worker: Worker) -> None:
    worker.live = a_day_when_waste_is_not_answered()
    for line in worker.live["lines"]:
        line["service_level_left_out"] = 0.15 if line["line"] == "waste" else 0.0
    seen = await worker.look()
    shown = [panel for _, panel in sorted(seen.panels.items()) if "left out" in panel]
    assert len(shown) == 1
    assert " · 15\u202f% left out" in shown[0]
    assert not seen.cut


async def test_a_miss_is_never_rounded_into_a_hit(worker: Worker) -> None:
    worker.live = a_day_when_waste_is_not_answered()
    seen = await worker.look()
    assert "79.6\u202f%" in seen.panels[1]


@pytest.mark.in_turn("language")
@pytest.mark.parametrize("language", ["en", "nl"])
@pytest.mark.in_turn("size")
@pytest.mark.parametrize("size", [WALL, (3840, 2160), (1366, 768)])
async def test_a_big_screen_holds_all_of_it(
    worker: Worker, size: tuple[int, int], language: str
) -> None:
    worker.live = a_day_when_all_is_well()
    seen = await worker.look(size, language)
    keep(seen, f"well-{size[0]}-{language}")
    assert set(words(seen)) == {"OK" if language == "en" else "GOED"}
    assert not seen.scrolls
    assert not seen.cut


GAPS = """
[...document.querySelectorAll('.figures')].map((figures) => {
  const [left, right] = [...figures.querySelectorAll('.value')].map((value) => {
    const range = document.createRange();
    range.selectNodeContents(value);
    return range.getBoundingClientRect();
  });
  return right.top >= left.bottom ? 1000 : right.left - left.right;
})
"""
"""Pixels between the two figures of each tile; 1000 where one stands below the other."""


@pytest.mark.in_turn("size")
@pytest.mark.parametrize("size", [WALL, (1600, 900), PHONE])
async def test_a_hundred_percent_twice_is_two_figures(
    worker: Worker, size: tuple[int, int]
) -> None:
    worker.live = a_day_when_all_is_well()
    for line in worker.live["lines"]:
        tell(line, "ok", level=1.0, reach=1.0, waiting=0, oldest=0.0)
    seen = await worker.look(size)
    assert not seen.cut
    gaps = await worker.asked(GAPS)
    assert len(gaps) == 6
    assert min(gaps) >= 10, gaps


async def test_24_lines_fit_on_the_wall(worker: Worker) -> None:
    worker.live = a_city_of_24_lines()
    seen = await worker.look()
    keep(seen, "24-lines")
    assert len(seen.panels) == 24
    assert not seen.scrolls
    assert not seen.cut


@pytest.mark.in_turn("language")
@pytest.mark.parametrize("language", ["en", "nl"])
async def test_a_phone_shows_every_line_below_the_other(worker: Worker, language: str) -> None:
    worker.live = a_day_when_waste_is_not_answered()
    seen = await worker.look(PHONE, language)
    keep(seen, f"phone-{language}")
    assert len(seen.panels) == 6
    assert not seen.cut


async def test_at_night_lines_are_closed_and_not_bad(worker: Worker) -> None:
    worker.live = a_day_when_all_is_well()
    for line in worker.live["lines"]:
        tell(line, "closed", level=None, reach=None, waiting=0, oldest=0.0)
    seen = await worker.look()
    keep(seen, "night")
    assert set(words(seen)) == {"CLOSED"}
    assert "0\u202f%" not in seen.panels[0].replace("60", "").replace("80", "")


async def test_figures_that_stand_still_are_not_shown_as_news(worker: Worker) -> None:
    worker.live = a_day_when_all_is_well() | {"age": 31.0}
    seen = await worker.look()
    keep(seen, "old")
    assert set(words(seen)) == {"NO DATA"}


async def test_figures_of_half_a_minute_are_still_news(worker: Worker) -> None:
    worker.live = a_day_when_all_is_well() | {"age": 25.0}
    seen = await worker.look()
    assert set(words(seen)) == {"OK"}


async def test_a_line_that_nobody_speaks_of_has_no_data(worker: Worker) -> None:
    worker.live = a_day_when_all_is_well()
    fresh = of(live_figures(ANTWERP, []), "waste")
    of(worker.live, "waste").update(fresh)
    seen = await worker.look()
    assert words(seen)[2] == "NO DATA"
    assert words(seen)[0] == "OK"


async def test_a_worker_that_cannot_be_reached_is_said_at_once(worker: Worker) -> None:
    seen = await worker.look()
    keep(seen, "unreachable")
    assert not seen.panels
    assert await worker.asked("document.documentElement.dataset.state") == "unreachable"


async def test_a_worker_that_goes_away_is_noticed_within_seconds(worker: Worker) -> None:
    worker.live = a_day_when_all_is_well()
    await worker.look()
    worker.live = None
    async with asyncio.timeout(15):
        state = "document.documentElement.dataset.state"
        while await worker.asked(state) != "unreachable":
            await asyncio.sleep(0.5)


async def test_the_page_says_no_word_but_those_of_its_language(
    worker: Worker, tmp_path: Path
) -> None:
    """In a language whose texts are backwards, what can be read forwards was written in the code;
    but for the names of the plan's lines, and of languages."""
    with reversed_texts(tmp_path) as language:
        worker.live = a_day_when_waste_is_not_answered()
        for alert in worker.live["alerts"]:
            alert["summary"] = {language: ""}
        names = " ".join(name for line in worker.live["lines"] for name in line["names"].values())
        allowed = spoken_words(f"Reachline Antwerp {names} {' '.join(languages())}")
        await worker.look(PHONE, language)
        for read in ("document.title", "document.body.innerText", LABELS):
            assert not not_of(language, await worker.asked(read)) - allowed, read
        worker.live = None
        async with asyncio.timeout(15):
            while await worker.asked("document.documentElement.dataset.state") != "unreachable":
                await asyncio.sleep(0.5)
        assert not not_of(language, await worker.asked("document.body.innerText")) - allowed


LABELS = """
[...document.querySelectorAll('[aria-label]:not([lang]), [title]')]
  .map(node => `${node.getAttribute('aria-label') || ''} ${node.title}`).join(' ')
"""
"""What is read aloud, but for the languages' own names."""


def test_states_have_the_colours_of_the_dashboards() -> None:
    page = live_page(ANTWERP).decode()
    for name, colour in {
        "breach": palette.BREACH,
        "at_risk": palette.AT_RISK,
        "ok": palette.OK,
        "closed": palette.CLOSED,
        "no_data": palette.NO_DATA,
    }.items():
        assert f"--{name}: {colour}" in page
    for language in languages():
        for state in palette.STATES:
            assert f'"{texts(language)(f"terms.status.{state.name}")}"' in page


def test_the_page_asks_nobody_else_for_anything() -> None:
    page = live_page(ANTWERP).decode()
    for reaching in ("https://", "//cdn", "@import", "url(http", "<script src", '<link rel="style'):
        assert reaching not in page
    assert page.count("http://") == page.count("http://www.w3.org/2000/svg")
