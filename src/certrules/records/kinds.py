"""Does a record expire, what stands behind it, and do its fields agree on that?"""

import difflib
from collections.abc import Iterator
from typing import NamedTuple

from certrules.model.awards import AssociationType
from certrules.model.records import FaultCode, ImportProfile, RecordField, Severity
from certrules.records.faults import Flaw, missing
from certrules.records.meanings import Meanings

__all__ = ["Given", "Kind", "kinds", "needs_code"]

Given = tuple[str, str, bool, bool]
"""The texts of always_valid and of type, and whether there is an expire date, and a code."""


class Kind(NamedTuple):
    """What always_valid and type mean (None: nothing), and where the four fields are wrong."""

    always_valid: bool | None
    type: AssociationType | None
    flaws: tuple[tuple[RecordField, Flaw], ...]


def kinds(profile: ImportProfile) -> Meanings[Given, Kind]:
    """Return what the four fields mean that take few values and depend on each other.

    >>> kind = kinds(ImportProfile())["1", "manual", True, False]
    >>> [str(flaw.code) for field, flaw in kind.flaws]
    ['expire_date_not_allowed']

    Rules: DOC-CSV-06, DOC-CSV-07, DOC-CSV-08, DOC-CSV-09.
    """

    def read(given: Given) -> Kind:
        flag, word, dated, coded = given
        always_valid, type_ = _always_valid(flag.strip(), profile), _type(word.strip(), profile)
        flaws = *_expiry_flaws(always_valid, profile, dated=dated), *_item_flaws(type_, coded=coded)
        return Kind(
            None if isinstance(always_valid, Flaw) else always_valid,
            None if isinstance(type_, Flaw) else type_,
            flaws,
        )

    return Meanings(read)


_FLAGS = {"1": True, "true": True, "0": False, "false": False}
_LENIENT_FLAGS = {**_FLAGS, "yes": True, "no": False}


def _always_valid(text: str, profile: ImportProfile) -> bool | Flaw:
    """Rules: INT-02."""
    if not text:
        return missing(RecordField.ALWAYS_VALID)
    value = (_LENIENT_FLAGS if profile.lenient else _FLAGS).get(text.lower())
    if value is None:
        message = "neither yes nor no; write 1 (never expires) or 0 (expires)"
        if (meant := _LENIENT_FLAGS.get(text.lower())) is not None:
            message = f"write {int(meant)} for {text.lower()}, or import in the lenient mode"
        return Flaw(FaultCode.ALWAYS_VALID_UNREADABLE, message)
    return value


def _expiry_flaws(
    always_valid: bool | Flaw,  # noqa: FBT001 - what the field means
    profile: ImportProfile,
    *,
    dated: bool,
) -> Iterator[tuple[RecordField, Flaw]]:
    """Rules: INT-04."""
    if isinstance(always_valid, Flaw):
        yield RecordField.ALWAYS_VALID, always_valid
    elif always_valid and dated:
        yield RecordField.EXPIRE_DATE, _IGNORED if profile.lenient else _NOT_ALLOWED
    elif not always_valid and not dated:
        yield RecordField.EXPIRE_DATE, _REQUIRED


_NOT_ALLOWED = Flaw(
    FaultCode.EXPIRE_DATE_NOT_ALLOWED,
    "the record is always valid, so it has no expire date; remove it, or write 0 in always_valid",
)
_IGNORED = Flaw(
    FaultCode.EXPIRE_DATE_NOT_ALLOWED,
    "the record is always valid, so the date is ignored; remove it, or write 0 in always_valid",
    Severity.WARNING,
)
_REQUIRED = Flaw(
    FaultCode.EXPIRE_DATE_REQUIRED,
    "the record is not always valid, so it must say when it expires; write a date as YYYY-MM-DD, "
    "or 1 in always_valid",
)


def _type(text: str, profile: ImportProfile) -> AssociationType | Flaw:
    """Rules: INT-03, DOC-CSV-10."""
    if not text:
        return missing(RecordField.TYPE)
    word = text.lower()
    found = profile.types.get(word)
    if found in _NEEDS_CODE:
        return found
    if found is not None or word.replace(" ", "_") in _EXTERNAL:
        message = "not importable by CSV: the file has no column for it; award it by hand"
        return Flaw(FaultCode.TYPE_NOT_IMPORTABLE, message)
    close = difflib.get_close_matches(word[:100], profile.types, n=1)
    first: dict[AssociationType, str] = {}  # spelling of each, without its aliases
    for spelling, meaning in profile.types.items():
        first.setdefault(meaning, repr(spelling))
    hint = f"did you mean {close[0]!r}?" if close else f"write {' or '.join(first.values())}"
    return Flaw(FaultCode.TYPE_UNKNOWN, f"unknown type; {hint}")


_NEEDS_CODE = {
    AssociationType.MANUAL: False,
    AssociationType.COURSE: True,
    AssociationType.LEARNING_PLAN: True,
}


def needs_code(type_: AssociationType | None) -> bool | None:
    """Return whether records of a type name an item by its code; None without a type."""
    return None if type_ is None else _NEEDS_CODE[type_]


_EXTERNAL = {"external_training", "transcript", "external_certification"}


def _item_flaws(
    type_: AssociationType | Flaw, *, coded: bool
) -> Iterator[tuple[RecordField, Flaw]]:
    """Rules: INT-05."""
    if isinstance(type_, Flaw):
        yield RecordField.TYPE, type_
    elif coded and not _NEEDS_CODE[type_]:
        message = f"a record of type {type_} has no code; remove it, or change the type"
        yield RecordField.CODE, Flaw(FaultCode.CODE_NOT_ALLOWED, message)
    elif _NEEDS_CODE[type_] and not coded:
        message = f"a record of type {type_} needs the code of its {type_}"
        yield RecordField.CODE, Flaw(FaultCode.CODE_REQUIRED, message)
