"""The messages that Alertmanager sends: its templates in every language, made of the catalogues.

``messages.tmpl`` has each template once. What stands in ``<<...>>`` is a text of the language, or
its code; the rest is Alertmanager's own template language.
"""

import re
from importlib.resources import files
from pathlib import Path
from typing import Final

from streams.texts import Texts, languages, texts

NAME: Final = "contact.tmpl"


def render() -> str:
    """The templates: each of them in every language."""
    source = (files("streams.sinks") / "messages.tmpl").read_text("utf-8")
    head, *templates = re.split(r"\n\n(?={{ define )", source.rstrip("\n"))
    spoken = [texts(language) for language in languages()]
    return "\n\n".join([head, *(_said(each, text) for each in templates for text in spoken)]) + "\n"


def write(directory: Path) -> Path:
    """Writes the templates into a directory; gives the file's path."""
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / NAME
    path.write_text(render(), encoding="utf-8")
    return path


def _said(template: str, text: Texts) -> str:
    runbook, dashboard = (text(f"alerts.message.{each}") + ":" for each in ("runbook", "dashboard"))
    width = max(len(runbook), len(dashboard)) + 1
    own = {
        "language": text.language,
        "several": text("alerts.message.several", count="{{ $n }}"),
        "runbook_column": runbook.ljust(width),
        "dashboard_column": dashboard.ljust(width),
    }
    return re.sub(
        "<<(.+?)>>", lambda mark: own.get(mark[1]) or text(f"alerts.message.{mark[1]}"), template
    )
