"""The commands: a module each, with ``add(subparsers)`` and ``run(args)``."""

from collections.abc import Sequence
from types import ModuleType

from certrules.cli.commands import (
    activate,
    award,
    badge,
    complete,
    deactivate,
    delete,
    demo,
    due,
    edit,
    export,
    ics,
    importing,
    load,
    outbox,
    predate,
    publish,
    renew,
    reopen,
    report,
    status,
    unassign,
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
    edit,
    predate,
    renew,
    reopen,
    report,
    export,
    ics,
    badge,
    publish,
    deactivate,
    activate,
    unassign,
    unlink,
    delete,
    due,
    outbox,
)
