"""Instants and days: when does a day begin in a zone, and which day is it there at an instant?

Instants are aware datetimes in UTC, days are dates, and the caller names every zone.
"""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from certrules.errors import (
    InvalidValueError,
    MissingDayError,
    NaiveDatetimeError,
    OutOfRangeError,
    UnknownZoneError,
)
from certrules.words import Word


class IssueDateConvention(Word):
    """Which instant a written date stands for.

    Rules: DOC-TZ-03, DOC-TZ-04, DOC-TZ-05, INT-10.
    """

    LOCAL_MIDNIGHT = "local-midnight"
    """The first instant of that day in the zone of whoever wrote it (the default of an import)."""
    UTC_MIDNIGHT = "utc-midnight"
    """00:00 UTC of that day, whatever the zone."""
    ARTICLE_EXAMPLE = "article-example"
    """The vendor's printed example: 00:00 UTC as the local clock shows it, then called UTC."""


def time_zone(name: str | tzinfo) -> tzinfo:
    """Return the time zone that a name, a fixed offset or another library's zone means.

    An offset is written as in ``+05:30`` or ``UTC-04:00``. Raises
    :class:`~certrules.errors.UnknownZoneError`.

    >>> time_zone("Europe/Rome")
    zoneinfo.ZoneInfo(key='Europe/Rome')
    >>> time_zone("+05:30")
    datetime.timezone(datetime.timedelta(seconds=19800))

    Rules: INT-10b.
    """
    if type(name) is ZoneInfo or type(name) is timezone:
        return name
    if isinstance(name, tzinfo):
        return _foreign(name)
    if not isinstance(name, str):
        raise UnknownZoneError(name)
    return _zone_named(name)


def _foreign(zone: tzinfo) -> tzinfo:
    """Return the standard library's zone for one of pendulum, pytz or dateutil, if it is named."""
    # pytz misreads a datetime built with it, so a name comes before what the zone itself says
    named = getattr(zone, "key", None) or getattr(zone, "zone", None)
    if isinstance(named, str):
        return _zone_named(named)
    offset = zone.utcoffset(None)
    return zone if offset is None else timezone(offset)


@lru_cache(maxsize=1024)
def _zone_named(name: str) -> tzinfo:
    if len(name) > _LONGEST_NAME or name.startswith(_NOT_PLACES):
        raise UnknownZoneError(name)
    if found := _OFFSET.fullmatch(name):
        sign, hours, minutes = found.groups()
        offset = timedelta(hours=int(hours), minutes=int(minutes))
        return timezone(-offset if sign == "-" else offset)
    try:
        return ZoneInfo(name)
    except (ValueError, LookupError, OSError) as error:
        raise UnknownZoneError(name) from error


# files beside the zones: this machine's own zone, placeholders, clocks that count leap seconds
_NOT_PLACES = ("localtime", "posixrules", "Factory", "right/")
_LONGEST_NAME = 100  # the longest of IANA has 32; a path of more folders exhausts the stack
_OFFSET = re.compile(r"(?:UTC|GMT)?([+-])([01]\d|2[0-3]):?([0-5]\d)", re.ASCII)


def effective_zone(
    own: str | tzinfo | None, platform: str | tzinfo, *, users_choose: bool
) -> tzinfo:
    """Return the time zone of a user: their own if they may and did choose one.

    >>> effective_zone("Asia/Tokyo", "Europe/Rome", users_choose=True)
    zoneinfo.ZoneInfo(key='Asia/Tokyo')
    >>> effective_zone("Asia/Tokyo", "Europe/Rome", users_choose=False)
    zoneinfo.ZoneInfo(key='Europe/Rome')

    Rules: DOC-TZ-02, INT-10b, X-TZ-1.
    """
    return time_zone(platform if own is None or not users_choose else own)


def utc(instant: datetime, name: str = "instant") -> datetime:
    """Return the same instant as an aware datetime whose ``tzinfo`` is ``timezone.utc``.

    Raises :class:`~certrules.errors.NaiveDatetimeError` for a datetime without a zone, and
    :class:`~certrules.errors.InvalidValueError` for anything that is no datetime, such as NaT of
    pandas; both with ``name``.

    >>> utc(datetime(2024, 7, 1, 9, tzinfo=time_zone("Europe/Rome"))).isoformat()
    '2024-07-01T07:00:00+00:00'

    Rules: DOC-TZ-01.
    """
    if type(instant) is datetime and instant.tzinfo is UTC:
        return instant
    if not isinstance(instant, datetime) or instant != instant:
        raise InvalidValueError(name, instant, "an aware datetime")
    offset = instant.utcoffset()
    if offset is None:
        raise NaiveDatetimeError(instant, name)
    try:
        # a subclass of datetime (pendulum's) does not leave by this door
        return datetime.combine(instant.date(), instant.time(), UTC) - offset
    except OverflowError as error:
        raise OutOfRangeError(instant, "in UTC") from error


