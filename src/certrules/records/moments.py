"""Which day and which instant does a written date mean?"""

from collections.abc import Callable
from datetime import date, datetime, time, tzinfo
from typing import NamedTuple

from certrules import instants, periods
from certrules.errors import MissingDayError, OutOfRangeError
from certrules.instants import IssueDateConvention
from certrules.model.records import FaultCode, ImportProfile
from certrules.periods import Unit
from certrules.records.dates import read_day
from certrules.records.faults import Flaw
from certrules.records.meanings import Meanings

__all__ = ["Written", "expire_dates", "issue_dates"]


class Written(NamedTuple):
    """What the text of a date means: nothing where it is blank.

    Where it cannot be read, there is a flaw instead of an instant, and the day is the earliest
    there is, so that it seems wrong beside any other.
    """

    day: date | None
    instant: datetime | None
    flaw: Flaw | None


def issue_dates(zone: tzinfo, convention: IssueDateConvention) -> Meanings[str, Written]:
    """Return what the texts of issue dates mean.

    Rules: DOC-CSV-05, DOC-TZ-03, DOC-TZ-04, DOC-TZ-05, INT-10.
    """
    return _written(lambda day: instants.issue_instant(day, zone, convention))


def expire_dates(
    zone: tzinfo, convention: IssueDateConvention, profile: ImportProfile
) -> Meanings[str, Written]:
    """Return what the texts of expire dates mean.

    Rules: DOC-CSV-07, DOC-TZ-06, INT-11.
    """
    if not profile.expire_at_end_of_day:
        return issue_dates(zone, convention)

    def instant(day: date) -> datetime:
        instants.issue_instant(day, zone, convention)  # the day itself must exist
        following = periods.add(day, 1, Unit.DAYS).day
        if convention is IssueDateConvention.LOCAL_MIDNIGHT:
            return instants.at_local(following, time.min, zone)  # that day may be missing
        return instants.issue_instant(following, zone, convention)

    return _written(instant)


def _written(instant: Callable[[date], datetime]) -> Meanings[str, Written]:
    def read(text: str) -> Written:
        trimmed = text.strip()
        if not trimmed:
            return Written(None, None, None)
        day = read_day(trimmed)
        if isinstance(day, Flaw):
            return Written(date.min, None, day)
        try:
            return Written(day, instant(day), None)
        except MissingDayError as error:
            flaw = Flaw(FaultCode.DATE_MISSING_IN_ZONE, f"{error}; write the day before or after")
        except OutOfRangeError as error:
            flaw = Flaw(
                FaultCode.DATE_OUT_OF_RANGE,
                f"{error}; write a day that is within them in UTC too",
            )
        return Written(date.min, None, flaw)

    return Meanings(read)
