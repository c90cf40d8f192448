"""A clock for tests: it stands still until it is set forward.

Rules and workflows are given their instant ``at``. Only :class:`~certrules.workflows.jobs.Jobs`
takes a clock.
"""

from datetime import datetime, timedelta

from certrules import instants


class Clock:
    """A clock that shows an aware instant, in UTC, until :meth:`advance` is called.

    >>> clock = Clock(datetime(2024, 1, 1, tzinfo=UTC))
    >>> clock.advance(timedelta(days=13))
    >>> clock().isoformat()
    '2024-01-14T00:00:00+00:00'
    """

    def __init__(self, at: datetime) -> None:
        self._at = instants.utc(at)

    def __call__(self) -> datetime:
        """Return the instant that the clock shows."""
        return self._at

    def advance(self, by: timedelta) -> None:
        """Set the clock forward, or back by less than nothing."""
        self._at += by
