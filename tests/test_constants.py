"""A constant of one name lives in one module: a name that stands for two things is two names."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

STREAMS = Path(__file__).parent.parent / "streams"
PUBLIC = re.compile(r"[A-Z][A-Z0-9_]+")
"""At least two letters: type variables have one, by convention."""


def constants(module: Path) -> Iterator[str]:
    """The public constants that a module assigns at its top."""
    for node in ast.parse(module.read_text(encoding="utf-8")).body:
        targets = node.targets if isinstance(node, ast.Assign) else []
        if isinstance(node, ast.AnnAssign):
            targets = [node.target]
        for target in targets:
            names = target.elts if isinstance(target, ast.Tuple) else [target]
            yield from (
                name.id
                for name in names
                if isinstance(name, ast.Name) and PUBLIC.fullmatch(name.id)
            )


def test_no_constant_is_assigned_in_two_modules() -> None:
    modules: dict[str, list[str]] = defaultdict(list)
    for module in sorted(STREAMS.rglob("*.py")):
        for name in sorted(set(constants(module))):
            modules[name].append(str(module.relative_to(STREAMS)))
    assert "INTERVAL" in modules  # it does look
    assert {name: found for name, found in modules.items() if len(found) > 1} == {}
