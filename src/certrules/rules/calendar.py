"""Which days of a learner's calendar does an expiry take?"""

from collections.abc import Iterable, Mapping
from datetime import tzinfo

from certrules import instants
from certrules.model.awards import Award
from certrules.model.calendar import Expiry
from certrules.model.catalog import Certification
from certrules.rules import status

__all__ = ["expiries"]


def expiries(
    awards: Iterable[Award], certifications: Mapping[str, Certification], *, zone: str | tzinfo
) -> list[Expiry]:
    """Return the expiry of each award that has one and is not archived, the soonest first.

    Of several awards of one user and certification the latest cycle counts. An expiry takes one
    whole day: the last one of ``zone`` on some part of which the award is valid, so that a calendar
    shows it where there is still time, in whatever zone it is looked at. An award whose
    certification is gone has none. Certifications are given by id.

    >>> award = Award("ada", "fa", *(datetime(y, 7, 1, tzinfo=UTC) for y in (2024, 2026)))
    >>> (expiry,) = expiries([award], {"fa": Certification("fa", "First aid")}, zone=UTC)
    >>> expiry.title, expiry.last_day.isoformat()
    ('First aid', '2026-06-30')

    Rules: DOC-DELETE-03, DOC-EXP-04, INT-01.
    """
    tz = instants.time_zone(zone)
    current = (award for award in awards if not award.archived)
    latest = {
        (award.user_id, award.certification_id): award
        for award in sorted(current, key=lambda award: award.cycle)
    }
    found = [
        _expiry(award, certifications[award.certification_id], tz)
        for award in latest.values()
        if award.expires_at is not None and award.certification_id in certifications
    ]
    return sorted(found, key=lambda expiry: (expiry.last_day, expiry.certification, expiry.user))


def _expiry(award: Award, certification: Certification, zone: tzinfo) -> Expiry:
    last_day = status.last_valid_day(award, zone=zone)
    assert last_day is not None  # noqa: S101 - it expires
    return Expiry(
        award.user_id,
        award.certification_id,
        award.cycle,
        certification.name,
        certification.code,
        instants.local_day(award.issued_at, zone),
        last_day,
    )
