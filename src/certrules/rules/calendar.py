"""A learner's calendar: on which day does each certification expire?"""

from collections.abc import Iterable
from datetime import tzinfo

from certrules import instants
from certrules.model.awards import CalendarEntry, Status
from certrules.model.tables import AwardRow
from certrules.rules import status


def expiries(rows: Iterable[AwardRow], *, zone: str | tzinfo) -> list[CalendarEntry]:
    """Return the expiry of each award that expires and is not archived then, the soonest first.

    If a user has several awards of one certification, the latest cycle counts. An expiry takes one
    whole day: the last day of ``zone`` on which the award is valid, if only for a part of it. So a
    calendar shows it while there is still time, in whatever zone it is read. An award whose
    certification is gone has no expiry.

    >>> award = Award("7", "fa", *(datetime(y, 7, 1, tzinfo=UTC) for y in (2024, 2026)))
    >>> row = AwardRow(award, Status.VALID, certification=Certification("fa", "First aid"))
    >>> (expiry,) = expiries([row], zone=UTC)
    >>> expiry.title, expiry.last_day.isoformat()
    ('First aid', '2026-06-30')

    Rules: DOC-DELETE-03, DOC-EXP-04, INT-01.
    """
    tz = instants.time_zone(zone)
    current = [row for row in rows if row.status is not Status.ARCHIVED]
    latest = {
        (row.award.user_id, row.award.certification_id): row
        for row in sorted(current, key=lambda row: row.award.cycle)
    }
    found = filter(None, (_expiry(row, tz) for row in latest.values()))
    return sorted(found, key=lambda each: (each.last_day, each.certification_id, each.user_id))


def _expiry(row: AwardRow, zone: tzinfo) -> CalendarEntry | None:
    award, certification = row.award, row.certification
    last_day = status.last_valid_day(award, zone=zone)
    if last_day is None or certification is None:
        return None
    return CalendarEntry(
        *award.key,
        certification.name,
        certification.code,
        instants.local_or_utc(award.issued_at, zone).date(),
        last_day,
    )
