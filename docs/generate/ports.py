"""Which parts of a store does each workflow ask? Its type names them."""

from collections.abc import Callable, Iterator
from importlib import import_module
from inspect import isfunction
from pkgutil import iter_modules
from types import ModuleType
from typing import Any, get_args, get_type_hints

import certrules.workflows
from certrules.repositories.protocols import CoreTransaction, Transaction

__all__ = ["CORE", "PARTS", "asked", "functions", "named", "page"]

PARTS = [
    name
    for protocol in Transaction.__mro__
    for name, value in vars(protocol).items()
    if isinstance(value, property)
]
"""The parts of a store: those that every store has first."""
CORE = [part for part in PARTS if hasattr(CoreTransaction, part)]
HELPERS = {"effects", "facts", "platform"}
"""What the workflows share."""


def asked() -> dict[str, list[str]]:
    """Public workflow -> the parts of a store that it asks."""
    found = {}
    for module in iter_modules(certrules.workflows.__path__):
        if module.name not in HELPERS:
            workflows = import_module(f"{certrules.workflows.__name__}.{module.name}")
            for name, function in sorted(functions(workflows)):
                if parts := named(function):
                    found[f"{module.name}.{name}"] = parts
    return found


def functions(module: ModuleType) -> Iterator[tuple[str, Callable[..., Any]]]:
    """The public functions of a module, or those that a package names."""
    for name in getattr(module, "__all__", vars(module)):
        each = getattr(module, name)
        own = isfunction(each) and each.__module__.startswith(module.__name__)
        if own and not name.startswith("_"):
            yield name, each


def named(function: Callable[..., Any]) -> list[str]:
    """The parts that the type of a function names, by who acts or by an open transaction."""
    hints = get_type_hints(function)
    types = [hints[name] for name in ("acting", "transaction", "view") if name in hints]
    protocols = [protocol for each in types for protocol in get_args(each) or (each,)]
    return [part for part in PARTS if any(hasattr(each, part) for each in protocols)]


def page() -> Iterator[str]:
    """The page, line by line."""
    yield "# Protocols of a store, and which workflow asks which\n"
    yield (
        "A store needs the parts that the workflows that you call ask. The first six are the\n"
        "core; {py:func}`certrules.repositories.parts.with_parts` puts empty or generic ones in\n"
        "the place of the others. The table is made from the types of the workflows.\n"
    )
    yield f"| Workflow | {' | '.join(PARTS)} |\n| --- |{' :-: |' * len(PARTS)}"
    for name, parts in asked().items():
        marks = " | ".join("●" if part in parts else " " for part in PARTS)
        yield f"| `{name}` | {marks} |"
