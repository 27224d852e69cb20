"""The benchmarks' own arithmetic: tables, comparisons, sizes; nothing is measured here."""

import json
import time
from pathlib import Path
from typing import Any

import pytest

from tests.benchmarks import readme, side_by_side, tables
from tests.benchmarks.comparing import compare
from tests.benchmarks.contenders import Contender, Load

ROW = {
    "does": "something",
    "runs": 3,
    "events": 1000,
    "events_per_second": 500,
    "megabytes": 60,
    "correct": True,
}


def result(**costs: float) -> dict[str, Any]:
    """A table's result in which the named rows cost so much."""
    names = {"bare": tables.BARE, "reachline": tables.REACHLINE, "faust": tables.FAUST}
    rows = {
        names[short]: ROW
        | {"cpu_us_per_event": cost, "cpu_us_lowest": cost, "cpu_us_highest": cost * 1.1}
        for short, cost in costs.items()
    }
    return {
        "measured": "2026-11-22T03:00:00+00:00",
        "machine": {"processor": "P", "cores": 2, "system": "Linux 6", "python": "3.11.7"},
        "versions": dict.fromkeys(("kafka", "aiokafka", "orjson", "msgspec", "uvloop"), "1"),
        "peers": {"faust": ["faust-streaming==0.15.3"]},
        "rounds": 3,
        "rows": rows,
    }


class TestComparing:
    def test_a_loss_of_more_than_a_fifth_is_told(self) -> None:
        (compared,) = compare({"catching up": 0.25}, {"catching up": 0.19})
        assert compared.lost
        assert str(compared).startswith("::warning title=Slower::catching up: 0.190")

    @pytest.mark.parametrize("now", [0.21, 0.25, 0.4])
    def test_less_than_that_and_a_gain_are_not(self, now: float) -> None:
        (compared,) = compare({"catching up": 0.25}, {"catching up": now})
        assert not compared.lost
        assert str(compared) == (
            f"catching up: {now:.3f} of the bare loop, 0.250 in the committed result"
        )

    def test_what_could_not_be_measured_is_a_loss(self) -> None:
        compared = compare({"catching up": 0.25, "replay": 0.1}, {"catching up": None})
        assert [each.lost for each in compared] == [True, True]

    def test_what_is_new_has_nothing_to_lose(self) -> None:
        (compared,) = compare({}, {"replay": 0.1})
        assert not compared.lost


class TestTables:
    def test_the_ratio_is_the_limits_cost_divided_by_reachlines(self) -> None:
        assert tables.ratios(result(bare=2.5, reachline=10.0))[tables.CATCHING_UP] == 0.25

    def test_a_wrong_answer_is_never_ranked(self) -> None:
        found = result(bare=2.5, reachline=10.0, faust=400.0)
        found["rows"][tables.FAUST] = found["rows"][tables.FAUST] | {"correct": False}
        assert tables.ratio(found, tables.FAUST, tables.REACHLINE) is None
        assert "| wrong |" in tables.markdown([found])

    def test_an_aim_is_met_when_both_runs_meet_it(self) -> None:
        good, bad = result(bare=2.5, reachline=9.0), result(bare=2.5, reachline=11.0)
        aim = "| of the bare loop, catching up | 0.25 |"
        assert f"{aim} 0.28 | met |" in tables.markdown([good])
        assert f"{aim} 0.28 / 0.23 | not met |" in tables.markdown([good, bad])

    def test_what_was_not_measured_is_neither_met_nor_missed(self) -> None:
        table = tables.markdown([result(bare=2.5, reachline=9.0)])
        assert "| times Faust with tables, same job | 30 | - |  |" in table

    def test_two_runs_are_told_apart_and_by_how_much(self) -> None:
        table = tables.markdown([result(bare=2.0, reachline=10), result(bare=2.2, reachline=10)])
        assert "| 2.00 / 2.20 |" in table
        assert "differ by 10% at most" in table

    def test_who_failed_is_in_the_table(self) -> None:
        found = result(bare=2.5)
        found["rows"][tables.FAUST] = {"does": "6 counts", "failed": "no broker"}
        assert f"| {tables.FAUST} | 6 counts | | | | | | failed |" in tables.markdown([found])


class TestRounds:
    LOAD = Load("", 10, Path(), Path(), {}, {})

    def contender(self, name: str, order: list[str], answer: Any = None) -> Contender:
        def once() -> dict[str, Any]:
            order.append(name)
            return {"events": 10, "seconds": 1.0, "cpu": 1.0, "answer": {"waste|0": [1]}}

        return Contender(name, "", self.LOAD, once, answer)

    def test_each_round_begins_with_another(self) -> None:
        order: list[str] = []
        field = [self.contender(name, order) for name in "abc"]
        runs = side_by_side.measure(field, 3, time.monotonic() + 60)
        assert "".join(order) == "abcbcacab"
        assert [len(took) for _, took, _ in runs] == [3, 3, 3]

    def test_a_wrong_answer_fails_and_is_not_asked_again(self) -> None:
        order: list[str] = []
        field = [self.contender("a", order, {"waste|0": [2]}), self.contender("b", order)]
        (_, took, failure), (_, others, _) = side_by_side.measure(field, 2, time.monotonic() + 60)
        assert not took and "waste|0: [1] for [2]" in failure
        assert len(others) == 2

    def test_no_round_is_begun_without_time_for_it(self) -> None:
        order: list[str] = []
        side_by_side.measure([self.contender("a", order)], 5, time.monotonic() - 1)
        assert order == ["a"]


class TestReadme:
    def test_its_table_is_that_of_the_kept_results(self) -> None:
        text = readme.PATH.read_text()
        assert readme.written(text) == text

    def test_a_change_of_a_result_changes_it(self, tmp_path: Path) -> None:
        text = "before\n<!-- benchmarks -->\nold\n<!-- /benchmarks -->\nafter\n"
        assert "Not measured yet." in readme.written(text, tmp_path)
        (tmp_path / "table-1.json").write_text(json.dumps(result(bare=2.5, reachline=9.0)))
        with_one = readme.written(text, tmp_path)
        assert "| 9.00 |" in with_one and "old" not in with_one
        assert with_one.startswith("before\n") and with_one.endswith("after\n")
        (tmp_path / "table-2.json").write_text(json.dumps(result(bare=2.5, reachline=9.5)))
        assert "| 9.00 / 9.50 |" in readme.written(text, tmp_path)
