"""The commands: what each does, and which module has it.

A module has ``add(parser)``, which adds a command's options, and is imported only if its command is
used.
"""

import argparse
from collections.abc import Mapping
from importlib import import_module
from typing import NamedTuple

__all__ = ["COMMANDS", "Command"]


class Command(NamedTuple):
    """A command: what it does, in a line of help, and the module that does it."""

    says: str
    module: str

    def add(self, parser: argparse.ArgumentParser) -> None:
        """Import the module, and add the command's options to its parser."""
        import_module(f"{__name__}.{self.module}").add(parser)


COMMANDS: Mapping[str, Command] = {
    "demo": Command("tell the whole story on sample data", "demo"),
    "load": Command("load certifications, items and users into a store", "load"),
    "import": Command("import a CSV of certification records", "importing"),
    "status": Command("show where every award stands: status, dates and days left", "status"),
    "complete": Command(
        "record that a user has completed something, and issue or renew what it earns", "complete"
    ),
    "award": Command("award a certification by hand to users, groups and branches", "award"),
    "edit": Command("give an award other dates, or another association", "edit"),
    "predate": Command(
        "issue a certification for training that was completed before it existed", "predate"
    ),
    "renew": Command("say whether an award may be renewed and why, and start its renewal", "renew"),
    "reopen": Command(
        "make the training of expired awards incomplete, so that it is taken again", "reopen"
    ),
    "report": Command(
        "show the reports of current and archived awards, or a learner's list", "report"
    ),
    "export": Command("export a table to a CSV file or a workbook", "export"),
    "ics": Command("write a calendar of when a learner's certifications expire", "ics"),
    "badge": Command("issue, bake, verify, share and publish badges", "badge"),
    "publish": Command("publish a draft, so that it is issued", "publish"),
    "deactivate": Command(
        "let a certification be issued no more; what was issued stands", "deactivate"
    ),
    "activate": Command("let a certification that was switched off be issued again", "activate"),
    "unassign": Command("take a certification away from one user, with its history", "unassign"),
    "unlink": Command(
        "unlink an item from a certification, with the awards that it earned", "unlink"
    ),
    "delete": Command("delete a certification, with every award of it", "delete"),
    "due": Command("put into the outbox what learners are to be told by now", "due"),
    "outbox": Command("show what happened and is to be told, and acknowledge it", "outbox"),
}
