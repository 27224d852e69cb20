"""The stream's alerts and those of Prometheus carry the same annotations."""

import pytest

from streams.domain.plan import Plan
from streams.sinks.annotations import annotations, spoken


def test_every_part_is_said_in_every_language_and_the_first_language_needs_no_name() -> None:
    found = annotations(lambda part, language: f"{language}:{part}", ("nl", "en"))
    assert found == {
        "summary": "nl:summary",
        "description": "nl:description",
        "summary_nl": "nl:summary",
        "description_nl": "nl:description",
        "action_nl": "nl:action",
        "summary_en": "en:summary",
        "description_en": "en:description",
        "action_en": "en:action",
    }


@pytest.mark.parametrize(
    ("wanted", "read"),
    [
        ('["nl", "en"]', ("nl", "en")),
        ('["en", "nl"]', ("en", "nl")),
        ('["fr", "nl"]', ("nl",)),
        ('["fr"]', ("en",)),
    ],
)
def test_alerts_speak_the_city_s_languages_in_its_order_else_english(
    wanted: str, read: tuple[str, ...]
) -> None:
    city = f'[city]\nname = "Testburg"\nlanguages = {wanted}\n[[line]]\nid = "waste"\n'
    assert spoken(Plan.read(city)) == read
