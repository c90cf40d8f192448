import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certrules.text import (
    folded,
    forms,
    neutralise_formula,
    quote_cell,
    restore_formula,
    strip_controls,
    unaccented,
)

FORMULA = "=+-@＝＋－＠"
UNSEEN = "\x00\x01\t\n\r\x1b\x7f\x85\xa0\xad "
UNSEEN += "\u034f\u0300\u0489\ufe0f\U000e0100\u115f\u1160\u2800\u3164\uffa0\U0001d159"
UNSEEN += "\u061c\u180e\u2007\u200b\u200e\u202e\u2028\u2066\u3000\ufeff"
TEXT = st.text(st.sampled_from(FORMULA + UNSEEN + "'a1\U000e0020") | st.characters())


@pytest.mark.parametrize("start", [*FORMULA, "\t", "\r", "\n"])
def test_what_a_spreadsheet_might_run_gets_an_apostrophe(start: str) -> None:
    assert neutralise_formula(start + "1") == "'" + start + "1"


@pytest.mark.parametrize("unseen", [*UNSEEN, " \u202e\x00 "])
def test_what_nobody_sees_hides_no_formula(unseen: str) -> None:
    assert neutralise_formula(unseen + "=1") == "'" + unseen + "=1"


@pytest.mark.parametrize(
    "value",
    ["", "ada", "1=1", "a'b", " a=1", "한=1", "é=1", "e\u0301=1", "\u202eada", "\xa0", "'", "'s"],
)
def test_what_is_harmless_stays_as_it_is(value: str) -> None:
    assert neutralise_formula(value) == value
    assert restore_formula(value) == value


@pytest.mark.parametrize("value", ["'=1", "''\t", "'\xa0=1"])
def test_an_apostrophe_before_a_formula_is_doubled(value: str) -> None:
    assert neutralise_formula(value) == "'" + value
    assert restore_formula("'" + value) == value


@pytest.mark.law
@given(TEXT)
def test_every_value_comes_back(value: str) -> None:
    assert restore_formula(neutralise_formula(value)) == value


@pytest.mark.law
@given(TEXT)
def test_no_value_begins_a_formula_with_or_without_what_nobody_sees(value: str) -> None:
    for made in (neutralise_formula(value), neutralise_formula(strip_controls(value))):
        assert not made.startswith(("\t", "\r", "\n"))
        printed = "".join(each for each in made if each.isprintable() and each not in UNSEEN)
        assert not printed.lstrip().startswith(tuple(FORMULA))


@pytest.mark.law
@given(TEXT)
def test_a_clean_text_has_no_control_characters_but_tabs_and_newlines(value: str) -> None:
    kept = set(strip_controls(value)) - {"\t", "\n"}
    assert all(each >= " " and not "\x7f" <= each <= "\x9f" for each in kept)
    assert strip_controls(value).encode().decode() == strip_controls(value)


@pytest.mark.parametrize("ending", ['"', ",", ";", "|", "\t", "\r", "\n"])
def test_what_might_end_a_cell_is_in_quotes(ending: str) -> None:
    inside = '""' if ending == '"' else ending
    assert quote_cell(f"a{ending}=1") == f'"a{inside}=1"'
    assert quote_cell(ending) == f'"{inside}"'


@pytest.mark.law
@given(TEXT, st.sampled_from(",;|\t"))
def test_a_quoted_cell_is_read_as_one_whatever_the_delimiter(value: str, delimiter: str) -> None:
    line = delimiter.join(["a", quote_cell(value), "b"])
    assert list(csv.reader([line], delimiter=delimiter, strict=True)) == [["a", value, "b"]]


@pytest.mark.rule("INT-15")
def test_case_and_form_do_not_count_in_folded_text() -> None:
    assert folded("ΣΑΣ Straße") == folded("σας STRASSE")
    assert folded("ZOE\u0308 \u212b") == folded("zo\u00eb \u00e5")


@pytest.mark.rule("INT-15")
@given(st.text())
def test_all_forms_of_a_text_are_compared_alike(text: str) -> None:
    written = [*forms(text), text]
    assert len(set(map(folded, written))) == len(set(map(unaccented, written))) == 1
    assert folded(folded(text)) == folded(text)
