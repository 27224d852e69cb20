"""Runbooks: a page for each alert on what it means, what to check, whom to call, how to silence it
and how to know that it is over.

They are Markdown, made of the catalogues. Alerts lead to the English pages; each other language has
the same pages in a directory of its own.
"""

from pathlib import Path
from typing import Final

from streams.texts import DEFAULT, Texts, languages, texts

QUESTIONS: Final = ("callers", "check", "call", "silence", "over")
"""What each page answers, in the order in which it is asked."""


def render() -> dict[str, str]:
    """The pages of every language, by their path below the directory of runbooks."""
    found = {}
    for language in languages():
        text = texts(language)
        below = "" if language == DEFAULT else f"{language}/"
        for alert in alerts(text):
            found[f"{below}{alert}.md"] = _page(alert, text)
    return found


def alerts(text: Texts) -> list[str]:
    """The alerts that there is a page on."""
    parts = (path.split(".") for path in text.paths())
    return [alert for file, alert, *part in parts if file == "runbooks" and part == ["lead"]]


def write(directory: Path) -> list[Path]:
    """Writes the pages below a directory; gives their paths."""
    written = []
    for name, page in render().items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(page, encoding="utf-8")
        written.append(path)
    return written


def _page(alert: str, text: Texts) -> str:
    parts = [f"# {alert}", text(f"runbooks.{alert}.lead")]
    for question in QUESTIONS:
        parts += [f"## {text(f'runbooks.heading.{question}')}", _answer(alert, question, text)]
    return "\n\n".join(parts) + "\n"


def _answer(alert: str, question: str, text: Texts) -> str:
    path = f"runbooks.{alert}.{question}"
    if question == "check":
        return "\n".join(f"{at}. {each}" for at, each in enumerate(text.several(path), 1))
    which = f"runbooks.{alert}.matchers"
    command = ""
    if text.has(which):
        matchers = f"alertname={alert} {text(which)}".rstrip()
        command = text("runbooks.command", matchers=matchers)
    return text(path, engineer=text("runbooks.engineer"), command=command)
