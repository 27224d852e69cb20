"""Logs are one JSON object a line, and libraries say only what goes wrong."""

import json
import logging

import pytest

from streams import logs


@pytest.fixture(autouse=True)
def _as_it_was() -> object:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level


def test_a_line_says_when_who_and_what_with_all_that_belongs_to_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logs.configure()
    logging.getLogger("streams.engine.worker").info("ready %d", 3, extra={"partitions": [1, 2]})
    said = json.loads(capsys.readouterr().err)
    assert said.pop("at").endswith("+00:00")
    assert said == {
        "level": "info",
        "logger": "streams.engine.worker",
        "message": "ready 3",
        "partitions": [1, 2],
    }


def test_an_error_is_one_line_too(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure()
    try:
        raise ValueError("no\nway")
    except ValueError:
        logging.getLogger("streams").exception("failed")
    (line,) = capsys.readouterr().err.splitlines()
    assert json.loads(line)["error"] == "ValueError: no\nway"


def test_libraries_progress_is_not_heard_and_their_troubles_are(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logs.configure()
    logging.getLogger("aiokafka.consumer").info("joined")
    logging.getLogger("aiokafka.consumer").warning("lost")
    (line,) = capsys.readouterr().err.splitlines()
    assert json.loads(line)["message"] == "lost"
    record = logging.makeLogRecord({"name": "aiokafka.consumer"})
    assert not logs.is_ours(record)
    assert logs.is_ours(logging.makeLogRecord({"name": "aiokafkaesque"}))


def test_a_library_s_line_comes_once_in_a_while_with_how_often_it_came() -> None:
    """While brokers are away: 20,000 lines of aiokafka's in some minutes."""
    now = 0.0
    seldom = logs._Seldom(lambda: now)

    def comes(name: str, line: str, *values: object) -> logging.LogRecord | None:
        record = logging.LogRecord(name, logging.WARNING, "", 0, line, values, None)
        return record if seldom.filter(record) else None

    first = comes("aiokafka.conn", "no connection to %s", 1)
    assert first is not None and not hasattr(first, "left_out")
    assert [comes("aiokafka.conn", "no connection to %s", n) for n in range(99)] == [None] * 99
    assert comes("aiokafka.conn", "another line") is not None
    assert all(comes("streams.engine.worker", "ours") for _ in range(3))
    now = 10.0
    again = comes("aiokafka.conn", "no connection to %s", 1)
    assert again is not None and again.__dict__["left_out"] == 99
    for n in range(3_000):
        comes("aiokafka", f"line {n}")
    assert len(seldom._said) <= logs._LINES_KEPT


def test_what_was_left_out_is_in_the_line(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure()
    for _ in range(50):
        logging.getLogger("aiokafka.conn").warning("no connection")
    assert len(capsys.readouterr().err.splitlines()) == 1
