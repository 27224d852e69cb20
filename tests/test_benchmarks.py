"""The benchmarks' own arithmetic: tables, comparisons, sizes; nothing is measured here.

It is longer than a module should be, because the arithmetic of a dozen tables is checked against
one set of kept results.
"""

import importlib
import json
import re
import sys
import time
from operator import attrgetter
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from streams.domain.event_reader import Reader
from tests.benchmarks import all as every
from tests.benchmarks import (
    backfill,
    growth,
    held,
    latency,
    limits,
    plots,
    profiling,
    readme,
    side_by_side,
    sizing,
    svg,
    tables,
)
from tests.benchmarks.comparing import compare
from tests.benchmarks.contenders import Contender, Load
from tests.benchmarks.measuring import RESULTS, ROOT

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


ROW_OF_SCALE = {
    "events": 200_000,
    "cpu_us_per_event": 10.0,
    "broker_cpu_us_per_event": 3.0,
    "idle_megabytes": 64,
    "megabytes": 200,
}
SCALE: dict[str, Any] = {
    "machine": {"processor": "P", "cores": 2, "system": "Linux 6", "python": "3.11.7"},
    "partitions": {"1": ROW_OF_SCALE, "64": ROW_OF_SCALE | {"cpu_us_per_event": 15.0}},
    "workers": {"1": ROW_OF_SCALE, "4": ROW_OF_SCALE},
    "lines": {"4": ROW_OF_SCALE, "1000": ROW_OF_SCALE | {"cpu_us_per_event": 10.5}},
    "open": {
        "1000": ROW_OF_SCALE
        | {"open_contacts": 1_000, "bytes_per_contact": 9_000, "megabytes": 100},
        "1049576": ROW_OF_SCALE
        | {
            "open_contacts": 1_049_576,
            "bytes_per_contact": 1_100,
            "megabytes": 1_100,
            "restart_seconds": 20.0,
            "restarted_megabytes": 1_000,
        },
    },
}
LATENCY: dict[str, Any] = {
    "rates": {
        "5000": {
            "quantiles": {"p50": 0.4, "p90": 0.6, "p99": 0.8, "p99.9": 0.9},
            "buckets": {"0.5": 700, "1": 990},
            "calls": 1000,
            "unseen": 0,
            "publisher_behind_seconds": 0.1,
            "worker_cpu_share": 0.2,
        }
    },
    "scrapes": {
        "10": {"cpu_milliseconds": 6.0, "milliseconds": 7.0, "kilobytes": 250},
        "1000": {"cpu_milliseconds": 600.0, "milliseconds": 700.0, "kilobytes": 22_000},
    },
}


class TestGrowth:
    def test_a_contact_takes_what_the_larger_worker_has_more(self) -> None:
        assert growth.memory_per_contact(SCALE["open"]) == 1000.0

    def test_a_single_measurement_has_to_do(self) -> None:
        assert growth.memory_per_contact({"1000": SCALE["open"]["1000"]}) == 9_000

    @pytest.mark.parametrize(
        ("kind", "told"),
        [("lines", "stays the same (+5%)"), ("partitions", "grows by 50%")],
    )
    def test_growth_in_words(self, kind: str, told: str) -> None:
        assert told in growth.grows(SCALE[kind], "cpu_us_per_event", kind)


PROFILE: dict[str, Any] = {"held": {held.CALLERS: 700.0}}


