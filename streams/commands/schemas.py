"""``reachline schemas``: writes the published contract and what the figures mean, or compares."""

import argparse
import sys
from pathlib import Path

from streams.commands.common import DONE, FAILED, CommandError


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser("schemas", help="the published JSON Schemas and AsyncAPI document")
    parser.add_argument("--to", type=Path, default=Path("schemas"), metavar="DIRECTORY")
    parser.add_argument(
        "--readme", type=Path, metavar="FILE", help="a page whose table of figures is written too"
    )
    parser.add_argument("--check", action="store_true", help="only say what differs; then status 1")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    from streams.published import asyncapi, figures_page

    written = asyncapi.files()
    differing = []
    try:
        arguments.to.mkdir(parents=True, exist_ok=True)
        texts = {arguments.to / name: text for name, text in written.items()}
        if arguments.readme is not None:
            page = arguments.readme.read_text(encoding="utf-8")
            texts[arguments.readme] = figures_page.with_table(page)
        for path, text in texts.items():
            if not path.exists() or path.read_text(encoding="utf-8") != text:
                differing.append(f"{path}: differs; run `reachline schemas`")
                if not arguments.check:
                    path.write_text(text, encoding="utf-8")
        stale = [each for each in arguments.to.glob("*.schema.json") if each.name not in written]
        differing += [f"{each}: is no schema of this version; remove it" for each in stale]
    except OSError as error:
        raise CommandError(f"{error.filename}: {error.strerror}") from error
    except ValueError as error:
        raise CommandError(f"{arguments.readme}: {error}") from error
    if not arguments.check:
        print(f"{len(written)} files in {arguments.to}")
        return DONE
    for each in differing:
        print(each, file=sys.stderr)
    return FAILED if differing else DONE
