"""Prometheus' rules: generated from the plan without a difference, checked, and tried in pairs.

Beside Prometheus' own tests (`deploy/prometheus/tests`), which play hours of metrics, this holds
what the rules know of the calendar against the plan: on every hour of three years' worth of days
picked at random, on holidays, and on the days on which the clocks change.

It is longer than a module should be, because each rule is tried before, at and after its limit.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
import yaml

from streams.domain import instants
from streams.domain.instants import DAY, HOUR, MINUTE, SECOND
from streams.domain.plan import Plan
from streams.sinks import rules
from streams.sinks.links import Links
from streams.sinks.rules.rule import quoted
from streams.texts import languages
from tests.plans import ANTWERP
from tests.servers import PROMTOOL, Prometheus, run

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
PROMETHEUS = DEPLOY / "prometheus"
FILES = sorted((PROMETHEUS / "rules").glob("*.yml"))
TESTS = sorted((PROMETHEUS / "tests").glob("*.yml"))


def every_rule() -> Iterator[dict[str, Any]]:
    for path in FILES:
        for group in yaml.safe_load(path.read_text())["groups"]:
            yield from group["rules"]


def covered_since() -> int:
    """The beginning of the years that the committed rules cover, as their head says."""
    found = re.search(r"^# Covers (\S+) to", FILES[0].read_text(), re.MULTILINE)
    assert found is not None
    return instants.parse(f"{found[1]}T12:00:00Z")


def test_the_committed_rules_are_those_of_the_plan() -> None:
    fresh = rules.render(ANTWERP, covered_since())
    committed = {f"rules/{path.name}": path.read_text() for path in FILES}
    assert committed == fresh, "generate them anew: reachline rules --to deploy/prometheus"


def test_rules_are_the_same_on_any_day_of_the_year() -> None:
    assert rules.render(ANTWERP, covered_since()) == rules.render(
        ANTWERP, covered_since() + 300 * DAY
    )


def test_links_lead_where_the_city_keeps_its_pages() -> None:
    text = "".join(
        rules.render(ANTWERP, covered_since(), Links("https://a/r/", "https://b")).values()
    )
    assert '"https://a/r/ContactTelemetrySilent.md"' in text
    assert "https://b/d/reachline-line?var-line=" in text
    assert "localhost" not in text


def test_write_puts_the_files_below_prometheus_directory(tmp_path: Path) -> None:
    written = rules.write(ANTWERP, tmp_path, covered_since())
    assert {str(path.relative_to(tmp_path)) for path in written} == {
        f"rules/{path.name}" for path in FILES
    }


def test_promtool_finds_nothing_to_complain_of() -> None:
    checked = run(PROMTOOL, "check", "rules", "--lint=all", "--lint-fatal", *FILES)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    checked = run(PROMTOOL, "check", "config", PROMETHEUS / "prometheus.yml")
    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.parametrize("path", TESTS, ids=lambda path: path.name.split(".")[0])
def test_prometheus_own_tests(path: Path) -> None:
    tried = run(PROMTOOL, "test", "rules", path)
    assert tried.returncode == 0, tried.stdout + tried.stderr


def test_every_alert_is_tried_in_a_pair_firing_and_silent() -> None:
    fires, silent = set(), set()
    for path in TESTS:
        for test in yaml.safe_load(path.read_text())["tests"]:
            for expected in test.get("promql_expr_test", []):
                names = re.search(r'alertname=~?"([^"]+)"', expected["expr"])
                for name in names[1].split("|") if names else ():
                    (fires if expected["exp_samples"] else silent).add(name)
    alerts = {rule["alert"] for rule in every_rule() if "alert" in rule}
    # The heartbeat is never silent; the end of the years is tried below, in its own time.
    assert fires | {"ContactRulesOutdated"} == alerts
    assert silent | {"ContactWatchdog"} == alerts


def test_every_alert_speaks_every_language_and_says_what_to_do() -> None:
    for rule in every_rule():
        if "alert" not in rule:
            continue
        assert rule["labels"]["severity"] in {"page", "ticket", "none"}
        for part in ("summary", "description", "action"):
            for language in languages():
                assert rule["annotations"][f"{part}_{language}"], rule["alert"]
        # The first language of the plan, for tools that know of one only.
        assert rule["annotations"]["summary"] == rule["annotations"]["summary_nl"]
        assert rule["annotations"]["dashboard_url"]


@pytest.fixture(scope="module")
def prometheus() -> Iterator[Prometheus]:
    with Prometheus() as server:
        yield server


def inlined(expr: str) -> str:
    """An expression with every series of the plan replaced by what it is computed from."""
    computed: dict[str, list[str]] = {}
    for rule in every_rule():
        if rule.get("record", "").startswith("contact_plan"):
            text = f"({rule['expr']}\n)"
            for name, value in rule.get("labels", {}).items():
                text = f'label_replace({text}, "{name}", {quoted(value)}, "", "")'
            computed.setdefault(rule["record"], []).append(text)
    names = re.compile(r'(contact_plan_\w+:\w+)(?:\{(\w+)(=~?)("(?:[^"\\]|\\.)*")\})?')

    def expand(found: re.Match[str]) -> str:
        name, label, sign, value = found.groups()
        if sign == "=~":
            # A selector's regular expression, of something that is no series here.
            marked = f'label_replace(({computed[name][0]}), "is", "so", "{label}", {value})'
            return f'({marked} and on (is) label_replace(vector(1), "is", "so", "", ""))'
        marked = f'"{label}", {value}'
        parts = [text for text in computed[name] if label is None or marked in text]
        return f"({' or '.join(parts)})"

    while names.search(expr):
        expr = names.sub(expand, expr)
    return expr


STEP = 30 * MINUTE


def at_each(
    prometheus: Prometheus, expr: str, label: str, start: int, hours: int
) -> dict[tuple[str, int], float]:
    """Values by a label and instant, every half hour."""
    series = prometheus.query_range(
        inlined(expr), start / SECOND, (start + hours * HOUR) / SECOND, STEP / SECOND
    )
    return {
        (one["metric"][label], int(at) * SECOND): float(value)
        for one in series
        for at, value in one["values"]
    }


def days_to_try() -> list[str]:
    picked = Random(5).sample(range(3 * 365), 4)
    first = covered_since() - 12 * HOUR
    return [
        "2026-03-29",  # clocks go forward
        "2026-10-26",  # the day after they go back
        "2027-03-29",  # Easter Monday, the day after the clocks change
        "2026-12-24",  # closes at 16:00
        "2026-12-25",
        "2028-02-29",
        *(instants.text(first + n * DAY)[:10] for n in picked),
    ]


@pytest.mark.parametrize("day", days_to_try())
def test_prometheus_knows_by_itself_when_lines_are_open_and_what_they_expect(
    prometheus: Prometheus, day: str
) -> None:
    start = instants.parse(f"{day}T00:00:00Z") + 5 * HOUR
    opened = at_each(prometheus, "contact_plan_hours:open", "hours", start, 13)
    line = ANTWERP.lines[instants.parse(f"{day}T00:00:00Z") // DAY % len(ANTWERP.lines)]
    pace = (
        at_each(
            prometheus, f'contact_plan_expected_calls:per_hour{{line="{line}"}}', "line", start, 13
        )
        if ANTWERP.expected_per_hour(line, start) is not None
        else {}
    )
    for at in range(start, start + 13 * HOUR, STEP):
        for hours in ("first-line", "office"):
            assert ((hours, at) in opened) is ANTWERP.within(hours, at), (instants.text(at), hours)
        assert pace.get((line, at), 0) == (ANTWERP.expected_per_hour(line, at) or 0), line


def test_every_line_of_the_plan_is_open_when_it_says(prometheus: Prometheus) -> None:
    for moment in ("2026-11-23T08:45:00+01:00", "2026-11-23T10:00:00+01:00"):
        at = instants.parse(moment)
        found = prometheus.query(inlined("contact_plan_line:open"), at / SECOND)
        assert {(one["metric"]["line"], one["metric"]["vendor"]) for one in found} == {
            (terms.line, terms.vendor) for terms in ANTWERP.lines_at(at) if terms.open
        }


def test_targets_outlive_the_workers(prometheus: Prometheus) -> None:
    """With nothing scraped at all, Prometheus knows what was promised."""
    at = instants.parse("2026-11-23T10:00:00Z") / SECOND
    for name, figure in (("service_level", "target"), ("reachability", "reach_target")):
        found = prometheus.query(inlined(f"contact_plan_{name}_target:ratio"), at)
        known = {
            (one["metric"]["line"], one["metric"]["vendor"]): float(one["value"][1])
            for one in found
        }
        assert known == {
            (terms.line, terms.vendor): getattr(terms.contract, figure)
            for terms in ANTWERP.lines_at(int(at) * SECOND)
        }


def test_maintenance_begins_and_ends_when_the_plan_says(prometheus: Prometheus) -> None:
    [window] = ANTWERP.entries.maintenance
    lines = at_each(prometheus, "contact_plan_maintenance:active", "line", window.since - HOUR, 5)
    assert {line for line, _ in lines} == set(ANTWERP.lines)
    ats = [at for line, at in lines if line == "waste"]
    assert min(ats) == window.since
    assert max(ats) == window.until - STEP


def test_rules_ask_to_be_generated_anew_two_months_before_they_end(prometheus: Prometheus) -> None:
    [rule] = [r for r in every_rule() if r.get("alert") == "ContactRulesOutdated"]
    end = covered_since() + 3 * 365 * DAY
    assert prometheus.query(rule["expr"], (end - 90 * DAY) / SECOND) == []
    assert len(prometheus.query(rule["expr"], (end - 30 * DAY) / SECOND)) == 1


HANDED_OVER = """
[city]
name = "Ghent"
time_zone = "America/New_York"
languages = ["fr"]