def written(instant: datetime, zone: str | tzinfo = UTC) -> str:
    """Return an instant as people write it, to the minute, with the zone whose clocks show it.

    >>> written(datetime(2024, 7, 1, 9, 30, tzinfo=UTC))
    '2024-07-01 09:30 UTC'
    >>> written(datetime(2024, 7, 1, 9, 30, tzinfo=UTC), "Europe/Rome")
    '2024-07-01 11:30 Europe/Rome'

    Rules: DOC-TZ-02, INT-49.
    """
    at = local_or_utc(instant, zone)
    return f"{at.replace(tzinfo=None).isoformat(' ', 'minutes')} {at.tzinfo}"


def local_day(instant: datetime, zone: str | tzinfo) -> date:
    """Return the calendar day on which an instant falls in a zone.

    >>> local_day(datetime(2024, 6, 30, 22, tzinfo=UTC), "Europe/Rome")
    datetime.date(2024, 7, 1)

    Rules: DOC-TZ-02.
    """
    return local(instant, zone).date()


def local(instant: datetime, zone: str | tzinfo) -> datetime:
    """Return an instant as the clocks of a zone show it, still aware.

    >>> local(datetime(2021, 11, 18, tzinfo=UTC), "-04:00").isoformat()
    '2021-11-17T20:00:00-04:00'

    Rules: DOC-TZ-02.
    """
    at, tz = utc(instant), time_zone(zone)
    try:
        return at.astimezone(tz)
    except (OverflowError, ValueError) as error:
        raise OutOfRangeError(instant, f"in {tz}") from error


def local_or_utc(instant: datetime, zone: str | tzinfo) -> datetime:
    """Return :func:`local`, or the instant in UTC if its day in the zone is beyond the calendar.

    >>> local_or_utc(datetime(9999, 12, 31, 23, tzinfo=UTC), "Asia/Tokyo").isoformat()
    '9999-12-31T23:00:00+00:00'

    Rules: DOC-TZ-02.
    """
    try:
        return local(instant, zone)
    except OutOfRangeError:
        return utc(instant)


def at_local(day: date, clock: time, zone: str | tzinfo) -> datetime:
    """Return the instant, in UTC, at which a zone's clocks show that day and time.

    If they show it twice, the earlier instant; if they skip it, the first one after the gap.

    >>> at_local(date(2024, 3, 31), time(2, 30), "Europe/Rome").isoformat()  # 02:00 became 03:00
    '2024-03-31T01:00:00+00:00'

    Rules: INT-01, INT-10b.
    """
    tz = time_zone(zone)
    try:
        wall = datetime.combine(day, clock.replace(fold=0), tz)
        instant = wall.astimezone(UTC)
        # compared as clock readings: a time that is skipped reads otherwise on the way back
        return instant if instant.astimezone(tz) == wall else _after_gap(instant, wall)
    except (OverflowError, ValueError) as error:
        raise OutOfRangeError(day, f"{clock} in {tz}") from error


def _after_gap(near: datetime, wall: datetime) -> datetime:
    """Return the first instant, to the second, when clocks show ``wall`` or later."""
    near = near.replace(microsecond=0)
    low, high = near - timedelta(days=1), near + timedelta(days=1)
    while high - low > timedelta(seconds=1):
        middle = (low + (high - low) / 2).replace(microsecond=0)
        if middle.astimezone(wall.tzinfo) < wall:
            low = middle
        else:
            high = middle
    return high


def start_of_day(day: date, zone: str | tzinfo) -> datetime:
    """Return the first instant of a day in a zone, in UTC.

    Raises :class:`~certrules.errors.MissingDayError` for a day that the zone skipped.

    >>> start_of_day(date(2021, 11, 18), "America/New_York").isoformat()
    '2021-11-18T05:00:00+00:00'
    >>> start_of_day(date(2018, 11, 4), "America/Sao_Paulo").isoformat()  # begins at 01:00
    '2018-11-04T03:00:00+00:00'

    Rules: DOC-TZ-04, INT-10b.
    """
    if isinstance(day, datetime) or not isinstance(day, date):
        raise InvalidValueError("day", day, "a date without a time")
    tz = time_zone(zone)
    first = at_local(day, time.min, tz)
    if local(first, tz).date() != day:
        raise MissingDayError(day, zone)
    return first


def starts_of_day(days: Iterable[date], zone: str | tzinfo) -> list[datetime]:
    """Return the first instant of each day; every distinct day is computed once.

    Raises as :func:`start_of_day`.

    >>> [start.hour for start in starts_of_day([date(2024, 1, 1), date(2024, 7, 1)], "Europe/Rome")]
    [23, 22]
    """
    return issue_instants(days, zone, IssueDateConvention.LOCAL_MIDNIGHT)


