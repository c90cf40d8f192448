"""What does a learner see of their own awards?"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, tzinfo

from attrs import frozen

from certrules.model.awards import Award
from certrules.model.catalog import Certification
from certrules.model.decisions import Granted, Refused
from certrules.rules import status

__all__ = ["LearnerAward", "learner_awards"]


@frozen
class LearnerAward:
    """One line of a learner's own list, with whether it can be renewed, and if not, why."""

    certification: str
    title: str
    code: str | None
    description: str
    issued_at: datetime
    expires_at: datetime | None
    days_left: int | None
    renewal: Granted | Refused


def learner_awards(
    awards: Iterable[Award],
    certifications: Mapping[str, Certification],
    renewals: Mapping[str, Granted | Refused],
    *,
    at: datetime,
    zone: str | tzinfo,
) -> list[LearnerAward]:
    """Return what a learner sees of the certifications that they have earned, by title.

    Certifications, and the answers of :func:`certrules.rules.renewal.decide`, are given by
    certification; an award whose certification is gone is not shown. Awards are shown as they stood
    at the aware instant: what was issued later is not there yet, and what was archived later is.

    >>> at = datetime(2024, 1, 1, tzinfo=UTC)
    >>> known = {"fa": Certification("fa", "First aid")}
    >>> held = [Award("ada", "fa", at, None), Award("ada", "gone", at, None)]
    >>> [line.title for line in learner_awards(held, known, {"fa": Refused(())}, at=at, zone=UTC)]
    ['First aid']

    Rules: DOC-DELETE-03, DOC-EXP-05, DOC-VIEW-01, DOC-VIEW-02, DOC-VIEW-03.
    """
    lines = [
        _line(award, certifications[award.certification_id], renewals, at, zone)
        for award in _held(awards, at)
        if award.certification_id in certifications
    ]
    return sorted(lines, key=lambda line: (line.title, line.certification, line.issued_at))


def _held(awards: Iterable[Award], at: datetime) -> Iterator[Award]:
    stood = filter(None, (status.as_of(award, at) for award in awards))
    return (award for award in stood if not award.archived)


def _line(
    award: Award,
    certification: Certification,
    renewals: Mapping[str, Granted | Refused],
    at: datetime,
    zone: str | tzinfo,
) -> LearnerAward:
    return LearnerAward(
        certification.id,
        certification.name,
        certification.code,
        certification.description,
        award.issued_at,
        award.expires_at,
        status.days_left(award, at, zone=zone),
        renewals[certification.id],
    )
