"""Who asked for a person's calls is on the disk, and nothing of the person."""

import json
import os
from pathlib import Path

import pytest

from streams.domain.instants import parse
from streams.sinks import lookups

NOW = parse("2026-10-08T10:00:00Z")
SPAN = parse("2026-10-05T00:00:00Z"), parse("2026-10-06T00:00:00Z")


def test_each_look_up_is_a_line_and_earlier_ones_stay(tmp_path: Path) -> None:
    log = tmp_path / "audit" / "lookups.jsonl"
    lookups.write(log, "ann", None, NOW, *SPAN)
    lookups.write(log, "bo", "case 17", NOW, *SPAN)
    first, second = map(json.loads, log.read_text().splitlines())
    assert first == {
        "at": "2026-10-08T10:00:00Z",
        "who": "ann",
        "from": "2026-10-05T00:00:00Z",
        "until": "2026-10-06T00:00:00Z",
    }
    assert second == first | {"who": "bo", "asked_by": "case 17"}
    assert log.stat().st_mode & 0o077 == 0


def test_a_log_that_can_not_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for log in (tmp_path, tmp_path / "file" / "log"):
        with pytest.raises(lookups.LookupLogError, match=str(tmp_path)):
            lookups.write(log, "ann", None, NOW, *SPAN)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full disk here")
def test_a_full_disk_is_said() -> None:
    with pytest.raises(lookups.LookupLogError, match="No space"):
        lookups.write(Path("/dev/full"), "ann", None, NOW, *SPAN)


def test_the_usual_place_is_the_users_own_state(tmp_path: Path) -> None:
    assert lookups.usual({"XDG_STATE_HOME": str(tmp_path)}) == (
        tmp_path / "reachline" / "lookups.jsonl"
    )
    for unset in ({}, {"XDG_STATE_HOME": ""}, {"XDG_STATE_HOME": "relative"}):
        assert lookups.usual(unset).is_relative_to(Path.home())


def test_who_asks_is_the_account_whatever_the_environment_says(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    account = lookups.user({})
    assert account and lookups.user({"USER": "mayor", "LOGNAME": "mayor"}) == account
    monkeypatch.setattr(os, "getuid", lambda: 0)
    assert lookups.user({"SUDO_USER": "ann"}) == "ann as root"
    monkeypatch.setattr(os, "getuid", lambda: 987_654)
    assert lookups.user({"SUDO_USER": "ann"}) == "987654"
