"""``manage.py certrules``: the commands of certrules on the store of the project."""

import sys
from argparse import REMAINDER
from contextlib import redirect_stderr, redirect_stdout
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from certrules.cli import main
from certrules.django import platform


class Command(BaseCommand):
    """Commands such as ``import``, ``status``, ``report``, ``due`` and ``outbox``."""

    help: str = (
        "Runs a command of certrules on the store, the policy and the zone of the project: "
        "manage.py certrules import records.csv. See: manage.py certrules -- --help"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Leave all words to certrules."""
        parser.add_argument("words", nargs=REMAINDER, metavar="...")

    def handle(self, *, words: list[str], **options: Any) -> None:
        """Run the command, and end with its exit code."""
        out, err = options.get("stdout") or sys.stdout, options.get("stderr") or sys.stderr
        with redirect_stdout(out), redirect_stderr(err):
            code = main([each for each in words if each != "--"], host=platform())
        if code:
            sys.exit(code)