[[vendor]]
id = "north"
name = "North"
owner = "N"
receiver = "n"

[[contract]]
id = "old"
service_level_target = 0.7
valid_until = 2026-07-01
[[contract]]
id = "old"
service_level_target = 0.9
valid_from = 2026-07-01

[[hours]]
id = "night"
mon-fri = "22:00-06:00"
sun = ["08:00-12:00", "13:00-24:00"]

[[line]]
id = 'a "line" \\ of many'
vendor = "north"
contract = "old"
hours = "night"
expected_per_hour = 12
valid_until = 2026-10-01
[[line]]
id = 'a "line" \\ of many'
contract = "old"
expected_per_hour = 6
valid_from = 2026-10-01
"""


@pytest.fixture
def handed_over(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Plan:
    """A line that changes hands, contract and hours, opens over midnight, far from UTC."""
    plan = Plan.read(HANDED_OVER)
    for path in rules.write(plan, tmp_path, covered_since()):
        assert run(PROMTOOL, "check", "rules", "--lint=all", "--lint-fatal", path).returncode == 0
    files = sorted((tmp_path / "rules").glob("*.yml"))
    monkeypatch.setattr(sys.modules[__name__], "FILES", files)
    return plan


def test_a_line_that_changes_hands_is_two_vendors_and_never_both(
    prometheus: Prometheus, handed_over: Plan
) -> None:
    [line] = handed_over.lines
    for moment in (
        "2026-03-08T06:30:00-05:00",  # clocks go forward, on a Sunday
        "2026-06-30T23:59:00-04:00",
        "2026-07-01T00:00:00-04:00",
        "2026-07-02T05:59:00-04:00",
        "2026-07-02T06:00:00-04:00",
        "2026-07-04T05:30:00-04:00",  # Saturday morning still is Friday's night
        "2026-07-05T12:30:00-04:00",
        "2026-07-05T23:59:00-04:00",
        "2026-09-30T23:59:00-04:00",
        "2026-10-01T00:00:00-04:00",
        "2027-01-01T12:00:00-05:00",
    ):
        at = instants.parse(moment)
        [terms] = handed_over.lines_at(at)
        [target] = prometheus.query(inlined("contact_plan_service_level_target:ratio"), at / SECOND)
        assert target["metric"] == {"line": line, "vendor": terms.vendor}
        assert float(target["value"][1]) == terms.contract.target
        opened = prometheus.query(inlined("contact_plan_line:open"), at / SECOND)
        assert [one["metric"]["vendor"] for one in opened] == [terms.vendor] * terms.open, moment
        pace = prometheus.query(inlined("contact_plan_expected_calls:per_hour"), at / SECOND)
        expected = handed_over.expected_per_hour(line, at)
        assert [float(one["value"][1]) for one in pace] == [expected] * terms.open, moment
