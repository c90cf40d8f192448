"""The status of an award: what is it at an instant, and how many days are left?"""

from datetime import date, datetime, tzinfo

from attrs import evolve

from certrules import instants
from certrules.errors import OutOfRangeError
from certrules.model.awards import Award, ExpiryDay, Status, shown_expiry, status_of
from certrules.model.values import checked


def status_at(award: Award, at: datetime) -> Status:
    """Return the status of an award at an aware instant, which may be past or yet to come.

    Before its issue it is not yet valid. From its issue until just before its expiry it is valid.
    From the instant at which it was archived on, it is history.

    >>> award = Award("ada", "first-aid", datetime(2024, 1, 1, tzinfo=UTC), None)
    >>> status_at(award, datetime(2024, 1, 1, tzinfo=UTC))
    <Status.VALID: 'valid'>

    Rules: DOC-CSV-05, DOC-CSV-07, DOC-EXP-04, INT-01.
    """
    return status_of(checked("award", award, Award), instants.utc(at, "at"))


def as_of(award: Award, at: datetime) -> Award | None:
    """Return an award as it was at an aware instant; None if it was issued later.

    A later archiving is removed.

    >>> first, second = (datetime(year, 1, 1, tzinfo=UTC) for year in (2024, 2025))
    >>> award = Award("ada", "first-aid", first, None, archived_at=second)
    >>> as_of(award, first).archived, as_of(award, second).archived
    (False, True)

    Rules: DOC-REPORT-04, INT-01.
    """
    status = status_at(award, at)
    if status is Status.NOT_YET_VALID:
        return None
    archived_later = award.archived and status is not Status.ARCHIVED
    return evolve(award, archived_at=None) if archived_later else award


def expired(award: Award, at: datetime) -> bool:
    """Return whether an award has expired; at the very instant of its expiry it has.

    >>> end = datetime(2025, 1, 1, tzinfo=UTC)
    >>> award = Award("ada", "first-aid", datetime(2024, 1, 1, tzinfo=UTC), end)
    >>> expired(award, end - timedelta(microseconds=1)), expired(award, end)
    (False, True)

    Rules: INT-01, INT-18b.
    """
    at, expires_at = instants.utc(at, "at"), _expiry(award)
    return expires_at is not None and at >= expires_at


def days_left(award: Award, at: datetime, *, zone: str | tzinfo) -> int | None:
    """Return in how many calendar days of a zone an award must be renewed.

    Zero on the day that :func:`expiry_date` returns, negative if it is overdue, None if it never
    expires. If one of the days would be beyond the calendar in the zone, the days are those of UTC.

    >>> award = Award("ada", "first-aid", *(datetime(y, 1, 1, tzinfo=UTC) for y in (2024, 2025)))
    >>> days_left(award, datetime(2024, 12, 31, 23, 59, tzinfo=UTC), zone=UTC)
    1

    Rules: DOC-EXP-05, DOC-TZ-02, INT-01b.
    """
    tz = instants.time_zone(zone)
    at, expires_at = instants.utc(at, "at"), _expiry(award)
    if expires_at is None:
        return None
    last = shown_expiry(expires_at, award.expiry_day)
    try:
        return (instants.local_day(last, tz) - instants.local_day(at, tz)).days
    except OutOfRangeError:  # if one of the days is in UTC, both are
        return (instants.utc(last).date() - at.date()).days


def expiry_date(award: Award, *, zone: str | tzinfo) -> date | None:
    """Return the calendar day of a zone that people call the expiry date of an award.

    It is the day on which the award expires, and if its expiry day is included, the last day on
    which it is valid: either way the day that was written. None if it never expires.

    >>> start, end = (datetime(year, 1, 1, tzinfo=UTC) for year in (2024, 2025))
    >>> award = Award("ada", "first-aid", start, end, expiry_day=ExpiryDay.INCLUSIVE)
    >>> expiry_date(award, zone=UTC)
    datetime.date(2024, 12, 31)

    Rules: INT-01, INT-11, INT-49.
    """
    if (expires_at := _expiry(award)) is None:
        return None
    last = shown_expiry(expires_at, award.expiry_day)
    return instants.local_or_utc(last, zone).date()


def last_valid_day(award: Award, *, zone: str | tzinfo) -> date | None:
    """Return the last calendar day of a zone on which an award is valid, if only for a part of it.

    It is the day of the last moment before the expiry; None if the award never expires.

    >>> award = Award("ada", "first-aid", *(datetime(y, 1, 1, tzinfo=UTC) for y in (2024, 2025)))
    >>> last_valid_day(award, zone="Europe/Rome")  # expires at 01:00 there
    datetime.date(2025, 1, 1)

    Rules: INT-01.
    """
    tz = instants.time_zone(zone)
    if (expires_at := _expiry(award)) is None:
        return None
    last = shown_expiry(expires_at, ExpiryDay.INCLUSIVE)
    return instants.local_or_utc(last, tz).date()


def _expiry(award: Award) -> datetime | None:
    return checked("award", award, Award).expires_at
