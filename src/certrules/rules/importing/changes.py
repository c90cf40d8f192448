"""Changes: what a record changes about an award, in words and as faults of its row."""

from collections.abc import Iterator
from datetime import tzinfo

from certrules import instants
from certrules.model.awards import Award, Status
from certrules.model.reasons import say
from certrules.model.records import FaultCode, RecordField
from certrules.rules import status
from certrules.rules.importing.deciding import Decision, earned_by
from certrules.rules.importing.matching import message


def period(award: Award, zone: tzinfo) -> str:
    """Return from when to when an award counts, by the days that people call its dates.

    >>> period(Award("1", "fa", *(datetime(year, 1, 1, tzinfo=UTC) for year in (2024, 2026))), UTC)
    '2024-01-01 to 2026-01-01'

    Rules: INT-44, INT-49.
    """
    issued = instants.local_or_utc(award.issued_at, zone).date()
    return f"{issued} to {status.expiry_date(award, zone=zone) or 'no end'}"


def change(held: Award, award: Award, zone: tzinfo) -> str:
    """Return what becomes of an award that is updated or renewed, old -> new.

    Instants are said if the days are the same, and of the source what is different.

    >>> at = datetime(2024, 1, 1, tzinfo=UTC)
    >>> course = Source(AssociationType.COURSE, "7")
    >>> change(Award("1", "fa", at, None), Award("1", "fa", at, None, source=course), UTC)
    '2024-01-01 to no end, manual -> 2024-01-01 to no end, course 7'

    Rules: INT-44, INT-47.
    """
    return f"{_said(held, award, zone)} -> {_said(award, held, zone)}"


def _said(award: Award, other: Award, zone: tzinfo) -> str:
    said = [period(award, zone)]
    if said == [period(other, zone)] and award.identity != other.identity:
        said = [f"{say(award.issued_at)} to {say(award.expires_at or 'no end')}"]
    if award.source != other.source:
        said.append(earned_by(award))
    if award.basis is not other.basis:
        said.append(f"expiry by {say(award.basis)}")
    if award.expiry_day is not other.expiry_day:
        said.append(f"expiry day {say(award.expiry_day)}")
    return ", ".join(said)


def remarks(
    decision: Decision, candidate: Award, zone: tzinfo
) -> Iterator[tuple[FaultCode, RecordField, str]]:
    """Yield what is wrong or notable about a record: the code, the field and the words.

    Rules: INT-44, INT-45, INT-47.
    """
    held = decision.held
    for reason in decision.reasons if held else ():
        code = _CODES.get(reason.code.value)
        if held is not None and code in _FIELDS:
            shown = {name: say(value) for name, value in reason.details.items()}
            shown |= {"held": period(held, zone), "new": period(candidate, zone)}
            later = reason.details.get("award_status") is Status.NOT_YET_VALID
            yield code, RecordField.ISSUE_DATE if later else _FIELDS[code], message(code, **shown)


_CODES = {code.value: code for code in FaultCode}
_FIELDS = {
    FaultCode.OLDER_THAN_AWARD: RecordField.ISSUE_DATE,
    FaultCode.ENDS_VALID_AWARD: RecordField.EXPIRE_DATE,
    FaultCode.GOES_BACK: RecordField.ISSUE_DATE,
    FaultCode.IN_HISTORY: RecordField.ISSUE_DATE,
    FaultCode.SOURCE_CHANGES: RecordField.TYPE,
}
"""The field of the row to which a remark belongs."""
