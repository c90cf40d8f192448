"""What the help of each command shows, can be typed."""

import argparse
import shlex
from collections.abc import Iterator

import pytest

from certrules.cli.program import parser


def commands(of: argparse.ArgumentParser, name: str = "") -> Iterator[tuple[str, str]]:
    """Every command, with what its help says at the end."""
    groups = [each for each in of._actions if isinstance(each, argparse._SubParsersAction)]
    for group in groups:
        for word, below in group.choices.items():
            yield from commands(below, f"{name} {word}")
    if not groups:
        yield name.strip(), of.epilog or ""


HELP = dict(commands(parser()))


def examples(epilog: str) -> list[list[str]]:
    lines = epilog.replace("\\\n", " ").splitlines()
    typed = [shlex.split(each) for each in lines if each.startswith("  certrules ")]
    return [words[1:] for words in typed]


@pytest.mark.parametrize("command", HELP)
def test_every_example_can_be_typed(command: str) -> None:
    found = examples(HELP[command])
    assert any(words[: len(command.split())] == command.split() for words in found)
    for words in found:
        assert parser().parse_args(words).run


def test_every_command_has_help() -> None:
    assert {"export", "badge issue", "due", "outbox", "import"} < HELP.keys()
