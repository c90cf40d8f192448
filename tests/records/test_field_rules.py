"""The fields of a record, dates above all: what they mean, and where they disagree."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certrules import instants
from certrules.instants import IssueDateConvention
from certrules.model.awards import AssociationType
from certrules.model.records import FaultCode, ImportProfile, RecordField, Severity
from certrules.records.columns import CellFault
from certrules.records.field_rules import (
    DateCell,
    FieldRules,
    Kind,
    ValueCache,
    read_date,
    read_day,
)

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


DAY = date(2021, 11, 18)


def fault(text: str) -> CellFault:
    found = read_day(text)
    assert isinstance(found, CellFault)
    return found


@pytest.mark.rule("DOC-CSV-11", "INT-16", "X-CSV-4")
def test_a_day_is_written_as_year_month_and_day_with_hyphens() -> None:
    assert read_day("2021-11-18") == DAY


@pytest.mark.rule("INT-16")
@pytest.mark.parametrize("text", ["0001-01-01", "9999-12-31", "2024-02-29"])
def test_the_first_the_last_and_a_leap_day_are_days(text: str) -> None:
    assert read_day(text) == date.fromisoformat(text)


MENDS = {
    "11/18/21": (FaultCode.DATE_SPREADSHEET, "spreadsheet date; write 2021-11-18"),
    "11/18/2021": (FaultCode.DATE_SPREADSHEET, "spreadsheet date; write 2021-11-18"),
    "18/11/2021": (FaultCode.DATE_SPREADSHEET, "spreadsheet date; write 2021-11-18"),
    "18.11.2021": (FaultCode.DATE_SPREADSHEET, "spreadsheet date; write 2021-11-18"),
    "11-18-2021": (FaultCode.DATE_SPREADSHEET, "spreadsheet date; write 2021-11-18"),
    "11/18/2021 00:00": (FaultCode.DATE_SPREADSHEET, "spreadsheet date; write 2021-11-18"),
    "5/5/2021": (FaultCode.DATE_SPREADSHEET, "spreadsheet date; write 2021-05-05"),
    "05/06/21": (
        FaultCode.DATE_SPREADSHEET,
        (
            "spreadsheet date; write 2021-05-06 (if the month is first) "
            "or 2021-06-05 (if the day is first) or 2005-06-21 (if the year is first)"
        ),
    ),
    "05/06/2021": (
        FaultCode.DATE_SPREADSHEET,
        (
            "spreadsheet date; write 2021-05-06 (if the month is first) "
            "or 2021-06-05 (if the day is first)"
        ),
    ),
    "21-11-18": (
        FaultCode.DATE_SPREADSHEET,
        (
            "spreadsheet date; write 2018-11-21 (if the day is first) "
            "or 2021-11-18 (if the year is first)"
        ),
    ),
    "24-02-29": (
        FaultCode.DATE_SPREADSHEET,
        (
            "spreadsheet date; write 2029-02-24 (if the day is first) "
            "or 2024-02-29 (if the year is first)"
        ),
    ),
    "99-12-31": (FaultCode.DATE_SPREADSHEET, "spreadsheet date; write 1999-12-31"),
    "12/31/29": (FaultCode.DATE_SPREADSHEET, "spreadsheet date; write 2029-12-31"),
    "12/31/30": (FaultCode.DATE_SPREADSHEET, "spreadsheet date; write 1930-12-31"),
    "31/31/21": (FaultCode.DATE_SPREADSHEET, "spreadsheet date; write it as YYYY-MM-DD"),
    "44518": (FaultCode.DATE_SERIAL, "day number of a spreadsheet; write 2021-11-18"),
    "44518.75": (FaultCode.DATE_SERIAL, "day number of a spreadsheet; write 2021-11-18"),
    "2021/11/18": (FaultCode.DATE_SLASHES, "date with '/', not hyphens; write 2021-11-18"),
    "2021.11.18": (FaultCode.DATE_SLASHES, "date with '.', not hyphens; write 2021-11-18"),
    "2021/13/18": (FaultCode.DATE_SLASHES, "date with '/', not hyphens; write it as YYYY-MM-DD"),
    "2021–11–18": (FaultCode.DATE_DASHES, "dashes that are not hyphens; write 2021-11-18"),
    "2021—11—18": (FaultCode.DATE_DASHES, "dashes that are not hyphens; write 2021-11-18"),
    "2021−11−18": (FaultCode.DATE_DASHES, "dashes that are not hyphens; write 2021-11-18"),
    "2021‐11‐18": (FaultCode.DATE_DASHES, "dashes that are not hyphens; write 2021-11-18"),
    "2021－11－18": (FaultCode.DATE_DASHES, "dashes that are not hyphens; write 2021-11-18"),
    "２０２１-１１-１８": (FaultCode.DATE_DIGITS, "digits of another script; write 2021-11-18"),
    "٢٠٢١-١١-١٨": (FaultCode.DATE_DIGITS, "digits of another script; write 2021-11-18"),
    "２０２１－１１－１８": (FaultCode.DATE_DIGITS, "digits of another script; write 2021-11-18"),
    "2021-1-5": (FaultCode.DATE_DIGITS, "month or day of one digit; write 2021-01-05"),
    "20211118": (FaultCode.DATE_COMPACT, "date without hyphens; write 2021-11-18"),
    "20211318": (FaultCode.DATE_COMPACT, "date without hyphens; write it as YYYY-MM-DD"),
    "2021-11-18T00:00:00Z": (FaultCode.DATE_WITH_TIME, "a time is attached; write 2021-11-18"),
    "2021-11-18 09:30": (FaultCode.DATE_WITH_TIME, "a time is attached; write 2021-11-18"),
    "2021-02-30": (
        FaultCode.DATE_IMPOSSIBLE,
        "February 2021 has 28 days; write a day that exists",
    ),
    "2021-02-30 09:30": (
        FaultCode.DATE_IMPOSSIBLE,
        "February 2021 has 28 days; write a day that exists",
    ),
    "2024–02–30": (
        FaultCode.DATE_IMPOSSIBLE,
        "February 2024 has 29 days; write a day that exists",
    ),
    "2021-18-11": (
        FaultCode.DATE_IMPOSSIBLE,
        "there is no month 18; write year, month and day, in this order",
    ),
    "2021-00-11": (
        FaultCode.DATE_IMPOSSIBLE,
        "there is no month 0; write year, month and day, in this order",
    ),
    "2021-11-00": (
        FaultCode.DATE_IMPOSSIBLE,
        "November 2021 has 30 days; write a day that exists",
    ),
    "0000-11-18": (FaultCode.DATE_IMPOSSIBLE, "there is no year 0; write a day that exists"),
}


@pytest.mark.rule("DOC-CSV-11", "INT-16")
@pytest.mark.parametrize(("text", "code", "message"), [(k, *v) for k, v in MENDS.items()])
def test_another_way_to_write_a_date_is_told_how_to_mend_it(
    text: str, code: FaultCode, message: str
) -> None:
    assert fault(text) == CellFault(code, message)


@pytest.mark.rule("INT-16")
@pytest.mark.parametrize(
    "text",
    [
        "soon",
        "-",
        "2021",
        "211118",
        "2021-11",
        "2021-W46-4",
        "18 Nov 2021",
        "+2021-11-18",
        "x" * 99,
        "2021-11-18-",
        "2021-11/18",
        "1/2-2021",
    ],
)
def test_what_is_no_date_says_how_one_is_written(text: str) -> None:
    assert fault(text) == CellFault(FaultCode.DATE_UNREADABLE, "not a date; write it as YYYY-MM-DD")


@pytest.mark.law
@pytest.mark.rule("INT-16")
@given(st.dates())
def test_every_day_is_read_as_it_is_written(day: date) -> None:
    assert read_day(day.isoformat()) == day


@pytest.mark.law
@pytest.mark.rule("INT-16")
@given(st.text() | st.text("0123456789-/.T: –２٢", max_size=20))
def test_only_iso_dates_are_days(text: str) -> None:
    found = read_day(text)
    if isinstance(found, CellFault):
        assert found.message
    else:
        assert found.isoformat() == text


@pytest.mark.law
@given(st.dates(min_value=date(1930, 1, 1), max_value=date(2029, 12, 31)))
def test_the_day_meant_is_among_the_mends(day: date) -> None:
    for text in (
        f"{day:%m/%d/%y}",
        f"{day:%d.%m.%y}",
        f"{day:%y-%m-%d}",
        f"{day:%d.%m.%Y}",
        f"{day:%Y/%m/%d}",
        f"{day:%Y%m%d}",
    ):
        assert day.isoformat() in fault(text).message


LOCAL = IssueDateConvention.LOCAL_MIDNIGHT


def instant(
    text: str, zone: str, convention: IssueDateConvention = LOCAL, *, end_of_day: bool = False
) -> datetime:
    cell = read_date(
        text, zone=instants.time_zone(zone), convention=convention, end_of_day=end_of_day
    )
    assert cell.instant
    assert (cell.day, cell.fault) == (date.fromisoformat(text), None)
    return cell.instant


def fault_in(text: str, zone: str, *, end_of_day: bool) -> CellFault:
    cell = read_date(text, zone=instants.time_zone(zone), convention=LOCAL, end_of_day=end_of_day)
    assert cell.fault
    assert (cell.day, cell.instant) == (None, None)
    return cell.fault


def at(year: int, month: int, day: int, hour: int = 0) -> datetime:
    return datetime(year, month, day, hour, tzinfo=UTC)


@pytest.mark.rule("DOC-TZ-03", "DOC-TZ-04", "DOC-TZ-05", "INT-10")
@pytest.mark.parametrize(
    ("convention", "expected"),
    [
        (LOCAL, at(2021, 11, 18, 4)),
        (IssueDateConvention.UTC_MIDNIGHT, at(2021, 11, 18)),
        (IssueDateConvention.ARTICLE_EXAMPLE, at(2021, 11, 17, 20)),
    ],
)
def test_a_day_begins_by_the_convention(
    convention: IssueDateConvention, expected: datetime
) -> None:
    assert instant("2021-11-18", "-04:00", convention) == expected


def test_no_text_means_nothing() -> None:
    assert read_date(" ", zone=UTC, convention=LOCAL) == DateCell()


@pytest.mark.rule("DOC-CSV-05", "DOC-CSV-07")
@pytest.mark.parametrize("text", ["1990-01-01", "2990-01-01"])
def test_any_day_is_legal_past_or_future(text: str) -> None:
    assert instant(text, "UTC").date() == date.fromisoformat(text)


@pytest.mark.rule("INT-16")
def test_an_unreadable_date_has_the_fault_of_its_text() -> None:
    assert fault_in("soon", "UTC", end_of_day=False) == fault("soon")


@pytest.mark.rule("INT-10b")
@pytest.mark.parametrize("end_of_day", [False, True])
def test_a_day_that_the_zone_skipped_is_a_fault(*, end_of_day: bool) -> None:
    found = fault_in("2011-12-30", "Pacific/Apia", end_of_day=end_of_day)
    assert found.code is FaultCode.DATE_MISSING_IN_ZONE
    assert "Pacific/Apia" in found.message


@pytest.mark.rule("INT-10b")
def test_a_day_that_the_zone_skipped_began_in_utc() -> None:
    convention = IssueDateConvention.UTC_MIDNIGHT
    assert instant("2011-12-30", "Pacific/Apia", convention) == at(2011, 12, 30)


@pytest.mark.rule("DOC-TZ-01")
@pytest.mark.parametrize(
    ("text", "zone", "end_of_day"),
    [
        ("0001-01-01", "Asia/Tokyo", False),
        ("9999-12-31", "UTC", True),
        ("9999-12-31", "-04:00", True),
    ],
)
def test_an_instant_outside_the_calendar_is_a_fault(
    text: str, zone: str, *, end_of_day: bool
) -> None:
    assert fault_in(text, zone, end_of_day=end_of_day).code is FaultCode.DATE_OUT_OF_RANGE


@pytest.mark.rule("DOC-TZ-01")
def test_the_last_day_west_of_greenwich_begins_within_the_calendar() -> None:
    assert instant("9999-12-31", "-04:00") == at(9999, 12, 31, 4)


@pytest.mark.rule("INT-11", "DOC-TZ-06")
@pytest.mark.parametrize(
    ("convention", "expected"),
    [(LOCAL, at(2024, 3, 31, 22)), (IssueDateConvention.UTC_MIDNIGHT, at(2024, 4, 1))],
)
def test_an_award_may_last_to_the_end_of_its_day(
    convention: IssueDateConvention, expected: datetime
) -> None:
    # clocks in Rome were put forward on that day
    assert instant("2024-03-31", "Europe/Rome", convention, end_of_day=True) == expected


@pytest.mark.rule("INT-11", "INT-10b")
def test_the_end_of_a_day_before_a_missing_one_is_the_start_of_the_next() -> None:
    last = instant("2011-12-29", "Pacific/Apia", end_of_day=True)
    assert last == instant("2011-12-31", "Pacific/Apia")


@pytest.mark.law
@given(st.dates(date(1900, 1, 1), date(2200, 1, 1)), st.sampled_from(["+05:30", "Asia/Tokyo"]))
def test_the_end_of_a_day_is_the_start_of_the_next(day: date, zone: str) -> None:
    following = instant((day + timedelta(days=1)).isoformat(), zone)
    assert instant(day.isoformat(), zone, end_of_day=True) == following
