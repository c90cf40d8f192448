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
    edit,
    export,
    ics,
    importing,
    load,
    outbox,
    predate,
    publish,
    renew,
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
    report,
    export,
    ics,
    badge,
    publish,
    deactivate,
    unassign,
    unlink,
    delete,
    due,
    outbox,
)