def issue_instant(day: date, zone: str | tzinfo, convention: IssueDateConvention) -> datetime:
    """Return the instant, in UTC, that a written issue date stands for.

    >>> issue_instant(date(2021, 11, 18), "-04:00", IssueDateConvention.LOCAL_MIDNIGHT).isoformat()
    '2021-11-18T04:00:00+00:00'
    >>> issue_instant(date(2021, 11, 18), "-04:00", IssueDateConvention.ARTICLE_EXAMPLE).isoformat()
    '2021-11-17T20:00:00+00:00'

    Rules: DOC-TZ-03, DOC-TZ-04, DOC-TZ-05, INT-10.
    """
    if convention is IssueDateConvention.LOCAL_MIDNIGHT:
        return start_of_day(day, zone)
    midnight = start_of_day(day, UTC)
    tz = time_zone(zone)
    if convention is IssueDateConvention.UTC_MIDNIGHT:
        return midnight
    if convention is IssueDateConvention.ARTICLE_EXAMPLE:
        reading = local(midnight, tz)
        return datetime.combine(reading.date(), reading.time(), UTC)
    raise InvalidValueError("convention", convention, "an IssueDateConvention")


def expiry_instant(
    day: date, zone: str | tzinfo, convention: IssueDateConvention, *, end_of_day: bool = False
) -> datetime:
    """Return the instant, in UTC, at which an award with a written expiry date expires.

    The award expires as that day begins, by the same convention as an issue date; with
    ``end_of_day``, as the day ends. Raises as :func:`start_of_day`.

    >>> end, utc_midnight = date(2026, 6, 30), IssueDateConvention.UTC_MIDNIGHT
    >>> expiry_instant(end, "Europe/Rome", utc_midnight).isoformat()
    '2026-06-30T00:00:00+00:00'
    >>> expiry_instant(end, "Europe/Rome", utc_midnight, end_of_day=True).isoformat()
    '2026-07-01T00:00:00+00:00'

    Rules: DOC-TZ-06, INT-11.
    """
    begins = issue_instant(day, zone, convention)
    if not end_of_day:
        return begins
    try:
        following = day + timedelta(days=1)
    except OverflowError as error:
        raise OutOfRangeError(day, "to the end of the day") from error
    if convention is IssueDateConvention.LOCAL_MIDNIGHT:
        return at_local(following, time.min, zone)  # where that day is skipped: the one after it
    return issue_instant(following, zone, convention)


def issue_instants(
    days: Iterable[date], zone: str | tzinfo, convention: IssueDateConvention
) -> list[datetime]:
    """Return :func:`issue_instant` of each day; every distinct day is computed once."""
    days, tz = list(days), time_zone(zone)
    known = {day: issue_instant(day, tz, convention) for day in set(days)}
    return [known[day] for day in days]


def parse(text: str) -> datetime:
    """Read an ISO 8601 instant that names its offset, such as ``2024-07-01T09:00:00+02:00``.

    Raises :class:`~certrules.errors.InvalidValueError` for anything else, and
    :class:`~certrules.errors.NaiveDatetimeError` if the offset is missing.

    >>> parse("2024-07-01T09:00:00+02:00").isoformat()
    '2024-07-01T07:00:00+00:00'
    """
    try:
        read = datetime.fromisoformat(text)
    except (ValueError, TypeError) as error:
        raise InvalidValueError("instant", text, "ISO 8601, e.g. 2024-07-01T09:00:00Z") from error
    return utc(read)


def parse_duration(text: str) -> tuple[int, int]:
    """Read an ISO 8601 duration of calendar units as whole months and whole days.

    Raises :class:`~certrules.errors.InvalidValueError` for anything else, hours included.

    >>> parse_duration("P1Y6M"), parse_duration("P2W")
    ((18, 0), (0, 14))
    """
    import pendulum  # heavy, and most callers never read text

    expected = "an ISO 8601 duration of whole days, weeks, months or years, e.g. P18M"
    if not isinstance(text, str) or not _DURATION.fullmatch(text):
        raise InvalidValueError("duration", text, expected)
    try:
        found: Any = pendulum.parse(text)
    except (ValueError, OverflowError) as error:
        raise InvalidValueError("duration", text, expected) from error
    return 12 * found.years + found.months, 7 * found.weeks + found.remaining_days


_DURATION = re.compile(r"P(?:\d+W|(?=\d)(?:\d+Y)?(?:\d+M)?(?:\d+D)?)", re.ASCII)


def distance(instant: datetime, at: datetime, *, locale: str = "en") -> str:
    """Return in words how far an instant is from another, in any language that pendulum speaks.

    Raises :class:`~certrules.errors.InvalidValueError` for another language.

    >>> distance(datetime(2025, 4, 1, tzinfo=UTC), at=datetime(2025, 1, 1, tzinfo=UTC))
    'in 3 months'
    >>> distance(datetime(2024, 1, 1, tzinfo=UTC), datetime(2025, 1, 1, tzinfo=UTC), locale="it")
    '1 anno fa'
    """
    import pendulum  # heavy, and most callers never ask for words

    between = pendulum.instance(utc(instant)).diff(pendulum.instance(utc(at)))
    try:
        return pendulum.format_diff(between, locale=locale)
    except (ValueError, TypeError, ImportError) as error:
        raise InvalidValueError("locale", locale, "a language that pendulum speaks") from error
