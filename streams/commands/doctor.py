"""``reachline doctor``: checks versions, codecs, the plan, the broker and the topics."""

import argparse
import asyncio
import importlib.metadata
import sys
from typing import Final

from streams.commands.common import DONE, FAILED, CommandError, load_plan, wall
from streams.commands.worker import add_settings, read_settings, run_loop
from streams.domain.plan import Plan
from streams.domain.plan.differences import differences, texts
from streams.domain.plan.judgement import judgement
from streams.engine.failures import in_words
from streams.settings import Settings
from streams.sinks.links import Links

_PINNED: Final = {"faust-streaming": "0.15.3"}
_MEMBERS: Final = ("faust-streaming", "aiokafka", "prometheus-client", "orjson", "msgspec")
_PATIENCE: Final = 10.0  # seconds to reach a broker that is there
_READING: Final = 60.0  # seconds to read the partials to their end: hundreds of megabytes at most
_MOST_NAMED: Final = 10
"""Differences that are named; how many more there are is said. `plan diff` has them all."""


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser("doctor", help="is everything there and right")
    add_settings(parser)
    parser.set_defaults(run=run)


class _Findings:
    def __init__(self) -> None:
        self.bad = 0

    def good(self, text: str) -> None:
        print(f"ok    {text}")

    def note(self, text: str) -> None:
        print(f"note  {text}")

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
    _check_links(findings, given)
    plan: Plan | None = None
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
            if plan is not None:
                await _check_judged(findings, given, plan)

    run_loop(check_broker())
    return FAILED if findings.bad else DONE


async def _check_judged(findings: _Findings, given: Settings, plan: Plan) -> None:
    """In what the plan would judge the past otherwise than the workers have judged it."""
    from streams.engine import audit

    try:
        async with asyncio.timeout(_READING):
            found = await audit.judged(given)
    except Exception as error:
        findings.note(f"by what the workers have judged can't be read: {in_words(error)}")
        return
    said: dict[tuple[str, ...], list[int]] = {}
    for source, judged in sorted(found.items()):
        own = judgement(plan, judged.begin, judged.end)
        said.setdefault(texts(differences(judged, own, until=wall())), []).append(source)
    for differ, sources in said.items():
        if not differ:
            findings.good(f"partitions {sources} were judged as the plan says")
            continue
        more = f" and {len(differ) - _MOST_NAMED} more" if len(differ) > _MOST_NAMED else ""
        findings.note(
            f"partitions {sources} were judged otherwise than the plan says: "
            f"{'; '.join(differ[:_MOST_NAMED])}{more}. That stays so; the plan acts from the "
            "watermark on. To judge the past anew: stop the workers and run `reachline rebuild`"
        )


def _check_links(findings: _Findings, given: Settings) -> None:
    local = Links(given.runbooks, given.grafana).of_this_machine
    if local:
        findings.note(
            f"links of alerts lead to localhost, where whoever is woken finds nothing: set "
            f"{' and '.join(f'`{name}`' for name in local)}"
        )


def _check_codecs(findings: _Findings) -> None:
    from streams.engine.kafka import codecs

    missing = codecs.missing()
    findings.good("compression: " + ", ".join(n for n in codecs.CODECS if n not in missing))
    if missing:
        findings.wrong(codecs.said(missing))
