from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certrules.model.records import FaultCode
from certrules.records.dates import read_day
from certrules.records.faults import Flaw

DAY = date(2021, 11, 18)


def flaw(text: str) -> Flaw:
    found = read_day(text)
    assert isinstance(found, Flaw)
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
    assert flaw(text) == Flaw(code, message)


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
    assert flaw(text) == Flaw(FaultCode.DATE_UNREADABLE, "not a date; write it as YYYY-MM-DD")


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
    if isinstance(found, Flaw):
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
        assert day.isoformat() in flaw(text).message
