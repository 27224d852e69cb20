"""The rooms of `streams`: arrows between them point one way, and no modules import in a circle.

An import that only the type checker sees counts like any other: who must know the other's type
knows the other.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

STREAMS = Path(__file__).parent.parent / "streams"

MAY_IMPORT: dict[str, set[str]] = {
    "streams": set(),
    "streams.domain": set(),
    "streams.texts": {"streams.domain"},
    "streams.security": set(),
    "streams.logs": set(),
    "streams.settings": {"streams.security"},
    "streams.sinks": {"streams.domain", "streams.texts"},
    "streams.sources": {"streams.domain", "streams.texts"},
    "streams.simulation": {"streams.domain"},
    "streams.engine.failures": set(),
    "streams.engine.failpoints": set(),
    "streams.engine.kafka": {
        "streams.domain",
        "streams.engine.failpoints",
        "streams.engine.failures",
        "streams.engine.host",
        "streams.settings",
    },
    "streams.engine.state": {
        "streams.domain",
        "streams.engine.failpoints",
        "streams.engine.kafka",
        "streams.settings",
        "streams.sinks",
    },
    "streams.engine": {
        "streams",
        "streams.domain",
        "streams.engine.failpoints",
        "streams.engine.failures",
        "streams.engine.kafka",
        "streams.engine.state",
        "streams.settings",
        "streams.sinks",
        "streams.texts",
    },
    "streams.published": {
        "streams",
        "streams.domain",
        "streams.engine.kafka.topics",
        "streams.engine.state",
        "streams.settings",
        "streams.sinks",
        "streams.texts",
    },
    "streams.commands": {
        "streams",
        "streams.domain",
        "streams.engine",
        "streams.engine.failures",
        "streams.engine.kafka",
        "streams.engine.state",
        "streams.logs",
        "streams.published",
        "streams.settings",
        "streams.simulation",
        "streams.sinks",
        "streams.sources",
        "streams.texts",
    },
    "streams.cli": {
        "streams",
        "streams.commands",
        "streams.engine.failures",
        "streams.logs",
        "streams.texts",
    },
}
"""What each room may import beside itself. A module is in the narrowest room that is named here.
`streams` itself is the version, nothing else."""


def module_of(file: Path, root: Path) -> str:
    parts = file.relative_to(root.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(root: Path) -> dict[str, set[str]]:
    """Which modules below `root` each of them imports, wherever in its text."""
    files = {module_of(file, root): file for file in sorted(root.rglob("*.py"))}
    return {
        module: set(_imported(ast.parse(file.read_text(encoding="utf-8")), files)) - {module}
        for module, file in files.items()
    }


def _imported(tree: ast.Module, known: Mapping[str, Path]) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in known)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute here"
            for alias in node.names:
                # `from package import module` needs the module, not what the package offers.
                within = f"{node.module}.{alias.name}"
                for name in (within, node.module or ""):
                    if name in known:
                        yield name
                        break


def circles(graph: Mapping[str, set[str]]) -> list[str]:
    """Every circle, as a path that comes back to its beginning; each module in one at most."""
    found: list[str] = []
    done: set[str] = set()

    def follow(module: str, path: list[str]) -> None:
        if module in path:
            found.append(" -> ".join([*path[path.index(module) :], module]))
        elif module not in done:
            for imported in sorted(graph[module]):
                follow(imported, [*path, module])
            done.add(module)

    for module in sorted(graph):
        follow(module, [])
    return found


def room(module: str) -> str:
    """The narrowest room that a module is in.

    >>> room("streams.engine.kafka.topics"), room("streams.engine.worker")
    ('streams.engine.kafka', 'streams.engine')
    """
    while module not in MAY_IMPORT:
        module = module.rpartition(".")[0]
    return module


def forbidden(graph: Mapping[str, set[str]]) -> list[str]:
    """Every import that a room is not allowed."""
    found = []
    for module, imported in sorted(graph.items()):
        allowed = MAY_IMPORT[room(module)] | {room(module)}
        for other in sorted(imported):
            if room(other) not in allowed and other not in allowed:
                found.append(f"{module} -> {other}")
    return found


def test_no_modules_import_in_a_circle() -> None:
    assert circles(imports(STREAMS)) == []


def test_arrows_point_one_way() -> None:
    assert forbidden(imports(STREAMS)) == []


def test_every_room_is_there() -> None:
    """A room that was renamed must not stand here as one that nobody is held to."""
    assert set(MAY_IMPORT) <= imports(STREAMS).keys()


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A small `streams` of two rooms."""
    root = tmp_path / "streams"
    for name, text in {
        "__init__": "",
        "domain/__init__": "",
        "domain/walk": "def walk(): ...\n",
        "sinks/__init__": "",
        "sinks/page": "from streams.domain import walk\n",
    }.items():
        file = root / f"{name}.py"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return root


def test_a_circle_for_the_type_checker_alone_is_one(house: Path) -> None:
    assert circles(imports(house)) == []
    (house / "domain" / "walk.py").write_text(
        "from typing import TYPE_CHECKING\n"
        "if TYPE_CHECKING:\n    from streams.sinks.page import Page\n"
    )
    assert circles(imports(house)) == [
        "streams.domain.walk -> streams.sinks.page -> streams.domain.walk"
    ]


def test_an_arrow_that_points_back_is_seen_inside_a_function_too(house: Path) -> None:
    assert forbidden(imports(house)) == []
    (house / "domain" / "walk.py").write_text("def walk():\n    import streams.sinks.page\n")
    assert forbidden(imports(house)) == ["streams.domain.walk -> streams.sinks.page"]
