"""Renewal: may an award be renewed, by what, and what does renewing change?

A renewal is started (:func:`decide`, then :func:`start`) and later completed (:func:`complete`) or
given up (:func:`cancel`). A completion by itself renews nothing.
"""

from certrules.rules.renewal.completing import cancel, complete
from certrules.rules.renewal.deciding import controls, decide
from certrules.rules.renewal.starting import start

__all__ = ["cancel", "complete", "controls", "decide", "start"]
