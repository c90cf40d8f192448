"""Lifecycle: what do creating, publishing, editing, assigning and deleting change?

The effects of each decision are its preview: look for ``RemoveAward`` among them, and ask before
carrying them out.
"""

from certrules.rules.lifecycle.badges import badge_image
from certrules.rules.lifecycle.defining import NEXT, create, edit
from certrules.rules.lifecycle.linking import assign, delete, left_out, unassign, unlink
from certrules.rules.lifecycle.switching import activate, deactivate, publish

__all__ = [
    "NEXT",
    "activate",
    "assign",
    "badge_image",
    "create",
    "deactivate",
    "delete",
    "edit",
    "left_out",
    "publish",
    "unassign",
    "unlink",
]
