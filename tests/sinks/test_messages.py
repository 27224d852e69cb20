"""Alertmanager's templates: each once in the source, in every language in the file."""

import re
from pathlib import Path

from streams.sinks import messages
from streams.texts import languages
from tests.texts.reversed_texts import reversed_texts

TEMPLATES = (
    *("subject", "summary", "text", "html"),
    *("own.subject", "own.summary", "own.text"),
)


def _defined() -> list[str]:
    return re.findall(r'{{ define "([\w.]+)" -}}', messages.render())


def test_every_template_is_there_in_every_language() -> None:
    assert sorted(_defined()) == sorted(
        f"contact.{template}.{language}" for template in TEMPLATES for language in languages()
    )


def test_a_language_that_is_added_is_spoken_at_once(tmp_path: Path) -> None:
    with reversed_texts(tmp_path / "texts") as language:
        assert {f"contact.{template}.{language}" for template in TEMPLATES} < {*_defined()}


def test_a_template_calls_those_of_its_own_language_only() -> None:
    for template in messages.render().split("{{ define ")[1:]:
        language = re.match(r'"contact\.(?:own\.)?\w+\.(\w+)"', template)
        assert language is not None
        called = re.findall(r'template "contact\.(?:own\.)?summary\.(\w+)"', template)
        named = re.findall(r"\.Annotations\.(?:summary|description|action)_(\w+)", template)
        assert {*called, *named} == {language[1]}


def test_the_catalogue_s_words_stand_in_it_and_addresses_below_each_other() -> None:
    """No mark of the source is left; what Alertmanager fills in, it finds as it was."""
    text = messages.render()
    assert "<<" not in text and ">>" not in text
    assert "{{ if gt $n 1 }}[{{ $n }} alerts] {{ end -}}" in text
    assert "\nWhat to do: {{ . }}\n" in text
    assert "\nRunbook:   {{ . }}" in text and "{{ with .Annotations.dashboard_url }}Dashboard: {{"
    assert text.startswith("{{- /*")


def test_the_file_is_written_into_a_directory_that_need_not_be_there(tmp_path: Path) -> None:
    path = messages.write(tmp_path / "alertmanager" / "templates")
    assert path == tmp_path / "alertmanager" / "templates" / "contact.tmpl"
    assert path.read_text("utf-8") == messages.render()
