"""What the vendor's dashboard calls a measure: on course, in danger, lost, or not judged."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from grafana import period
from tests.servers import PROMTOOL, run

pytestmark = pytest.mark.rules

#: Line, misses left, forecast against a target of 0.8, and the share heard: told by no old worker.
MEASURES = [
    ("lost", -3, 0.7, 1),
    ("danger", 5, 0.7, 0.95),
    ("course", 50, 0.9, None),
    ("silent", -3, 0.7, 0.94),
    ("quiet", 5, 0.7, 0.94),
]


def _told() -> list[dict[str, str]]:
    found = []
    for line, left, forecast, heard in MEASURES:
        for name, bound, value in (
            ("misses_left", "", left),
            ("forecast_ratio", ', bound="mid"', forecast),
            ("target_ratio", "", 0.8),
            ("heard_ratio", "", heard),
        ):
            labels = f'vendor="x", contract="c", measure="m", line="{line}", figure="service_level"'
            series = f"contact_vendor_period_{name}{{{labels}{bound}}}"
            if value is not None:
                found.append({"series": series, "values": f"{value}x5"})
    return found


def _measure(line: str, value: int) -> dict[str, Any]:
    return {"labels": f'{{contract="c", measure="m", line="{line}"}}', "value": value}


def test_a_measure_of_which_too_little_was_heard_is_neither_lost_nor_in_danger(
    tmp_path: Path,
) -> None:
    one = [{"labels": "{}", "value": 1}]
    outlook = [("lost", 2), ("danger", 1), ("course", 0), ("silent", 3), ("quiet", 3)]
    expected = {
        period.OUTLOOK: [_measure(*each) for each in outlook],
        f"count{period.TARGET_MISSED}": one,
        f"count({period.TARGET_IN_DANGER})": one,
    }
    tried = [
        {"expr": asked.replace("$vendor", "x"), "eval_time": "1m", "exp_samples": samples}
        for asked, samples in expected.items()
    ]
    tests = [{"interval": "1m", "input_series": _told(), "promql_expr_test": tried}]
    path = tmp_path / "vendor.test.yml"
    path.write_text(yaml.safe_dump({"rule_files": [], "tests": tests}))
    found = run(PROMTOOL, "test", "rules", path)
    assert found.returncode == 0, found.stdout + found.stderr
