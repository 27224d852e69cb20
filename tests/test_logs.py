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
