"""``reachline worker``: one worker of the stream processor."""

import argparse
import asyncio
import contextlib
import errno
import logging
import os
import signal
import sys
from collections.abc import Callable, Coroutine, Iterator
from typing import TYPE_CHECKING, Any

from streams import logs, settings
from streams.commands.common import DONE, USAGE, CommandError, load_plan
from streams.engine.failures import in_words

if TYPE_CHECKING:
    from streams.engine.kafka.publish import Publishable
    from streams.engine.worker import Worker

log = logging.getLogger(__name__)


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser("worker", help="one worker of the stream processor")
    add_settings(parser)
    parser.set_defaults(run=run)


def add_settings(parser: argparse.ArgumentParser, plan: bool = True) -> None:
    """Adds the arguments of the settings; without ``plan`` for a command that needs none or has a
    plan argument of its own."""
    parser.add_argument("--settings", metavar="FILE", help="TOML; REACHLINE_* variables go first")
    parser.add_argument("--broker", metavar="HOST:PORT", help="over the settings")
    if plan:
        parser.add_argument("--plan", metavar="PLAN", help="over the settings")


def read_settings(arguments: argparse.Namespace) -> settings.Settings:
    """The settings of the arguments, the environment and the file, in this order of precedence.

    Raises:
        CommandError: a setting can't be used.
    """
    environment = dict(os.environ)
    for name in ("broker", "plan", "partitions", "replication"):
        if getattr(arguments, name, None):
            environment[f"REACHLINE_{name.upper()}"] = getattr(arguments, name)
    try:
        return settings.load(environment, arguments.settings)
    except settings.SettingsError as error:
        raise CommandError(str(error), USAGE) from error


@contextlib.contextmanager
def publishing(arguments: argparse.Namespace) -> Iterator[Callable[["Publishable"], None]]:
    """Publishes to the broker that the settings name, as `streams.engine.kafka.publish.publishing`.

    Raises:
        CommandError: the settings can't be used.
        BrokerError, KafkaError: the broker can't be used, now or later.
    """
    from streams.engine.kafka.publish import publishing

    with publishing(read_settings(arguments)) as publish:
        yield publish


@contextlib.contextmanager
def writing(
    arguments: argparse.Namespace, line: Callable[[Any], bytes], at_once: bool
) -> Iterator[Callable[[Any], object]]:
    """Gives what writes an event to where ``--to`` says: Kafka, or standard output.

    Args:
        arguments: of the command.
        line: an event as a line of JSON.
        at_once: whoever reads the pipe wants each as it comes.
    """
    if arguments.to == "kafka":
        with publishing(arguments) as publish:
            yield publish
        return
    out = sys.stdout.buffer

    def write(event: Any) -> None:
        out.write(line(event))
        if at_once:
            out.flush()

    yield write


def run(arguments: argparse.Namespace) -> int:
    given = read_settings(arguments)
    plan = load_plan(given.plan)
    logs.configure()
    from streams.engine.worker import Worker
    from streams.sinks.alertmanager import AddressError, addresses
    from streams.sinks.links import Links

    try:
        addresses(given.alertmanagers)
    except AddressError as error:
        raise CommandError(f"alertmanagers: {error}", USAGE) from error

    local = Links(given.runbooks, given.grafana).of_this_machine
    if local and given.alertmanagers:
        log.warning("links of alerts lead to localhost", extra={"settings": local})

    async def work() -> None:
        await port_is_free(given.web_host, given.web_port, "REACHLINE_WEB_PORT names another")
        worker = Worker(given, plan)
        end_on_signals(worker)
        log.info(
            "starting",
            extra={"broker": given.broker, "web": f"http://{given.web_host}:{given.web_port}"},
        )
        await worker.run()
        log.info("ended at a checkpoint")

    run_loop(work())
    return DONE


async def port_is_free(host: str, port: int, remedy: str) -> None:
    """Checks, before anything else is started, that the pages can be served.

    Args:
        remedy: how to take another port.

    Raises:
        CommandError: another program has the port, or the host is not an address of this machine.
    """
    loop = asyncio.get_running_loop()
    try:
        server = await loop.create_server(asyncio.Protocol, host, port)
    except OSError as error:
        where = f"port {port} of {host}"
        if error.errno == errno.EADDRINUSE:
            raise CommandError(f"{where} is in use by another program; {remedy}") from error
        raise CommandError(f"{where} can't be served: {in_words(error)}; {remedy}") from error
    server.close()
    await server.wait_closed()


def end_on_signals(worker: "Worker") -> None:
    """Ends the worker at a checkpoint on Ctrl-C and on SIGTERM."""
    loop = asyncio.get_running_loop()
    stopping: list[asyncio.Task[None]] = []

    def stop() -> None:
        if not stopping:
            stopping.append(loop.create_task(worker.stop()))

    for each in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(each, stop)


def _unless_said(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Leaves out what asyncio says of futures that nobody looks at: those of a client that has
    failed, whose failure ends the work and is said in its one line."""
    if "was never retrieved" in str(context.get("message", "")):
        log.debug("a failure that nobody waits for", extra={"why": repr(context.get("exception"))})
    else:
        loop.default_exception_handler(context)


def run_loop(work: Coroutine[object, object, None]) -> None:
    """Runs to the end, on uvloop if it is installed; a failure becomes one clear line.

    Raises:
        CommandError: the work failed.
    """
    loop_factory: Callable[[], asyncio.AbstractEventLoop] = asyncio.new_event_loop
    with contextlib.suppress(ImportError):
        import uvloop

        loop_factory = uvloop.new_event_loop
    try:
        with asyncio.Runner(loop_factory=loop_factory) as runner:
            runner.get_loop().set_exception_handler(_unless_said)
            runner.run(work)
    except CommandError:
        raise
    except Exception as error:
        if os.environ.get("REACHLINE_TRACEBACK"):
            raise
        raise CommandError(in_words(error)) from error
