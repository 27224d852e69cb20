"""What Prometheus fills into the texts of its alerts: queries and labels, in its own language."""

import re

import promql_parser
import pytest

from streams.sinks.rules.fields import said
from streams.texts import languages, texts

ALERTS = sorted(
    {
        path.split(".")[1]
        for path in texts("en").paths()
        if path.startswith("rules.Contact") and path.endswith(".summary")
    }
)
PARTS = ("summary", "description", "action")


def _every_text() -> str:
    return "\n".join(
        said(alert, part, language)
        for alert in ALERTS
        for part in PARTS
        for language in languages()
    )


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("alert", ALERTS)
def test_every_block_of_a_text_is_closed(alert: str, language: str) -> None:
    for part in PARTS:
        actions = re.findall(r"{{ (.*?) }}", said(alert, part, language))
        opened = [each for each in actions if re.match(r"(with|if|range) ", each)]
        assert len(opened) == actions.count("end")
        assert not re.search(r"[{}]", re.sub(r"{{ .*? }}", "", said(alert, part, language)))


def test_every_query_of_a_text_is_promql() -> None:
    text = _every_text()
    asked = re.findall(r'(?:with printf|with|range query) (?:"(.*?)"|`(.*?)`)', text)
    queries = {(one or other).replace("%q", '"x"').replace("%f", "1") for one, other in asked}
    assert len(queries) >= 10
    for query in queries:
        promql_parser.parse(query)


def test_a_line_is_called_by_its_name_in_the_text_s_language_else_by_its_id() -> None:
    for language in languages():
        text = said("ContactTelemetrySilent", "summary", language)
        assert text.startswith(
            '{{ with printf "contact_plan_line:info{line=%q}" $labels.line | query }}'
            f"{{{{ (first .).Labels.name_{language} }}}}"
            "{{ else }}{{ $labels.line }}{{ end }}"
        )


def test_when_nothing_was_ever_heard_a_text_says_so_in_its_language() -> None:
    for language in languages():
        never, layout = texts(language)("rules.never"), texts(language)("rules.instant")
        text = said("ContactCitySilent", "summary", language)
        assert f'.Format "{layout}" }}}}{{{{ else }}}}{never}{{{{ end }}}}' in text


def test_two_owners_of_a_line_or_of_a_partition_are_called_by_what_they_claim() -> None:
    text = said("ContactTwoOwners", "summary", "en")
    assert (
        "{{ if $labels.line }}line {{ $labels.line }}"
        "{{ else }}partition {{ $labels.partition }}{{ end }}"
    ) in text


def test_each_kind_of_the_stream_s_alerts_has_its_own_words() -> None:
    text = said("ContactAlertUndelivered", "summary", "en")
    assert (
        '{{ if eq $labels.kind "no_entry" }}callers come into no queue'
        '{{ else if eq $labels.kind "no_answers" }}nobody answers'
    ) in text
    assert "{{ else }}too few callers reach anybody{{ end }}" in text
