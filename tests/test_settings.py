"""Settings that can't be meant are said before anything starts."""

from pathlib import Path

import pytest

from streams.cli import main
from streams.settings import Settings, SettingsError, load


@pytest.mark.parametrize(
    ("variable", "value", "says"),
    [
        ("PARTITIONS", "0", "partitions: must be above 0"),
        ("PARTITIONS", "eight", "partitions: 'eight' is not a whole number"),
        ("PARTITIONS", "2.5", "partitions: '2.5' is not a whole number"),
        ("CHECKPOINT_SECONDS", "nan", "checkpoint_seconds: must be above 0"),
        ("SESSION_SECONDS", "inf", "session_seconds: must be above 0"),
        ("WEB_PORT", "70000", "web_port: '70000' is not a port, 1 to 65535"),
        ("WEB_PORT", "0", "web_port: '0' is not a port, 1 to 65535"),
        ("METRICS", "most", "metrics: 'most' is none of read, all"),
        ("METRICS", "", "metrics: '' is none of read, all"),
        ("METRICS", "ALL", "metrics: 'ALL' is none of read, all"),
        ("BROKER", "kafka:port", "broker: 'kafka:port' is no host:port, as kafka-1:9092 is"),
        ("BROKER", "kafka:99999", "broker: 'kafka:99999' is no host:port, as kafka-1:9092 is"),
        ("BROKER", "", "broker: '' is no host:port, as kafka-1:9092 is"),
        ("BROKER", "a:1,:2", "broker: ':2' is no host:port, as kafka-1:9092 is"),
    ],
)
def test_a_variable_that_can_not_be_meant(variable: str, value: str, says: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load({f"REACHLINE_{variable}": value})
    assert str(caught.value) == says


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("partitions = 2.5", "partitions: 2.5 is not a whole number"),
        ("checkpoint_seconds = true", "checkpoint_seconds: True is not a number"),
        ("partition = 8", "unknown setting 'partition'"),
        ("a = " + "[" * 3000, "recursion"),
    ],
)
def test_a_file_of_settings_that_is_wrong(tmp_path: Path, content: str, says: str) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(content)
    with pytest.raises(SettingsError, match=says):
        load({}, str(file))


def test_variables_go_before_a_file_and_a_mark_at_its_beginning_is_none_of_it(
    tmp_path: Path,
) -> None:
    file = tmp_path / "settings.toml"
    file.write_text("partitions = 4\nreplication = 3\n", "utf-8-sig")
    given = load({"REACHLINE_PARTITIONS": "16", "REACHLINE_SETTINGS": str(file)})
    assert given == Settings(partitions=16, replication=3)


def test_no_topic_is_asked_for_with_no_partitions(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["topics", "create", "--partitions", "0"]) == 2
    assert capsys.readouterr().err == "reachline: partitions: must be above 0\n"


@pytest.mark.parametrize("broker", ["kafka", "kafka-1:9092,kafka-2:9092", "[::1]:9092", "[::1]"])
def test_addresses_of_brokers(broker: str) -> None:
    assert load({"REACHLINE_BROKER": broker}).broker == broker
