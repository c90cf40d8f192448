"""Which parts of a store does each workflow ask? Read from the code of the workflows."""

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

from attrs import Factory, define

import certrules.workflows
from certrules.repositories.protocols import CoreTransaction, Transaction

__all__ = ["CORE", "PARTS", "asked", "page"]

PARTS = [
    name
    for protocol in (CoreTransaction, Transaction)
    for name, value in vars(protocol).items()
    if isinstance(value, property)
]
"""The parts of a store: those that every store has first."""
CORE = PARTS[:6]
HERE = Path(certrules.workflows.__path__[0])
VIEWS = {"transaction", "view"}
"""What a transaction is called in the code."""
HELPERS = {"effects", "facts", "platform", "transactions"}
"""What the workflows share."""


@define
class _Function:
    public: bool
    parts: set[str] = Factory(set)
    calls: set[str] = Factory(set)


def asked() -> dict[str, list[str]]:
    """Public workflow -> the parts of a store that it asks, by itself or by what it calls."""
    functions = {name: each for file in HERE.rglob("*.py") for name, each in _functions(file)}
    found = {}
    for name in sorted(name for name, each in functions.items() if each.public):
        module = name.rpartition(".")[0]
        parts = _reached(name, functions)
        if parts and module not in HELPERS and "." not in module:
            found[name] = [part for part in PARTS if part in parts]
    return found


def page() -> Iterator[str]:
    """The page, line by line."""
    yield "# Which parts of a store a workflow asks\n"
    yield (
        "Every store has the first six parts. A host may leave out the others:\n"
        "{py:func}`certrules.repositories.parts.with_parts` puts empty or generic ones in their\n"
        "place. The table is read from the code.\n"
    )
    yield f"| Workflow | {' | '.join(PARTS)} |\n| --- |{' :-: |' * len(PARTS)}"
    for name, parts in asked().items():
        marks = " | ".join("●" if part in parts else " " for part in PARTS)
        yield f"| `{name}` | {marks} |"


def _reached(name: str, functions: Mapping[str, _Function]) -> set[str]:
    seen: set[str] = set()
    waiting = [name]
    while waiting:
        current = waiting.pop()
        if current in functions and current not in seen:
            seen.add(current)
            waiting += functions[current].calls
    return {part for each in seen for part in functions[each].parts}


def _functions(file: Path) -> Iterator[tuple[str, _Function]]:
    """The functions of a module, and the methods of its classes under the name of the class."""
    module = ".".join(file.relative_to(HERE).with_suffix("").parts).removesuffix(".__init__")
    tree = ast.parse(file.read_text(encoding="utf-8"))
    public = _public(tree)
    known = {**_imported(tree), **{name: f"{module}.{name}" for name in _defined(tree)}}
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            shown = node.name in public and isinstance(node, ast.FunctionDef)
            function = _Function(shown)
            for part in ast.walk(node):
                match part:
                    case ast.Attribute(ast.Name(id=of) | ast.Attribute(attr=of), attr):
                        if of.strip("_") in VIEWS and attr in PARTS:
                            function.parts.add(attr)
                        elif of in known:
                            function.calls.add(f"{known[of]}.{attr}")
                    case ast.Name(id=name) if name in known:
                        function.calls.add(known[name])
            yield f"{module}.{node.name}", function
    package = module.rpartition(".")[0] if file.stem != "__init__" else module
    for name in public - set(_defined(tree)):  # what a package shows of its modules
        if name in known and package:
            yield f"{module}.{name}", _Function(public=True, calls={known[name]})


def _public(tree: ast.Module) -> set[str]:
    for node in tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            return set(ast.literal_eval(node.value))
    return set()


def _defined(tree: ast.Module) -> list[str]:
    return [node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)]


def _imported(tree: ast.Module) -> dict[str, str]:
    """Name -> what it is in the workflows: a module, or something of one."""
    room = certrules.workflows.__name__
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and f"{node.module}.".startswith(f"{room}."):
            inside = (node.module or "").removeprefix(room).strip(".")
            for alias in node.names:
                found[alias.asname or alias.name] = f"{inside}.{alias.name}".strip(".")
    return found
