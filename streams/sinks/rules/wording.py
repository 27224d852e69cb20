"""Pieces of the messages that Prometheus fills in when an alert fires."""

from typing import Final

from streams.sinks.rules.promises import LINE_INFO, VENDOR_INFO
from streams.sinks.rules.schedule import OFFSET


def _look_up(metric: str, key: str, field: str) -> str:
    query = f'printf "{metric}{{{key}=%q}}" $labels.{key}'
    return (
        f"{{{{ with {query} | query }}}}{{{{ (first .).Labels.{field} }}}}"
        f"{{{{ else }}}}{{{{ $labels.{key} }}}}{{{{ end }}}}"
    )


def _instant(query: str, layout: str, never: str) -> str:
    return (
        f"{{{{ with {query} | query }}}}{{{{ ((first .).Value | toTime).Format "
        f'"{layout}" }}}}{{{{ else }}}}{never}{{{{ end }}}}'
    )


NAME: Final = {
    language: _look_up(LINE_INFO, "line", f"name_{language}") for language in ("en", "nl")
}
"""The line's name, by language."""

OWNER: Final = {field: _look_up(VENDOR_INFO, "vendor", field) for field in ("name", "owner")}
"""Who answers the line, and who answers for that."""

_LAST = (
    'printf "(contact_line_last_event:timestamp_seconds{line=%q} > 0) + on () group_left () '
    f'{OFFSET}" $labels.line'
)
_CITY = f'"(contact_city_last_event:timestamp_seconds > 0) + {OFFSET}"'
_LAYOUTS: Final = {
    "en": ("2 Jan 15:04", "a time before this began"),
    "nl": ("02-01 15:04", "een tijd voor het begin hiervan"),
}

LAST_CALL: Final = {language: _instant(_LAST, *layout) for language, layout in _LAYOUTS.items()}
"""When the line was last heard of, by the clock in the city."""

CITY_LAST: Final = {language: _instant(_CITY, *layout) for language, layout in _LAYOUTS.items()}
"""When any line was last heard of."""
