"""The reference: a page for each room of the package, and one for the command line."""

import argparse
import os
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from unittest import mock

import certrules
from certrules.cli.program import parser
from certrules.model.reasons import ENGLISH, ReasonCode
from certrules.model.records import FaultCode
from docs.generate import ports

__all__ = ["pages", "public"]

REFERENCE = Path(__file__).parent.parent / "reference"

ENVIRONMENT = mock.patch.dict(os.environ, {"COLUMNS": "100", "NO_COLOR": "1"}, clear=True)
"""What help depends on: nothing of whoever builds the documentation, such as their store."""


def pages() -> dict[Path, str]:
    """Every page of the reference: path -> text."""
    rooms = {name.split(".")[1] for name in public(certrules.__name__)} - {"cli"}
    texts = {room: "\n".join(_room(room)) for room in rooms}
    texts["cli"] = "\n".join(_cli())
    texts["codes"] = "\n".join(_codes())
    texts["ports"] = "\n".join(ports.page())
    return {REFERENCE / f"{name}.md": text for name, text in texts.items()}


def public(package: str) -> Iterator[str]:
    """The modules below a package; of a package that exports names itself, the package alone."""
    for module in iter_modules(import_module(package).__path__, package + "."):
        if module.name.rpartition(".")[2].startswith("_"):
            continue
        if module.ispkg and not hasattr(import_module(module.name), "__all__"):
            yield from public(module.name)
        else:
            yield module.name


def _room(room: str) -> Iterator[str]:
    yield f"# certrules.{room}\n"
    prefix = f"certrules.{room}"
    modules = [name for name in public("certrules") if f"{name}.".startswith(f"{prefix}.")]
    for name in modules:
        if name != prefix:
            yield f"## {name}\n"
        options = "   :members:\n" + "   :undoc-members:\n" * (room == "model")
        if name == "certrules.model.values":  # attrs' own documentation, for attrs' own pages
            options += "   :exclude-members: value\n"
        yield f"```{{eval-rst}}\n.. automodule:: {name}\n{options}```\n"


def _codes() -> Iterator[str]:
    yield "# Reason codes and fault codes\n"
    yield "Codes never change. A reason has the rule of its code unless the context has another.\n"
    yield "## Reasons of decisions\n\n| Code | Rule | In English |\n| --- | --- | --- |"
    for code in ReasonCode:
        text = ENGLISH[code]
        words = "depends on the details" if callable(text) else f"`{text}`"
        yield f"| `{code}` | [{code.rule}](#{code.rule.id.lower()}) | {words} |"
    yield "\n## Faults of imported rows\n\n| Code | Rule |\n| --- | --- |"
    for fault in FaultCode:
        yield f"| `{fault}` | [{fault.rule}](#{fault.rule.id.lower()}) |"


def _cli() -> Iterator[str]:
    with ENVIRONMENT:
        top = parser()
    yield "# Command line\n\nWhat `--format json` answers is in [](json.md).\n"
    yield from _command(top)
    (commands,) = (each for each in top._actions if isinstance(each, argparse._SubParsersAction))
    for name, command in commands.choices.items():
        yield f"## certrules {name}\n"
        yield from _command(command)
        for nested in command._actions:
            if isinstance(nested, argparse._SubParsersAction):
                for word, each in nested.choices.items():
                    yield f"### certrules {name} {word}\n"
                    yield from _command(each)


def _command(command: argparse.ArgumentParser) -> Iterator[str]:
    with ENVIRONMENT:
        yield f"```text\n{command.format_help().rstrip()}\n```\n"
