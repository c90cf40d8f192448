"""A learner's own list: what does it show of an award?"""

from collections.abc import Iterable, Mapping
from datetime import datetime, tzinfo

from attrs import frozen

from certrules.model.decisions import Answer
from certrules.model.tables import AwardRow
from certrules.rules import status
from certrules.rules.status import Status

__all__ = ["LearnerAward", "learner_awards"]


@frozen
class LearnerAward:
    """One line of a learner's own list, with whether it can be renewed, and if not, why."""

    certification_id: str
    title: str
    code: str | None
    description: str
    issued_at: datetime
    expires_at: datetime | None
    days_left: int | None
    renewal: Answer


def learner_awards(
    rows: Iterable[AwardRow],
    renewals: Mapping[str, Answer],
    *,
    at: datetime,
    zone: str | tzinfo,
) -> list[LearnerAward]:
    """Return what a learner sees of the certifications that they have, sorted by title.

    Only what is valid or expired is shown: nothing issued after the aware instant ``at``, nothing
    archived by then, and nothing whose certification is gone. ``renewals`` are the answers of
    :func:`certrules.rules.renewal.decide`, by certification.

    >>> at = datetime(2024, 1, 1, tzinfo=UTC)
    >>> known, gone = Award("7", "fa", at, None), Award("7", "gone", at, None)
    >>> row = AwardRow(known, Status.VALID, certification=Certification("fa", "First aid"))
    >>> rows = [row, AwardRow(gone, Status.VALID)]
    >>> [line.title for line in learner_awards(rows, {"fa": Granted()}, at=at, zone=UTC)]
    ['First aid']

    Rules: DOC-DELETE-03, DOC-EXP-05, DOC-VIEW-01, DOC-VIEW-02, DOC-VIEW-03.
    """
    lines = [
        LearnerAward(
            row.certification.id,
            row.certification.name,
            row.certification.code,
            row.certification.description,
            row.award.issued_at,
            row.award.expires_at,
            status.days_left(row.award, at, zone=zone),
            renewals[row.certification.id],
        )
        for row in rows
        if row.certification is not None and row.status in _HELD
    ]
    return sorted(lines, key=lambda line: (line.title, line.certification_id, line.issued_at))


_HELD = (Status.VALID, Status.EXPIRED)
