"""Reports and lists: which awards does each show, and what does it say of them?"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, tzinfo

from attrs import frozen

from certrules import instants
from certrules.model.awards import Award, ExpiryDay, Status
from certrules.model.decisions import Answer
from certrules.model.tables import AwardRow
from certrules.rules import status
from certrules.words import Word


class Report(Word):
    """The two custom reports; the old and the new generation of each show the same.

    Rules: DOC-REPORT-01.
    """

    USERS_CERTIFICATIONS = "users-certifications"
    CERTIFICATIONS_USERS = "certifications-users"


@frozen
class ReportRow:
    """One award as a report shows it: with its own dates, current or archived.

    Rules: DOC-REPORT-04.
    """

    user_id: str
    certification_id: str
    cycle: int
    issued_at: datetime
    expires_at: datetime | None
    archived_at: datetime | None
    status: Status
    days_left: int | None


def report_visibility(renewed_before_expiry: bool) -> frozenset[Report]:  # noqa: FBT001
    """Return the reports that show the archived award of a renewal before or after its expiry.

    >>> sorted(map(str, report_visibility(renewed_before_expiry=False)))
    ['users-certifications']

    Rules: DOC-RENEW-17, DOC-RENEW-18, DOC-REPORT-02, DOC-REPORT-03, INT-18.
    """
    return frozenset(Report) if renewed_before_expiry else frozenset({Report.USERS_CERTIFICATIONS})


def renewed_before_expiry(award: Award) -> bool:
    """Return whether an archived award was renewed before it expired, and not at that instant.

    Rules: INT-18b.
    """
    return award.archived_at is not None and not status.expired(award, award.archived_at)


def report(
    which: Report, awards: Iterable[Award], *, at: datetime, zone: str | tzinfo
) -> list[ReportRow]:
    """Return the rows of a report at an aware instant, in its order: by user or by certification.

    See :func:`report_row`.

    >>> start, at = datetime(2024, 1, 1, tzinfo=UTC), datetime(2024, 7, 1, tzinfo=UTC)
    >>> old = Award("ada", "fa", start, None, archived_at=start)
    >>> new = Award("ada", "fa", start, datetime(2025, 1, 1, tzinfo=UTC), cycle=2)
    >>> rows = report(Report.USERS_CERTIFICATIONS, [new, old], at=at, zone=UTC)
    >>> [(row.cycle, str(row.status), row.days_left) for row in rows]
    [(1, 'archived', None), (2, 'valid', 184)]

    Rules: DOC-REPORT-01, DOC-REPORT-02, DOC-REPORT-03, DOC-REPORT-04.
    """
    rows = filter(None, (report_row(which, award, at=at, zone=zone) for award in awards))
    by_user = sorted(rows, key=lambda row: (row.user_id, row.certification_id, row.cycle))
    if which is Report.USERS_CERTIFICATIONS:
        return by_user
    return sorted(by_user, key=lambda row: row.certification_id)


def report_row(
    which: Report, award: Award, *, at: datetime, zone: str | tzinfo
) -> ReportRow | None:
    """Return the row of an award in a report at an aware instant; None if it is not shown there.

    An award that was issued later has no row; one that was archived later is current. Days left
    are counted in ``zone``, and None if the award never expires or is archived.

    >>> at = datetime(2024, 1, 1, tzinfo=UTC)
    >>> award = Award("ada", "fa", at, None)
    >>> report_row(Report.CERTIFICATIONS_USERS, award, at=at, zone=UTC).status
    <Status.VALID: 'valid'>

    Rules: DOC-REPORT-02, DOC-REPORT-03, DOC-REPORT-04.
    """
    award_then = status.as_of(award, at)
    if award_then is None:
        return None
    if award_then.archived and which not in report_visibility(renewed_before_expiry(award_then)):
        return None
    return ReportRow(
        *award.key,
        award.issued_at,
        award.expires_at,
        award_then.archived_at,
        status.status_at(award, at),
        None if award_then.archived else status.days_left(award, at, zone=zone),
    )


@frozen
class LearnerAward:
    """One line of a learner's own list, with whether it can be renewed, and if not, why.

    ``expires_on`` is as :func:`certrules.rules.status.expiry_date` has it; both are None for an
    award that never expires.
    """

    certification_id: str
    title: str
    code: str | None
    description: str
    issued_at: datetime
    expires_at: datetime | None
    days_left: int | None
    renewal: Answer
    issued_on: date
    expires_on: date | None
    last_valid_day: date | None
    expiry_day: ExpiryDay


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

    Rules: DOC-DELETE-03, DOC-EXP-05, DOC-VIEW-01, DOC-VIEW-02, DOC-VIEW-03, INT-49.
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
            instants.local_or_utc(row.award.issued_at, zone).date(),
            status.expiry_date(row.award, zone=zone),
            status.last_valid_day(row.award, zone=zone),
            row.award.expiry_day,
        )
        for row in rows
        if row.certification is not None and row.status in _HELD
    ]
    return sorted(lines, key=lambda line: (line.title, line.certification_id, line.issued_at))


_HELD = (Status.VALID, Status.EXPIRED)
