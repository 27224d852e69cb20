"""``reachline doctor``: checks versions, codecs, the plan, the broker and the topics."""

import argparse
import asyncio
import importlib.metadata
import sys
from typing import Final

from streams.commands.common import DONE, FAILED, CommandError, load_plan
from streams.commands.worker import add_settings, read_settings, run_loop
from streams.engine.failures import in_words

_PINNED: Final = {"faust-streaming": "0.15.3"}
_MEMBERS: Final = ("faust-streaming", "aiokafka", "prometheus-client", "orjson", "msgspec")
_PATIENCE: Final = 10.0  # seconds to reach a broker that is there

_CODECS: Final = ("gzip", "snappy", "lz4", "zstd")
"""The codecs of Kafka's producers. A missing one ends a worker at the first value that is
compressed with it."""

_SAMPLE: Final = b'{"event":"queue","phase":"entered"}' * 32


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser("doctor", help="is everything there and right")
    add_settings(parser)
    parser.set_defaults(run=run)


class _Findings:
    def __init__(self) -> None:
        self.bad = 0

    def good(self, text: str) -> None:
        print(f"ok    {text}")

    def wrong(self, text: str) -> None:
        self.bad += 1
        print(f"WRONG {text}")


def run(arguments: argparse.Namespace) -> int:
    findings = _Findings()
    given = read_settings(arguments)
    version = ".".join(map(str, sys.version_info[:3]))
    if (3, 11) <= sys.version_info[:2] <= (3, 13):
        findings.good(f"Python {version}")
    else:
        findings.wrong(f"Python {version}: 3.11 to 3.13 are supported")
    for member in _MEMBERS:
        installed = importlib.metadata.version(member)
        wanted = _PINNED.get(member, installed)
        if installed == wanted:
            findings.good(f"{member} {installed}")
        else:
            findings.wrong(f"{member} {installed}: must be {wanted}; its methods are overridden")
    _check_codecs(findings)
    try:
        plan = load_plan(given.plan)
        findings.good(f"plan {given.plan or '(none: every line seen)'}, {len(plan.lines)} lines")
    except CommandError as error:
        findings.wrong(f"plan: {error}")

    async def check_broker() -> None:
        from streams.engine.kafka import topic_admin
        from streams.engine.kafka.refusals import BrokerError

        try:
            async with asyncio.timeout(_PATIENCE):
                found = await topic_admin.problems(given)
        except BrokerError as error:
            findings.wrong(f"broker {error}")  # its message names the address
            return
        except Exception as error:
            findings.wrong(f"broker {given.broker}: {in_words(error)}")
            return
        findings.good(f"broker {given.broker} answers")
        for problem in found:
            findings.wrong(problem)
        if not found:
            findings.good("topics, partitions and their settings")

    run_loop(check_broker())
    return FAILED if findings.bad else DONE


def _check_codecs(findings: _Findings) -> None:
    broken = [name for name in _CODECS if not _works(name)]
    findings.good("compression: " + ", ".join(name for name in _CODECS if name not in broken))
    if broken:
        findings.wrong(
            f"compression: {', '.join(broken)} can't be read, and a worker would end at the first "
            "value that is compressed so; `pip install -r requirements.lock`, or "
            "`pip install 'aiokafka[snappy,lz4,zstd]'`"
        )


def _works(name: str) -> bool:
    """Whether a value survives compression and back, with the functions of aiokafka."""
    from aiokafka import codec

    encode = getattr(codec, f"{name}_encode")
    decode = getattr(codec, f"{name}_decode")
    try:
        return bool(decode(encode(_SAMPLE)) == _SAMPLE)
    except Exception:  # each library has errors of its own; any of them means no
        return False