class TestSizing:
    COSTS = sizing.Costs(worker=10e-6, broker=3e-6, contact=1_000.0, base=64 * 2**20, caller=0.0)

    def test_a_city_needs_the_least_of_everything(self) -> None:
        need = sizing.needs(sizing.PLACES[0], self.COSTS)
        assert (need.workers, need.partitions, need.brokers) == (2, 8, 3)

    def test_a_platform_follows_the_rules(self) -> None:
        place = sizing.Place("platform", 100_000, 1e12, 10_000)
        need = sizing.needs(place, self.COSTS)
        assert need.events_per_second == 475_000
        assert need.workers == 10  # 475,000 x 10 us = 4.75 cores, at a half
        assert need.partitions == 128  # 95 for the rate
        assert need.brokers == 3  # 475,000 x 3 us x 3 / 0.3 / 8 = 1.8
        assert need.contacts == 100_000 * 19 * 60
        # What ten hold must fit in nine.
        assert need.worker_gigabytes == pytest.approx(0.0625 + 114e6 / 9 * 1_000 / 2**30)

    def test_calls_are_remembered_for_fifteen_days(self) -> None:
        place = sizing.Place("town", 1.0, 365e6, 20)
        costs = sizing.Costs(1e-6, 1e-6, contact=0.0, base=0.0, caller=500.0)
        assert sizing.needs(place, costs).worker_gigabytes == pytest.approx(16e6 * 500 / 2**30)

    def test_twice_the_cost_is_twice_the_workers(self) -> None:
        place = sizing.Place("platform", 100_000, 1e12, 10_000)
        dear = sizing.Costs(2 * self.COSTS.worker, 2 * self.COSTS.broker, 1_000.0, 0.0, 0.0)
        assert sizing.needs(place, dear).workers == 19
        assert sizing.needs(place, dear).brokers == 4

    def test_the_highest_cost_counts(self) -> None:
        costs = sizing.Costs.of(SCALE, PROFILE)
        assert costs.worker == pytest.approx(10.5e-6)
        assert costs.contact == 1000.0

    def test_what_this_machine_has_not_had_is_not_called_seen(self) -> None:
        place = sizing.Place("town", 1_000, 1e9, 2_000)
        need = sizing.needs(place, self.COSTS)
        seen = dict(sizing.checked(place, need, SCALE, LATENCY))
        assert seen["4,750 events/s"] is True
        assert seen["2,000 lines"] is False
        assert seen["1,140,000 contacts in state"] is False
        unseen = LATENCY["rates"]["5000"] | {"unseen": 3}
        seen = dict(sizing.checked(place, need, SCALE, {"rates": {"5000": unseen}}))
        assert seen["4,750 events/s"] is False

    def test_the_kept_page_is_that_of_the_kept_results(self) -> None:
        assert (RESULTS / "sizing.md").read_text() == sizing.kept_page()

    def test_every_plot_on_the_page_is_drawn(self) -> None:
        page = sizing.page(SCALE, LATENCY, {}, PROFILE)
        drawn = dict(plots.drawn({}, SCALE, LATENCY))
        shown = set(re.findall(r"\(([a-z-]+\.(?:svg|txt))\)", page))
        assert shown and shown == set(drawn)


class TestLimits:
    def million(self, **changed: float) -> dict[str, Any]:
        row = SCALE["open"]["1049576"] | {"open_contacts": 1_000_000} | changed
        return SCALE | {"open": SCALE["open"] | {"1000000": row}}

    def met(self, scale: Any = SCALE, latency_: Any = LATENCY, filled: Any = None) -> list[bool]:
        return [each.met for each in limits.limits(scale, latency_, filled or {})]

    def test_the_99th_percentile_stays_below_a_second(self) -> None:
        assert self.met({}) == [True]
        slow = LATENCY["rates"]["5000"] | {"quantiles": {"p99": 1.2}}
        assert self.met({}, {"rates": {"5000": slow}}) == [False]

    def test_what_was_never_seen_is_no_latency(self) -> None:
        unseen = LATENCY["rates"]["5000"] | {"unseen": 1}
        assert self.met({}, {"rates": {"5000": unseen}}) == [False]

    def test_lines_cost_a_tenth_more_at_most(self) -> None:
        assert self.met(SCALE, {}) == [True]
        dear = {"4": ROW_OF_SCALE, "1000": ROW_OF_SCALE | {"cpu_us_per_event": 11.2}}
        assert self.met({"lines": dear}, {}) == [False]

    def test_a_million_open_contacts(self) -> None:
        held = {key: value for key, value in self.million().items() if key != "lines"}
        held["open"] = {n: r for n, r in held["open"].items() if n != "1049576"}
        assert self.met(held, {}) == [True, False]  # 1,050 bytes each
        large = self.million(restart_seconds=31.0)
        assert self.met({"open": {"1000000": large["open"]["1000000"]}}, {}) == [False, False]

    def test_a_year_in_fifteen_seconds(self) -> None:
        rows = {backfill.ALL: {"events": 2_000_000, "seconds": 14.0}}
        assert self.met({}, {}, {"rows": rows}) == [True]
        rows[backfill.ALL]["seconds"] = 16.0
        assert self.met({}, {}, {"rows": rows}) == [False]

    def test_only_what_was_measured_is_held_to_a_limit(self) -> None:
        assert self.met({}, {}) == []


