"""What Prometheus fills into the texts of its alerts when they fire, in its template language.

The catalogues have sentences with fields (``rules.toml``). The same fields are there for every
alert: one that has no line simply does not use the line's name.
"""

from typing import Final

from streams.domain.detector.alert import ALERT_KINDS
from streams.sinks.rules.pipeline import UP
from streams.sinks.rules.promises import LINE_INFO, VENDOR_INFO
from streams.sinks.rules.schedule import CLOCK_OFFSET
from streams.texts import Texts, texts


def said(alert: str, part: str, language: str) -> str:
    """One part of what an alert says: its summary, its description, or what to do first."""
    text = texts(language)
    return text(f"rules.{alert}.{part}", **_FIELDS, **_spoken(text))


def _spoken(text: Texts) -> dict[str, str]:
    """The fields that have words of a language in them."""
    layout, never = text("rules.instant"), text("rules.never")
    return {
        "name": _look_up(LINE_INFO, "line", f"name_{text.language}"),
        "last_call": _instant(_LAST, layout, never),
        "city_last": _instant(_CITY_LAST, layout, never),
        "kind": _kind(text),
        "claimed": _either(
            "line",
            text("rules.claimed.line", line=_label("line")),
            text("rules.claimed.partition", partition=_label("partition")),
        ),
        "measure": f"{_look_up(VENDOR_INFO, 'vendor', 'name')}, {_label('measure')}"
        + _either("line", text("rules.on_line", line=_label("line"))),
        "recovering": _each("contact_ready == 0", text("rules.worker.recovering", worker=_WORKER)),
        "silent": _each(f"{UP} == 0", text("rules.worker.silent", worker=_WORKER)),
    }


def _label(name: str) -> str:
    return f"{{{{ $labels.{name} }}}}"


def _value(form: str) -> str:
    return f"{{{{ $value | {form} }}}}"


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


_LAST: Final = (
    'printf "(contact_line_last_event:timestamp_seconds{line=%q} > 0) + on () group_left () '
    f'{CLOCK_OFFSET}" $labels.line'
)
"""When the line was last heard of, by the clock in the city."""

_CITY_LAST: Final = f'"(contact_city_last_event:timestamp_seconds > 0) + {CLOCK_OFFSET}"'
"""When any line was last heard of."""

_WORKER: Final = "{{ .Labels.instance }}"
"""A worker that a query of the message found."""


def _kind(text: Texts) -> str:
    """What kind of trouble the stream's own alert is about."""
    *named, last = ALERT_KINDS
    found, otherwise = "", ""
    for kind in named:
        said = text(f"rules.kinds.{kind}")
        found += f'{{{{ {otherwise}if eq $labels.kind "{kind}" }}}}{said}'
        otherwise = "else "
    return f"{found}{{{{ else }}}}{text(f'rules.kinds.{last}')}{{{{ end }}}}"


def _either(label: str, text: str, otherwise: str = "") -> str:
    """A text for alerts that have a label, another for those that don't."""
    other = f"{{{{ else }}}}{otherwise}" if otherwise else ""
    return f"{{{{ if $labels.{label} }}}}{text}{other}{{{{ end }}}}"


def _each(query: str, sentence: str) -> str:
    """A sentence on each worker that a query finds."""
    return f"{{{{ range query `{query}` }}}}{sentence}{{{{ end }}}}"


def _of_alert(metric: str, before: str, after: str) -> str:
    """A number of the stream's own alert, as the stream exports it."""
    query = f'printf "max(contact_alert_{metric}{{line=%q,kind=%q}}){before}"'
    return f"{{{{ with {query} $labels.line $labels.kind | query }}}}{after}{{{{ end }}}}"


def _of_period(part: str, layout: str, which: str = "") -> str:
    """A number of a vendor's period."""
    query = (
        f'printf "contact_vendor_period_{part}{{vendor=%q,contract=%q,measure=%q,line=%q{which}}}" '
        "$labels.vendor $labels.contract $labels.measure $labels.line"
    )
    return f"{{{{ with {query} | query }}}}{{{{ (first .).Value | {layout} }}}}{{{{ end }}}}"


_FIELDS: Final = {
    "value": "{{ $value }}",
    "calls": _value('printf "%.0f"'),
    "events": _value("humanize"),
    "share": _value("humanizePercentage"),
    "duration": _value("humanizeDuration"),
    "worker": _label("instance"),
    "topic": _label("topic"),
    "setting": _label("setting"),
    "alertmanager": _label("alertmanager"),
    "vendor": _look_up(VENDOR_INFO, "vendor", "name"),
    "owner": _look_up(VENDOR_INFO, "vendor", "owner"),
    "reason": '{{ range query "topk(1, sum by (reason) (increase(contact_refused_total[15m])))" }}'
    "{{ .Labels.reason }}{{ end }}",
    "people": _of_alert("people", "", '{{ (first .).Value | printf "%.0f" }}'),
    "since": _of_alert(
        "since_timestamp_seconds",
        f" + {CLOCK_OFFSET}",
        '{{ ((first .).Value | toTime).Format "15:04" }}',
    ),
    "forecast": _of_period("forecast_ratio", "humanizePercentage", ",bound='mid'"),
    "target": _of_period("target_ratio", "humanizePercentage"),
    "misses_left": _of_period("misses_left", 'printf "%.0f"'),
    "lost_on": f'{{{{ with printf "vector(%f) + {CLOCK_OFFSET}" $value | query }}}}'
    '{{ ((first .).Value | toTime).Format "2006-01-02" }}{{ end }}',
}
