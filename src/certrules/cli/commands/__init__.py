"""The commands: a module each, with ``add(subparsers)`` and ``run(args)``."""

from collections.abc import Sequence
from types import ModuleType

from certrules.cli.commands import (
    award,
    badge,
    complete,
    deactivate,
    delete,
    demo,
    due,
    export,
    ics,
    importing,
    load,
    outbox,
    publish,
    renew,
    report,
    status,
    unlink,
)

__all__ = ["COMMANDS"]

COMMANDS: Sequence[ModuleType] = (
    demo,
    load,
    importing,
    status,
    complete,
    award,
    renew,
    report,
    export,
    ics,
    badge,
    publish,
    deactivate,
    unlink,
    delete,
    due,
    outbox,
)
