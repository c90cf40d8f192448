"""Records: the fields of an imported row, and what can be wrong with them."""

from collections.abc import Mapping
from types import MappingProxyType

from attrs import field

from certrules.model.awards import AssociationType
from certrules.model.reasons import ReasonCode, RuleCode
from certrules.model.values import Count, value
from certrules.rulebook import Rule
from certrules.words import Word

RecordKey = tuple[str, str]
"""Whose certification a row is about: the key of a username, and a certification code."""


class RecordField(Word):
    """The seven fields of a certification record.

    Rules: DOC-CSV-01, DOC-CSV-02.
    """

    USERNAME = "username"
    CERTIFICATION_CODE = "certification_code"
    ISSUE_DATE = "certification_issue_date"
    ALWAYS_VALID = "always_valid"
    EXPIRE_DATE = "certification_expire_date"
    TYPE = "type"
    CODE = "code"

    @property
    def mandatory(self) -> bool:
        """Whether every file must have this column (the other two depend on the row)."""
        return self not in (RecordField.EXPIRE_DATE, RecordField.CODE)


class Severity(Word):
    """Whether a fault keeps its row out."""

    ERROR = "error"
    WARNING = "warning"


class FaultCode(RuleCode):
    """Every fault a row can have, by a code that never changes, with the rule it breaks."""

    TOO_FEW_FIELDS = "too_few_fields", Rule.X_CSV_1
    TOO_MANY_FIELDS = "too_many_fields", Rule.X_CSV_1
    NUL_CHARACTER = "nul_character", Rule.X_CSV_1
    MISSING_VALUE = "missing_value", Rule.DOC_CSV_02
    DATE_SPREADSHEET = "date_spreadsheet", Rule.DOC_CSV_11
    DATE_SERIAL = "date_serial", Rule.DOC_CSV_11
    DATE_SLASHES = "date_slashes", Rule.DOC_CSV_11
    DATE_DASHES = "date_dashes", Rule.INT_16
    DATE_DIGITS = "date_digits", Rule.INT_16
    DATE_COMPACT = "date_compact", Rule.INT_16
    DATE_WITH_TIME = "date_with_time", Rule.INT_16
    DATE_IMPOSSIBLE = "date_impossible", Rule.INT_16
    DATE_UNREADABLE = "date_unreadable", Rule.INT_16
    DATE_MISSING_IN_ZONE = "date_missing_in_zone", Rule.INT_10b
    DATE_OUT_OF_RANGE = "date_out_of_range", Rule.DOC_TZ_01
    ALWAYS_VALID_UNREADABLE = "always_valid_unreadable", Rule.INT_02
    TYPE_UNKNOWN = "type_unknown", Rule.INT_03
    TYPE_NOT_IMPORTABLE = "type_not_importable", Rule.INT_03
    EXPIRE_DATE_NOT_ALLOWED = "expire_date_not_allowed", Rule.INT_04
    EXPIRE_DATE_REQUIRED = "expire_date_required", Rule.INT_04
    EXPIRES_BEFORE_ISSUE = ReasonCode.EXPIRES_BEFORE_ISSUE.value, Rule.INT_08
    CODE_NOT_ALLOWED = "code_not_allowed", Rule.INT_05
    CODE_REQUIRED = "code_required", Rule.INT_05
    DUPLICATE_ROWS = "duplicate_rows", Rule.DOC_CSV_15
    UNKNOWN_USER = "unknown_user", Rule.DOC_CSV_03
    AMBIGUOUS_USERNAME = "ambiguous_username", Rule.INT_17b
    INACTIVE_USER = ReasonCode.INACTIVE_USER.value, Rule.DOC_CSV_23
    UNKNOWN_CERTIFICATION = "unknown_certification", Rule.DOC_CSV_04
    AMBIGUOUS_CERTIFICATION_CODE = "ambiguous_certification_code", Rule.INT_17b
    INACTIVE_CERTIFICATION = ReasonCode.INACTIVE_CERTIFICATION.value, Rule.INT_31b
    USER_NOT_IN_GROUPS = ReasonCode.USER_NOT_IN_GROUPS.value, Rule.ALL_VIS_02
    UNKNOWN_ITEM = "unknown_item", Rule.DOC_CSV_09
    AMBIGUOUS_ITEM_CODE = "ambiguous_item_code", Rule.INT_17b
    ITEM_NOT_ASSIGNED = ReasonCode.ITEM_NOT_ASSIGNED.value, Rule.INT_05
    OLDER_THAN_AWARD = ReasonCode.OLDER_THAN_AWARD.value, Rule.INT_44
    ENDS_VALID_AWARD = ReasonCode.ENDS_VALID_AWARD.value, Rule.INT_44
    GOES_BACK = ReasonCode.GOES_BACK.value, Rule.INT_44
    IN_HISTORY = ReasonCode.IN_HISTORY.value, Rule.INT_45
    SOURCE_CHANGES = ReasonCode.SOURCE_CHANGES.value, Rule.INT_47


@value
class Fault:
    """What is wrong with one value of one row, where it stands, and how to mend it.

    ``row`` counts data rows from 1; ``line`` is the line of the file on which the row begins;
    ``column`` is the header as the file spells it, or None if the whole row is meant.
    """

    code: FaultCode
    row: Count
    line: Count
    column: str | None
    value: str
    message: str
    severity: Severity = Severity.ERROR

    @property
    def rule(self) -> Rule:
        """The rule that the value breaks."""
        return self.code.rule


_TYPES = {
    "manual": AssociationType.MANUAL,
    "course": AssociationType.COURSE,
    "learning_plan": AssociationType.LEARNING_PLAN,
    "learning plan": AssociationType.LEARNING_PLAN,
    "learning-plan": AssociationType.LEARNING_PLAN,
    "plan": AssociationType.LEARNING_PLAN,
    "lp": AssociationType.LEARNING_PLAN,
}


def _read_only(types: Mapping[str, AssociationType]) -> Mapping[str, AssociationType]:
    return MappingProxyType(dict(types))


@value
class ImportProfile:
    """How the values of a file are spelled, and how strictly they are read.

    ``types`` maps each accepted spelling, in lower case, to what it means. ``lenient`` also takes
    ``yes`` and ``no``, and ignores the expire date of an always valid record with a warning.
    ``strict`` makes an expiry before its issue, or at it, an error instead of a warning.
    ``expire_at_end_of_day`` lets an award live through the day written as its last; None: as the
    policy says.

    Rules: INT-02, INT-03, INT-04, INT-08, INT-11.
    """

    types: Mapping[str, AssociationType] = field(default=_TYPES, converter=_read_only, hash=False)
    lenient: bool = False
    strict: bool = False
    expire_at_end_of_day: bool | None = None
