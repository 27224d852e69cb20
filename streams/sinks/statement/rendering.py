"""Templates, and how values come into them.

Every value is escaped where a template puts it into HTML. Line ends and indentation of an HTML
template are for its reader: they do not come out.
"""

import re
from collections.abc import Iterable
from html import escape
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream
from markupsafe import Markup

from streams.sinks.statement.objects import Statement
from streams.sinks.statement.writing import NO_VALUE, Writing

_TEMPLATES: Final = Path(__file__).parent / "templates"


def page(template: str, of: Statement, w: Writing, **more: Any) -> str:
    """A complete page of a statement, or of a restatement.

    Args:
        template: of its body; ``sheets.html`` is around it.
        of: the statement whose number, date and standing it shows.
        w: the language.
        more: what else the template names.
    """
    names = {each.line: each.names.get(w.language) or each.line for each in of.lines}
    return _PAGES.get_template(template).render(of=of, w=w, names=names, **more)


def explanation(template: str, w: Writing, **more: Any) -> str:
    """A page that is of no statement, and has no number."""
    return _PAGES.get_template(template).render(w=w, **more)


def text(template: str, w: Writing, **more: Any) -> str:
    """A text for a terminal."""
    return _TEXTS.get_template(template).render(w=w, **more)


class _OneLine(Extension):
    """Leaves out line ends, with the blanks around them."""

    def filter_stream(self, stream: TokenStream) -> Iterable[Token]:
        for token in stream:
            if token.type == "data":
                token = Token(token.lineno, token.type, re.sub(r"\s*\n\s*", "", token.value))
            yield token


def _escaped(value: Any) -> Markup:
    """Escaped as Python's ``html.escape`` does it, so that the pages of a statement that release
    0.1 made and of the same statement made today have the same bytes."""
    return Markup(value if hasattr(value, "__html__") else escape(str(value)))


def _environment(**more: Any) -> Environment:
    return Environment(
        loader=FileSystemLoader(_TEMPLATES), undefined=StrictUndefined, auto_reload=False, **more
    )


_PAGES: Final = _environment(autoescape=True, finalize=_escaped, extensions=[_OneLine])
_PAGES.globals |= {
    "style": Markup((_TEMPLATES / "page.css").read_text("utf-8")),
    "nothing": NO_VALUE,
}
_TEXTS: Final = _environment(trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True)
