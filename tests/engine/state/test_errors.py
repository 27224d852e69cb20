"""The remedy of a damaged state can be typed."""

import re

import pytest

from streams.cli import main
from streams.engine.state.errors import REMEDY


def test_the_command_of_the_remedy_is_there(capsys: pytest.CaptureFixture[str]) -> None:
    (command,) = re.findall(r"`reachline ([^`]+)`", REMEDY)
    with pytest.raises(SystemExit) as ended:
        main([*command.split(), "--help"])
    assert ended.value.code == 0
    assert "Stop all workers first." in " ".join(capsys.readouterr().out.split())
    assert REMEDY.startswith("stop the workers")
