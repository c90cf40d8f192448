"""The log: a line for each job that ended, with counts and never with anybody's data.

The logger is ``certrules``. It writes nothing unless the host sets a handler and the level INFO.
"""

import logging

LOGGER = logging.getLogger("certrules")
LOGGER.addHandler(logging.NullHandler())


def log(event: str, *, level: int = logging.INFO, **counts: object) -> None:
    """Log what ended, and what came of it.

    In the record each of ``counts`` is an attribute, ``certrules_rows`` for ``rows``; and
    ``certrules_event`` is what ended.
    """
    said = ", ".join(f"{name}={value}" for name, value in counts.items())
    extra = {f"certrules_{name}": value for name, value in {"event": event, **counts}.items()}
    LOGGER.log(level, "%s: %s", event, said, extra=extra)
