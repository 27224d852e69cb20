"""The live page on every screen, with the longest of everything: nothing is cut off or covered."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from streams.domain.board import Board
from streams.domain.detector import Kind
from streams.domain.plan import Plan
from streams.sinks.live import live_figures
from tests.alerts import fall
from tests.wallboard.wallboard_page import (
    PHONE,
    WALL,
    Live,
    Worker,
    keep,
    tell,
    the_city_as_a_whole,
)

pytestmark = pytest.mark.wallboard

WALLS = [WALL, (3840, 2160), (1366, 768)]
SCREENS = [*WALLS, PHONE, (320, 640)]
KINDS: tuple[Kind, ...] = ("no_entry", "no_answers", "forgotten")

PLACE = "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch"
"""The longest name of a municipality in Europe, and it has no place to break."""

LINES = {
    "Desk appointment or document request": "Afspraak loket of aanvraag document",
    "Residence permits, naturalisation and registration of foreign nationals": "Verblijfs"
    "vergunningen, naturalisaties en inschrijving van vreemdelingen",
    "Household waste, bulky waste and recycling parks": "Huisvuil, grofvuil en recyclageparken",
    "Births, marriages, legal cohabitation and deaths": "Geboorten, huwelijken, wettelijk "
    "samenwonenden en overlijdens",
    "Building and environment permits": "Omgevingsvergunningen",
}
WORD = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"

LOOK = """
(() => {
  const box = (node) => node.getBoundingClientRect();
  const shown = (node) => !node.closest('.visually-hidden, script') && box(node).width;
  const name = (node) => `${node.tagName} ${node.className} ${node.textContent.slice(0, 60)}`;
  const wall = getComputedStyle(document.body).overflow === 'hidden';
  const all = [...document.body.querySelectorAll('*')].filter(shown);
  const wider = all.filter((node) => box(node).left < -1 || box(node).right > innerWidth + 1 ||
    (wall && (box(node).top < -1 || box(node).bottom > innerHeight + 1))).map(name);
  const card = '.city, .whole > div, .as-of, .alerts li, .tile';
  const cards = all.filter((node) => node.matches(card));
  const over = [];
  cards.forEach((one, at) => cards.slice(at + 1).forEach((other) => {
    const a = box(one), b = box(other);
    if (Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 &&
        Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1)
      over.push(`${name(one)} over ${name(other)}`);
  }));
  const lost = [];
  for (const card of cards) {
    const walker = document.createTreeWalker(card, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const node = walker.currentNode, range = document.createRange();
      if (!node.data.trim()) continue;
      range.selectNodeContents(node);
      const text = range.getBoundingClientRect(), edge = box(card);
      const cut = getComputedStyle(node.parentElement).overflow !== 'visible' &&
        node.parentElement.scrollHeight > 1.1 * node.parentElement.clientHeight;
      if (cut || text.left < edge.left - 1 || text.right > edge.right + 1 ||
          text.top < edge.top - 1 || text.bottom > edge.bottom + 1) lost.push(name(card));
    }
  }
  return {wider, over, lost, alerts: [...document.querySelectorAll('.alerts li')].map(
    (alert) => alert.innerText)};
})()
"""
"""What leaves the screen, which cards cover others, which cards lose text, what the alerts say."""


def a_plan(names: dict[str, str], city: str = PLACE) -> Plan:
    lines = "\n".join(
        f"""
[[line]]
id = "l{at}"
names = {{ en = "{english}", nl = "{dutch}" }}
option = "{at}"
vendor = "v"
"""
        for at, (english, dutch) in enumerate(names.items(), 1)
    )
    return Plan.read(f"""
[city]
name = "{city}"
languages = ["en", "nl"]
time_zone = "Europe/Brussels"

[[vendor]]
id = "v"
name = "{PLACE} Customer Contact Services International"
owner = "the shift lead of {PLACE} Customer Contact Services International"
receiver = "v-oncall"
{lines}
[[line]]
id = "behind"
names = {{ en = "Complaints, mediation and legal affairs", nl = "Klachten en juridische zaken" }}
tier = 2
""")


def in_breach(plan: Plan, alerts: int) -> Live:
    """Every line in breach, and the first of them with as many alerts."""
    lines = [terms.line for terms in plan.lines_at(fall().since)]
    opened = [
        fall(lines[at % len(lines)], kind=KINDS[at // len(lines) % 3], people=1_234, decided=1_693)
        for at in range(alerts)
    ]
    alarms = SimpleNamespace(open=lambda: opened)
    live = live_figures(plan, [cast(Board, SimpleNamespace(alarms=alarms, as_of=None))])
    for line in live["lines"]:
        tell(line, "breach", level=0.796, reach=0.271, waiting=1_117, oldest=13_412.0)
    return live | the_city_as_a_whole()


async def looked_at(worker: Worker, size: tuple[int, int], language: str, name: str) -> Any:
    seen = await worker.look(size, language)
    keep(seen, f"{name}-{size[0]}-{language}")
    found = await worker.asked(LOOK)
    assert not found["wider"]
    assert not found["over"]
    assert not found["lost"]
    assert not seen.cut
    return found["alerts"]


@pytest.mark.in_turn("language")
@pytest.mark.parametrize("language", ["en", "nl"])
@pytest.mark.in_turn("size")
@pytest.mark.parametrize("size", SCREENS)
async def test_five_alerts_with_the_longest_names_are_read_whole(
    worker: Worker, size: tuple[int, int], language: str
) -> None:
    worker.live = in_breach(a_plan(LINES), alerts=5)
    alerts = await looked_at(worker, size, language, "long")
    assert alerts == [alert["summary"][language] for alert in worker.live["alerts"]]


@pytest.mark.in_turn("size")
@pytest.mark.parametrize("size", SCREENS)
async def test_a_word_that_never_ends_is_broken(worker: Worker, size: tuple[int, int]) -> None:
    names = {name: name for name in (WORD, f"{WORD} II", "Waste")}
    worker.live = in_breach(a_plan(names), alerts=5)
    alerts = await looked_at(worker, size, "en", "word")
    assert len(alerts) == 5


@pytest.mark.in_turn("size")
@pytest.mark.parametrize("size", SCREENS)
async def test_24_lines_and_five_alerts_share_the_wall(
    worker: Worker, size: tuple[int, int]
) -> None:
    names = {
        f"{english} {at}": f"{dutch} {at}" for at in range(5) for english, dutch in LINES.items()
    }
    worker.live = in_breach(a_plan(dict(list(names.items())[:23])), alerts=5)
    alerts = await looked_at(worker, size, "en", "long-24-lines")
    assert len(alerts) == 5


async def test_more_alerts_than_a_wall_can_say_are_counted(worker: Worker) -> None:
    worker.live = in_breach(a_plan(LINES), alerts=14)
    alerts = await looked_at(worker, WALL, "en", "14-alerts")
    assert alerts[-1] == "and 9 more"
