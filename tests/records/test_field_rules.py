"""The fields of a record: what they mean, and where they disagree."""

from datetime import UTC

import pytest

from certrules.instants import IssueDateConvention
from certrules.model.awards import AssociationType
from certrules.model.records import FaultCode, ImportProfile, RecordField, Severity
from certrules.records.field_rules import FieldRules, Kind, ValueCache

USUAL = ImportProfile()
LENIENT = ImportProfile(lenient=True)


def kind(
    flag: str = "1",
    word: str = "manual",
    profile: ImportProfile = USUAL,
    *,
    dated: bool = False,
    coded: bool = False,
) -> Kind:
    rules = FieldRules(UTC, IssueDateConvention.LOCAL_MIDNIGHT, profile, end_of_day=False)
    return rules.kinds[flag, word, dated, coded]


def codes(found: Kind) -> list[tuple[RecordField, FaultCode]]:
    return [(field, fault.code) for field, fault in found.faults]


@pytest.mark.rule("INT-02", "DOC-CSV-06")
@pytest.mark.parametrize("text", ["1", "true", "TRUE", " True "])
def test_yes_is_one_or_true(text: str) -> None:
    assert kind(text) == Kind(True, AssociationType.MANUAL, ())


@pytest.mark.rule("INT-02", "DOC-CSV-06")
@pytest.mark.parametrize("text", ["0", "false", "FALSE", " False "])
def test_no_is_zero_or_false(text: str) -> None:
    assert kind(text, dated=True) == Kind(False, AssociationType.MANUAL, ())


@pytest.mark.rule("INT-02")
def test_lenient_also_takes_yes_and_no() -> None:
    assert kind("Yes", profile=LENIENT).always_valid is True
    assert kind("no", profile=LENIENT, dated=True).always_valid is False


@pytest.mark.rule("INT-02")
@pytest.mark.parametrize("text", ["2", "t", "on", "１", "maybe"])
def test_another_spelling_is_a_fault(text: str) -> None:
    found = kind(text)
    assert found.always_valid is None
    assert codes(found) == [(RecordField.ALWAYS_VALID, FaultCode.ALWAYS_VALID_UNREADABLE)]
    assert "write 1" in found.faults[0][1].message


@pytest.mark.rule("INT-02")
@pytest.mark.parametrize(("text", "write"), [("yes", "write 1 for yes"), ("NO", "write 0 for no")])
def test_yes_and_no_are_told_what_to_write_and_which_mode_takes_them(text: str, write: str) -> None:
    ((_, fault), *_) = kind(text).faults
    assert fault.message == f"{write}, or import in the lenient mode"


@pytest.mark.rule("DOC-CSV-02")
def test_flag_and_type_must_be_given() -> None:
    assert codes(kind(" ", " ")) == [
        (RecordField.ALWAYS_VALID, FaultCode.MISSING_VALUE),
        (RecordField.TYPE, FaultCode.MISSING_VALUE),
    ]


@pytest.mark.rule("INT-04", "DOC-CSV-07")
def test_always_valid_and_an_expire_date_contradict_each_other() -> None:
    found = kind("1", dated=True)
    assert codes(found) == [(RecordField.EXPIRE_DATE, FaultCode.EXPIRE_DATE_NOT_ALLOWED)]
    assert found.faults[0][1].severity is Severity.ERROR


@pytest.mark.rule("INT-04")
def test_lenient_ignores_that_expire_date_with_a_warning() -> None:
    found = kind("1", dated=True, profile=LENIENT)
    assert codes(found) == [(RecordField.EXPIRE_DATE, FaultCode.EXPIRE_DATE_NOT_ALLOWED)]
    assert found.faults[0][1].severity is Severity.WARNING


@pytest.mark.rule("INT-04", "DOC-CSV-07")
@pytest.mark.parametrize("profile", [ImportProfile(), LENIENT])
def test_what_expires_must_say_when(profile: ImportProfile) -> None:
    found = kind("0", profile=profile)
    assert codes(found) == [(RecordField.EXPIRE_DATE, FaultCode.EXPIRE_DATE_REQUIRED)]
    assert found.faults[0][1].severity is Severity.ERROR


