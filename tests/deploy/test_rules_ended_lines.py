"""What Prometheus' rules say of a line after it has ended in the plan: nothing.

Its own days begin in 1970, so the plan's do, too. Nothing is heard of either line::

    0:00                2:00            2:30                 4:00
    both are expected   `b` ends        a worker's last word nothing is left of `b`
"""

import json
from pathlib import Path

import pytest

from streams.domain import instants
from streams.domain.plan import Plan
from streams.sinks import rules
from tests.servers import PROMTOOL, run

PLAN = Plan.read(
    """
    [city]
    name = "Testburg"
    [[line]]
    id = "a"
    expected_per_hour = 60
    [[line]]
    id = "b"
    expected_per_hour = 60
    valid_until = 1970-01-01T02:00:00Z
    """
)
SERIES = {
    "contact_line_last_event_timestamp_seconds": "600",
    "contact_line_as_of_timestamp_seconds": "600",
    'contact_alert_open{kind="no_answers"}': "0",
}


def _labelled(name: str, line: str) -> str:
    return name.replace("{", f'{{line="{line}",') if "{" in name else f'{name}{{line="{line}"}}'


@pytest.mark.parametrize(("hours", "lines"), [(1.75, ["a", "b"]), (2.25, ["a", "b"]), (4.0, ["a"])])
def test_no_series_of_an_ended_line_is_left(tmp_path: Path, hours: float, lines: list[str]) -> None:
    awaited = [line for line in lines if hours < 2 or line == "a"]
    expected = {
        "count by (line) ({line=~'.+'}) * 0": lines,
        "count by (line) (ALERTS{alertname='ContactTelemetrySilent'}) * 0": awaited,
        "count by (line) (contact_line_missed:calls) * 0": awaited,
        "count by (line) (contact_line_last_event:timestamp_seconds) * 0": awaited,
    }
    files = rules.write(PLAN, tmp_path, instants.parse("1970-01-01T00:00:00Z"))
    document = {
        "rule_files": [str(path) for path in files],
        "evaluation_interval": "15s",
        "tests": [
            {
                "interval": "1m",
                "input_series": [
                    {"series": _labelled(name, line), "values": f"{value}x{length}"}
                    for name, value in SERIES.items()
                    for line, length in (("a", 600), ("b", 150))
                ],
                "promql_expr_test": [
                    {
                        "expr": expr,
                        "eval_time": f"{int(hours * 60)}m",
                        "exp_samples": [
                            {"labels": f'{{line="{line}"}}', "value": 0} for line in there
                        ],
                    }
                    for expr, there in expected.items()
                ],
            }
        ],
    }
    path = tmp_path / "ended.test.yml"
    path.write_text(json.dumps(document))
    tried = run(PROMTOOL, "test", "rules", path)
    assert tried.returncode == 0, tried.stdout + tried.stderr
