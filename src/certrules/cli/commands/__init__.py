"""The commands: what each does, and where it is.

A module of commands has a function ``add_`` for each, which gives a parser the command's options
and what runs it. A module is imported only if a command of it is used.
"""

import argparse
from collections.abc import Mapping
from importlib import import_module

__all__ = ["COMMANDS", "add"]

COMMANDS: Mapping[str, tuple[str, str]] = {
    "demo": ("demo", "show the whole story on sample data"),
    "load": ("catalog", "load certifications, items and users into a store"),
    "import": ("importing", "import a CSV of certification records"),
    "status": ("report", "show where every award stands: status, dates and days left"),
    "complete": ("learning", "record what a user has completed, and issue or renew what it earns"),
    "award": ("award", "award a certification by hand to users, groups and branches"),
    "edit": ("award", "change the dates or the association of an award"),
    "predate": ("award", "issue a certification for training that was completed before it existed"),
    "renew": ("learning", "say whether an award may be renewed and why, and start its renewal"),
    "reopen": ("learning", "make the training of expired awards incomplete, to be taken again"),
    "report": ("report", "show the reports of current and archived awards, or a learner's list"),
    "export": ("export", "export a table to a CSV file or a workbook"),
    "ics": ("export", "write a calendar of when a learner's certifications expire"),
    "badge": ("badge", "issue, bake, verify, share and publish badges"),
    "publish": ("catalog", "publish a draft, so that it is issued"),
    "deactivate": ("catalog", "stop issuing a certification; its awards stay"),
    "activate": ("catalog", "issue a certification again after it was deactivated"),
    "unassign": ("catalog", "remove the awards of a certification from one user, with history"),
    "unlink": ("catalog", "unlink an item from a certification, with the awards it earned"),
    "delete": ("catalog", "delete a certification, with every award of it"),
    "due": ("outbox", "create the notices that are due by now, in the outbox"),
    "outbox": ("outbox", "show events and notices of the outbox, and acknowledge them"),
    "store": ("store", "upgrade a store that an older certrules made"),
}
"""The module of each command, and what it does, in a line of help."""


def add(name: str, parser: argparse.ArgumentParser) -> None:
    """Import the module of a command, and give a parser its options."""
    module = import_module(f"{__name__}.{COMMANDS[name][0]}")
    getattr(module, f"add_{name}")(parser)
