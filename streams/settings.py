"""Settings of a worker: from the environment, or a TOML file, the environment first.

Each field is the variable ``REACHLINE_`` + its name in capitals, and the key of its name in the
file that ``REACHLINE_SETTINGS`` or ``--settings`` names.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from math import inf
from pathlib import Path
from typing import Any, Final, get_type_hints

from streams.security import SECRETS, Security, SecurityError, read_secret

_PREFIX: Final = "REACHLINE_"


class SettingsError(Exception):
    """A setting that can't be used; the message names it."""


LAST_PORT: Final = 65_535

METRICS: Final = ("read", "all")
"""The series that dashboards and rules of ours read, or those of all figures over all windows, for
who reads others: of a hundred lines five times as many."""


@dataclass(frozen=True, slots=True)
class Settings(Security):
    """How a worker finds its broker, is let in, and what it keeps.

    Attributes:
        broker: bootstrap servers of Kafka, ``host:port`` separated by commas.
        app: the name of the application: its consumer group and its transactional ids.
        plan: path of the plan; without one every line is accepted, on the default contract.
        web_host, web_port: where ``/``, ``/metrics``, ``/ready`` and ``/healthy`` are served.
        metrics: which series of lines and vendors ``/metrics`` has, one of ``METRICS``.
        peers: the workers whose figures the live page shows beside its own, ``host:port`` separated
            by commas; a name that stands for all replicas will do.
        partitions: of the topics, when they are created.
        replication: of the topics, when they are created.
        retention_days: of raw and late events, and of journeys, so that restating can reach back.
        checkpoint_seconds: time between checkpoints: what a figure may be behind at most, and how
            much is read again after a crash.
        alertmanagers: addresses of Alertmanagers, separated by commas; none, and alerts are only on
            ``contact.alerts`` and in the metrics.
        runbooks, grafana: where alerts' links lead.
        lookups: the file in which it is logged that somebody asked for a person's calls; none, and
            it is in the state of whoever asks.
        session_seconds: silence after which a dead worker's partitions go to another.
        open_contacts: in state at most, in all partitions of this worker, at 1 KB of memory each.
            Events that would begin another are refused, so that whoever sends ever new ids fills no
            memory; the dead letters have them, to be sent again.
        form: the newest form in which this worker's group may write, while one may want to go back
            to the release before; 0 for the newest that all of its workers read.
    """

    broker: str = "127.0.0.1:9092"
    app: str = "reachline"
    plan: str | None = None
    web_host: str = "127.0.0.1"
    web_port: int = 6066
    metrics: str = "read"
    peers: str = ""
    partitions: int = 8
    replication: int = 1
    retention_days: int = 400
    checkpoint_seconds: float = 0.25
    session_seconds: float = 10.0
    open_contacts: int = 2_000_000
    form: int = 0
    alertmanagers: str = ""
    runbooks: str = "http://localhost:3000/public/runbooks"
    grafana: str = "http://localhost:3000"
    lookups: str = ""


def load(environment: Mapping[str, str], path: str | None = None) -> Settings:
    """Reads the settings.

    Raises:
        SettingsError: an unknown key, a value of the wrong type, or what can't work together. No
            message contains a secret.
    """
    given: dict[str, Any] = {}
    path = path or environment.get(_PREFIX + "SETTINGS")
    if path:
        try:
            given = tomllib.loads(Path(path).read_text(encoding="utf-8-sig"))
        except OSError as error:
            raise SettingsError(f"{path}: {error.strerror}") from error
        except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
            raise SettingsError(f"{path}: {error}") from error
    types = get_type_hints(Settings)
    for key in given:
        if key not in types:
            raise SettingsError(f"{path}: unknown setting {key!r}; there are {', '.join(types)}")
    for field in fields(Settings):
        variable = _PREFIX + field.name.upper()
        if variable in environment:
            given[field.name] = environment[variable]
    given = {name: _as(types[name], name, value) for name, value in given.items()}
    try:
        _read_secrets(given)
        settings = Settings(**given)
        settings.check()
    except SecurityError as error:
        raise SettingsError(str(error)) from error
    return settings


def _read_secrets(given: dict[str, Any]) -> None:
    """Reads the secrets that are in files of their own."""
    for name in SECRETS:
        path = given.get(f"{name}_file")
        if path:
            if given.get(name):
                raise SecurityError(f"{name}: is given, and so is {name}_file; keep one of the two")
            given[name] = read_secret(f"{name}_file", path)


def _as(type_: Any, name: str, value: Any) -> Any:
    if type_ in (int, float):
        try:
            number = type_(value)
            if isinstance(value, bool) or (isinstance(value, float) and number != value):
                raise ValueError  # 2.5 partitions
        except (TypeError, ValueError, OverflowError):
            whole = "whole " if type_ is int else ""
            raise SettingsError(f"{name}: {value!r} is not a {whole}number") from None
        if name == "web_port":
            if not 0 < number <= LAST_PORT:
                raise SettingsError(f"{name}: {value!r} is not a port, 1 to {LAST_PORT}")
        elif not 0 < number < inf:
            raise SettingsError(f"{name}: must be above 0")
        return number
    if not isinstance(value, str):
        raise SettingsError(f"{name}: must be text, in quotes")  # not shown: it may be a secret
    if name == "metrics" and value not in METRICS:
        raise SettingsError(f"{name}: {value!r} is none of {', '.join(METRICS)}")
    if name == "broker":
        for address in value.split(","):
            if not _is_address(address.strip()):
                raise SettingsError(f"{name}: {address!r} is no host:port, as kafka-1:9092 is")
    return value


def _is_address(text: str) -> bool:
    """Whether it is a host with a port, or alone; an IPv6 address stands in brackets."""
    host, colon, port = text.rpartition(":")
    if not colon or port.endswith("]"):
        return bool(text)
    return bool(host) and port.isdecimal() and 0 < int(port) <= LAST_PORT