@pytest.mark.rule("INT-03", "DOC-CSV-08", "DOC-CSV-10")
@pytest.mark.parametrize(
    ("word", "meaning"),
    [
        ("manual", AssociationType.MANUAL),
        (" MANUAL ", AssociationType.MANUAL),
        ("Course", AssociationType.COURSE),
        ("learning_plan", AssociationType.LEARNING_PLAN),
        ("learning plan", AssociationType.LEARNING_PLAN),
        ("Learning-Plan", AssociationType.LEARNING_PLAN),
        ("plan", AssociationType.LEARNING_PLAN),
        ("LP", AssociationType.LEARNING_PLAN),
    ],
)
def test_types_go_by_their_names_and_aliases(word: str, meaning: AssociationType) -> None:
    coded = meaning is not AssociationType.MANUAL
    assert kind(word=word, coded=coded) == Kind(True, meaning, ())


@pytest.mark.rule("INT-03")
@pytest.mark.parametrize(
    "word", ["external_training", "Transcript", "external_certification", "external training"]
)
def test_external_types_are_known_and_refused(word: str) -> None:
    found = kind(word=word)
    assert found.type is None
    assert codes(found) == [(RecordField.TYPE, FaultCode.TYPE_NOT_IMPORTABLE)]
    assert "no column for it" in found.faults[0][1].message


@pytest.mark.rule("INT-03")
def test_a_type_mapped_to_an_external_one_is_refused() -> None:
    profile = ImportProfile(types={"extern": AssociationType.EXTERNAL_TRAINING})
    assert codes(kind(word="extern", profile=profile)) == [
        (RecordField.TYPE, FaultCode.TYPE_NOT_IMPORTABLE)
    ]


@pytest.mark.rule("INT-03")
@pytest.mark.parametrize(
    ("word", "hint"),
    [("corse", "did you mean 'course'?"), ("xyz", "write 'manual' or 'course' or 'learning_plan'")],
)
def test_an_unknown_type_is_a_fault_with_a_hint(word: str, hint: str) -> None:
    found = kind(word=word, coded=True)
    assert codes(found) == [(RecordField.TYPE, FaultCode.TYPE_UNKNOWN)]
    assert found.faults[0][1].message == f"unknown type; {hint}"


@pytest.mark.rule("INT-03")
def test_the_vocabulary_is_an_option() -> None:
    profile = ImportProfile(types={"kurs": AssociationType.COURSE})
    assert kind(word="Kurs", coded=True, profile=profile).type is AssociationType.COURSE
    assert codes(kind(word="course", coded=True, profile=profile)) == [
        (RecordField.TYPE, FaultCode.TYPE_UNKNOWN)
    ]


@pytest.mark.rule("INT-05", "DOC-CSV-09")
def test_a_manual_record_has_no_code() -> None:
    assert codes(kind(coded=True)) == [(RecordField.CODE, FaultCode.CODE_NOT_ALLOWED)]


@pytest.mark.rule("INT-05", "DOC-CSV-09")
@pytest.mark.parametrize("word", ["course", "lp"])
def test_any_other_record_needs_one(word: str) -> None:
    assert codes(kind(word=word)) == [(RecordField.CODE, FaultCode.CODE_REQUIRED)]


def test_each_value_is_read_once() -> None:
    asked: list[str] = []

    def read(text: str) -> str:
        asked.append(text)
        return text.upper()

    known = ValueCache(read)
    assert [known[text] for text in ("a", "b", "a", "b")] == ["A", "B", "A", "B"]
    assert asked == ["a", "b"]


def test_long_values_are_not_kept() -> None:
    known: ValueCache[str, int] = ValueCache(len)
    assert known["x" * 10_000] == 10_000
    assert not known


def test_a_full_cache_is_emptied(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ValueCache, "LIMIT", 2)
    known: ValueCache[str, int] = ValueCache(len)
    assert [known[text] for text in ("a", "bb", "ccc")] == [1, 2, 3]
    assert list(known) == ["ccc"]
