"""Which modules does a command line import?"""

import subprocess
import sys
from pathlib import Path

import pytest

from certrules.cli.commands import COMMANDS

HEAVY = ("sqlalchemy", "rich", "certrules.repositories", "certrules.workflows", "certrules.records")


def loaded(*words: object) -> set[str]:
    """The modules that a command line imports, in a process of its own."""
    code = (
        "import sys; from certrules.cli import main; main(); print(*sys.modules, file=sys.stderr)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code, *map(str, words)], capture_output=True, check=True, text=True
    )
    return set(ran.stderr.split())


def commands(modules: set[str]) -> set[str]:
    start = "certrules.cli.commands."
    return {each.removeprefix(start) for each in modules if each.startswith(start)}


@pytest.mark.parametrize("words", [("--help",), ("--version",)])
def test_help_imports_no_command(words: tuple[str, ...]) -> None:
    modules = loaded(*words)
    assert commands(modules) == set()
    assert modules.isdisjoint(HEAVY)


@pytest.mark.parametrize("name", ["import", "badge", "status"])
def test_the_help_of_a_command_imports_that_command_and_no_database(name: str) -> None:
    modules = loaded(name, "--help")
    assert commands(modules) == {COMMANDS[name][0]}
    assert modules.isdisjoint({"sqlalchemy", "rich"})


def test_a_command_imports_nothing_of_the_others(awarded: Path) -> None:
    asked = ("renew", "--store", awarded, "--user", "ada", "--certification", "FA", "--explain")
    modules = loaded(*asked, "--format", "json")
    assert commands(modules) == {COMMANDS["renew"][0]}
    assert modules.isdisjoint({"rich", "certrules.badges", "certrules.workflows.importing"})
