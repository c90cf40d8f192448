"""Importing: a file of certification records into a store.

Each batch of its rows is planned against what the store holds, and carried out in one transaction.
"""

from certrules.workflows.importing.reports import Change, ImportReport
from certrules.workflows.importing.running import run, submit

__all__ = ["Change", "ImportReport", "run", "submit"]
