"""The worker's live page, for those who have no Grafana: one document that holds all it needs.

Its markup, its looks and its behaviour are files of their own; its texts come from the catalogues,
in every language that there is one of. They are put together when somebody asks for the page, so
that it asks nobody else for anything.
"""

from importlib.resources import files
from typing import Any, Final

import orjson

from streams.domain.figures import on_the_wall
from streams.domain.figures.figure import Scope
from streams.domain.plan import Plan
from streams.sinks.prometheus import STATUS
from streams.texts import languages, spoken, texts

_PAGE: Final = "page."
"""What the paths of the page's texts begin with."""


def live_page(plan: Plan) -> bytes:
    """The page; it speaks the plan's languages before others."""
    order = dict.fromkeys((*spoken(plan.entries.city.languages), *languages()))
    said = orjson.dumps({language: _said(language) for language in order}).decode()
    page = _file("page.html").replace('lang=""', f'lang="{next(iter(order))}"', 1)
    for mark, content in (
        ("/* page.css */\n", _file("page.css")),
        ("/* page.js */\n", _file("page.js")),
        # No text may end the script that it stands in.
        ('json">{}', f'json">{said}'.replace("<", "\\u003c")),
        ('json">{}', f'json">{orjson.dumps(_shown()).decode()}'),
    ):
        page = page.replace(mark, content, 1)
    return page.encode()


def _shown() -> dict[str, dict[str, list[str]]]:
    """Which figures the page shows: of the last half hour, and of today alone."""
    scopes: tuple[Scope, ...] = ("line", "city")
    return {
        scope: {
            "recent": [figure.name for figure, wall in on_the_wall(scope) if wall.of],
            "today": [figure.name for figure, wall in on_the_wall(scope) if not wall.of],
        }
        for scope in scopes
    }


def _said(language: str) -> dict[str, Any]:
    text = texts(language)
    said: dict[str, Any] = {
        path.removeprefix(_PAGE): text(path) for path in text.paths() if path.startswith(_PAGE)
    }
    return said | {
        "status": {status: text(f"terms.status.{status}") for status in STATUS},
        "days": text.several("terms.days"),
        "months": text.several("terms.months"),
        "thousands": text("terms.thousands"),
        "decimal": text("terms.decimal"),
    }


def _file(name: str) -> str:
    return (files(__name__) / name).read_text("utf-8")