class TestPlots:
    def test_kept_plots_are_those_of_the_kept_results(self) -> None:
        drawn = plots.drawn(
            *(plots.read(RESULTS, name) for name in ("table-1", "scale", "latency"))
        )
        assert drawn, "nothing that a plot shows has been measured and kept"
        for name, text in drawn:
            assert (RESULTS / name).read_text() == text, name

    def test_each_is_a_whole_document(self) -> None:
        table = result(bare=2.5, reachline=9.0, faust=400.0)
        found = plots.drawn(table, SCALE, LATENCY)
        assert len(found) == 9
        for name, text in found:
            if name.endswith(".svg"):
                assert ElementTree.fromstring(text).tag.endswith("svg"), name
                assert "nan" not in text

    def test_more_is_higher(self) -> None:
        text = svg.line_plot("t", "x", "y", [svg.Series("", [(1, 1.0), (2, 2.0), (3, 4.0)])])
        heights = [float(y) for y in re.findall(r'<circle cx="[\d.]+" cy="([\d.]+)"', text)]
        assert heights == sorted(heights, reverse=True)
        assert heights[0] - heights[1] == pytest.approx((heights[1] - heights[2]) / 2, abs=0.2)

    def test_buckets_become_shares_and_the_rest(self) -> None:
        found = plots.shares(LATENCY["rates"]["5000"])
        assert found == [("0.5", 0.7), ("1", pytest.approx(0.29)), ("more", pytest.approx(0.01))]

    def test_a_histogram_as_text(self) -> None:
        text = plots.latency_text(LATENCY["rates"])
        assert "5,000 events/s, 1,000 calls: p50 0.400 s" in text
        assert f"   0.5  70.0% {'#' * 28}\n" in text


class TestLatency:
    def test_the_kth_call_is_seen_when_the_count_reaches_k(self) -> None:
        acknowledged = [10.0, 10.1, 10.2]
        seen = [(10.3, 1), (10.5, 2), (11.0, 3)]
        times = latency._times(acknowledged, seen, begin=0.0)
        assert times == pytest.approx([0.3, 0.4, 0.8])

    def test_calls_before_the_beginning_and_unseen_ones_have_no_time(self) -> None:
        times = latency._times([10.0, 10.1, 10.2], [(10.5, 2)], begin=10.05)
        assert times == pytest.approx([0.4])


class TestStages:
    def test_they_go_on_after_one_that_failed(self) -> None:
        chosen = [every.Stage(name, ("x",), 1.0) for name in ("a", "b")]
        ended = every.go_through(chosen, lambda stage: "failed" if stage.name == "a" else "done")
        assert [how for how, _ in ended] == ["failed", "done"]

    def test_one_that_takes_too_long_is_ended(self) -> None:
        stage = every.Stage("sizing", ("sizing", "--help"), 0.0)
        assert every.run(stage) == "out of time"
        assert every.run(stage._replace(limit=60.0)) == "done"
        assert every.run(stage._replace(command=("sizing", "--no"), limit=60.0)) == "failed with 2"

    def test_each_stage_is_a_command_that_is_there(self) -> None:
        for stage in every.stages(RESULTS, quick=False):
            module = stage.command[0]
            assert not module or (RESULTS.parent / f"{module}.py").exists()

    def test_all_of_it_fits_in_its_time(self) -> None:
        assert sum(stage.limit for stage in every.stages(RESULTS, quick=False)) <= 54 * 60


class TestProfiling:
    def test_a_sample_belongs_to_the_innermost_room(self) -> None:
        found = [profiling.room(sys._getframe())]

        def knows(line: str, at: int) -> bool:
            found.append(profiling.room(sys._getframe()))
            return True

        chosen = b'{"event_id":"e","call_id":"c","at":"2026-11-02T09:00:00Z","line":"waste"}'
        Reader(knows).read(chosen, 2**62, "menu-choice")
        assert found == [profiling.ELSE, profiling.DECODING]

    def test_every_room_is_there(self) -> None:
        """A function that was given another name would count for others, and nobody be told."""
        for module, function in profiling.ROOMS:
            there = importlib.import_module(module)
            assert not function or attrgetter(function)(there)

    def test_the_kept_page_is_that_of_the_kept_profile(self) -> None:
        assert (RESULTS / "profile.md").read_text() == profiling.kept_page()


class TestHeld:
    @pytest.mark.slow
    def test_what_contacts_take_is_counted_for_the_rooms_that_are_there(self) -> None:
        found = held.held(300)
        assert all((ROOT / "streams" / path).exists() for path in held.ROOMS)
        assert found[held.EVENTS] > 100
        assert found["what it adds to the books"] > 100
        assert 1_000 < sum(found.values()) < 30_000
