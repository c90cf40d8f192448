"""The commands: a module each, with ``add(subparsers)`` and ``run(args)``."""

from collections.abc import Sequence
from types import ModuleType

from certrules.cli.commands import demo, importing, load, status

__all__ = ["COMMANDS"]

COMMANDS: Sequence[ModuleType] = (demo, load, importing, status)
