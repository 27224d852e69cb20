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
    from streams.engine.kafka import codecs

    missing = codecs.missing()
    findings.good("compression: " + ", ".join(n for n in codecs.CODECS if n not in missing))
    if missing:
        findings.wrong(codecs.said(missing))
