import pytest
from hypothesis import given
from hypothesis import strategies as st

from certrules.cells import escaped, unescaped

RISKY = "=+-@\t\r\n'＝＋－＠"


@pytest.mark.parametrize("start", RISKY)
def test_what_a_spreadsheet_might_run_gets_an_apostrophe(start: str) -> None:
    assert escaped(start + "1") == "'" + start + "1"


@pytest.mark.parametrize("value", ["", "ada", "1=1", " =1", "a'b"])
def test_what_is_harmless_stays_as_it_is(value: str) -> None:
    assert escaped(value) == value


@pytest.mark.parametrize("value", ["'", "'ada", "''"])
def test_an_apostrophe_that_was_not_put_there_stays(value: str) -> None:
    assert unescaped(value) == ("'" if value == "''" else value)


@pytest.mark.law
@given(st.text())
def test_every_value_comes_back_and_starts_harmlessly(value: str) -> None:
    assert unescaped(escaped(value)) == value
    assert not escaped(value).startswith(tuple(RISKY.replace("'", "")))
