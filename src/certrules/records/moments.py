"""Which day and which instant does a written date mean?"""

from collections.abc import Callable
from datetime import date, datetime, time, tzinfo
from typing import NamedTuple

from certrules import instants, periods
from certrules.errors import MissingDayError, OutOfRangeError
from certrules.instants import IssueDateConvention
from certrules.model.records import FaultCode, ImportProfile, RecordField
from certrules.periods import Unit
from certrules.records.dates import read_day
from certrules.records.faults import Flaw, missing
from certrules.records.meanings import Meanings

__all__ = ["ExpireDate", "IssueDate", "expire_dates", "issue_dates"]


class IssueDate(NamedTuple):
    """What an issue date means; the earliest day there is, where it cannot be read."""

    day: date
    instant: datetime | None
    flaw: Flaw | None


def issue_dates(zone: tzinfo, convention: IssueDateConvention) -> Meanings[str, IssueDate]:
    """Return what the texts of issue dates mean.

    Rules: DOC-CSV-05, DOC-TZ-03, DOC-TZ-04, DOC-TZ-05, INT-10.
    """

    def instant(day: date) -> datetime:
        return instants.issue_instant(day, zone, convention)

    def read(text: str) -> IssueDate:
        trimmed = text.strip()
        if not trimmed:
            return IssueDate(date.min, None, missing(RecordField.ISSUE_DATE))
        day, at, flaw = _dated(trimmed, instant)
        return IssueDate(day or date.min, at, flaw)

    return Meanings(read)


class ExpireDate(NamedTuple):
    """What an expire date means, and the last day there is, where there is none to be read."""

    day: date | None
    instant: datetime | None
    latest: date
    given: bool
    flaw: Flaw | None


def expire_dates(
    zone: tzinfo, convention: IssueDateConvention, profile: ImportProfile
) -> Meanings[str, ExpireDate]:
    """Return what the texts of expire dates mean.

    Rules: DOC-CSV-07, DOC-TZ-06, INT-11.
    """

    def instant(day: date) -> datetime:
        begins = instants.issue_instant(day, zone, convention)
        if not profile.expire_at_end_of_day:
            return begins
        following = periods.add(day, 1, Unit.DAYS).day
        if convention is IssueDateConvention.LOCAL_MIDNIGHT:
            return instants.at_local(following, time.min, zone)  # that day may be missing
        return instants.issue_instant(following, zone, convention)

    def read(text: str) -> ExpireDate:
        trimmed = text.strip()
        if not trimmed:
            return ExpireDate(None, None, date.max, given=False, flaw=None)
        day, at, flaw = _dated(trimmed, instant)
        return ExpireDate(day, at, day or date.max, given=True, flaw=flaw)

    return Meanings(read)


def _dated(
    text: str, instant: Callable[[date], datetime]
) -> tuple[date | None, datetime | None, Flaw | None]:
    day = read_day(text)
    if isinstance(day, Flaw):
        return None, None, day
    try:
        return day, instant(day), None
    except MissingDayError as error:
        message = f"{error}; write the day before or after"
        return None, None, Flaw(FaultCode.DATE_MISSING_IN_ZONE, message)
    except OutOfRangeError as error:
        message = f"{error}; write a day that is within them in UTC too"
        return None, None, Flaw(FaultCode.DATE_OUT_OF_RANGE, message)
