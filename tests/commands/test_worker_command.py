"""What ends a worker is told in one line, whatever the error was."""

from __future__ import annotations

import pytest
from aiokafka.errors import CommitFailedError

from streams.commands.common import CommandError
from streams.commands.worker import run_loop


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (CommitFailedError("for now"), "CommitFailedError: ('Commit cannot be completed since the"),
        (TimeoutError(), "TimeoutError: the broker did not answer in time"),
        (RuntimeError("no room"), "RuntimeError: no room"),
    ],
)
def test_an_error_is_one_line(error: Exception, said: str) -> None:
    async def work() -> None:
        raise error

    with pytest.raises(CommandError) as ended:
        run_loop(work())
    assert str(ended.value).startswith(said)
    assert "\n" not in str(ended.value) and "  " not in str(ended.value)
    assert ended.value.status == 1
