from datetime import UTC, datetime, timedelta, timezone

import pytest
from attrs import evolve
from attrs.exceptions import FrozenInstanceError
from hypothesis import given
from hypothesis import strategies as st

from certrules import Assignment, Certification, CertificationStatus, Item, ItemKind, Unit, Validity
from certrules.errors import InvalidValueError, NaiveDatetimeError


@pytest.mark.rule("DOC-EXP-01")
@pytest.mark.parametrize("unit", Unit)
@pytest.mark.parametrize("amount", [1, 18, 999_999_999])
def test_a_validity_is_a_whole_number_of_a_unit(amount: int, unit: Unit) -> None:
    validity = Validity(amount, unit)
    assert (validity.amount, validity.unit, validity.never) == (amount, unit, False)


@pytest.mark.rule("DOC-EXP-01")
@pytest.mark.parametrize("amount", [-1, 1.5, 2.0, "2", True, False, None])
def test_any_other_amount_is_an_error(amount: object) -> None:
    with pytest.raises(
        InvalidValueError, match="expected a whole number, 0 to 999999999"
    ) as caught:
        Validity(amount, Unit.DAYS)  # type: ignore[arg-type]
    assert (caught.value.name, caught.value.value) == ("amount", amount)


@pytest.mark.rule("DOC-EXP-01")
@pytest.mark.parametrize("unit", ["months", None, 12])
def test_any_other_unit_is_an_error(unit: object) -> None:
    with pytest.raises(InvalidValueError, match=r"expected a member of Unit") as caught:
        Validity(1, unit)  # type: ignore[arg-type]
    assert (caught.value.name, caught.value.value) == ("unit", unit)


@pytest.mark.rule("DOC-EXP-02")
@pytest.mark.parametrize("unit", Unit)
def test_zero_of_any_unit_is_never(unit: Unit) -> None:
    assert Validity(0, unit).never
    assert str(Validity(0, unit)) == "never"


@pytest.mark.rule("DOC-EXP-02")
def test_never_has_a_name() -> None:
    assert Validity.NEVER.never


@pytest.mark.rule("DOC-EXP-01")
@pytest.mark.parametrize(
    ("text", "validity"),
    [
        ("18 months", Validity(18, Unit.MONTHS)),
        ("1 month", Validity(1, Unit.MONTHS)),
        ("1 Year", Validity(1, Unit.YEARS)),
        ("  2   WEEKS ", Validity(2, Unit.WEEKS)),
        ("90 days", Validity(90, Unit.DAYS)),
        ("0 years", Validity(0, Unit.YEARS)),
        ("never", Validity.NEVER),
        (" Never ", Validity.NEVER),
        ("P18M", Validity(18, Unit.MONTHS)),
        ("P12M", Validity(12, Unit.MONTHS)),
        ("P1Y", Validity(1, Unit.YEARS)),
        ("P1Y6M", Validity(18, Unit.MONTHS)),
        ("P1Y0M", Validity(12, Unit.MONTHS)),
        ("P2W", Validity(2, Unit.WEEKS)),
        ("P14D", Validity(14, Unit.DAYS)),
        ("P0D", Validity.NEVER),
        (" P2Y ", Validity(2, Unit.YEARS)),
    ],
)
def test_reading_a_validity(text: str, validity: Validity) -> None:
    assert Validity.parse(text) == validity


@pytest.mark.rule("DOC-EXP-01")
@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "months", "18", "18months", "-1 months", "1.5 years", "1 decade", "forever"),
        *("1 month 2 days", "10000000000 days", "\u0661 day", "P", "PT24H", "P-1Y", "P1M2D"),
        *(None, 18, Unit.DAYS),
    ],
)
def test_what_is_no_validity(text: object) -> None:
    with pytest.raises(InvalidValueError) as caught:
        Validity.parse(text)  # type: ignore[arg-type]
    assert caught.value.value == text


def test_months_and_days_are_not_mixed() -> None:
    with pytest.raises(InvalidValueError, match="months and days cannot be mixed") as caught:
        Validity.parse("P1M2D")
    assert (caught.value.name, caught.value.value) == ("validity", "P1M2D")


def test_what_a_validity_could_be_is_said() -> None:
    with pytest.raises(InvalidValueError, match="such as '18 months', 'P18M' or 'never'") as caught:
        Validity.parse("soon")
    assert caught.value.name == "validity"


@pytest.mark.parametrize(
    ("validity", "text"),
    [
        (Validity(1, Unit.DAYS), "1 day"),
        (Validity(1, Unit.WEEKS), "1 week"),
        (Validity(1, Unit.MONTHS), "1 month"),
        (Validity(1, Unit.YEARS), "1 year"),
        (Validity(21, Unit.YEARS), "21 years"),
        (Validity.NEVER, "never"),
    ],
)
def test_a_validity_in_words(validity: Validity, text: str) -> None:
    assert str(validity) == text


@pytest.mark.law
@pytest.mark.rule("DOC-EXP-01", "DOC-EXP-02")
@given(st.integers(0, 999_999_999), st.sampled_from(Unit))
def test_what_is_written_is_read_back(amount: int, unit: Unit) -> None:
    validity = Validity(amount, unit)
    read = Validity.parse(str(validity))
    assert read == validity or (read.never and validity.never)


@pytest.mark.rule("DOC-CERT-02", "DOC-CERT-04", "DOC-CERT-05", "DOC-CERT-06")
def test_a_certification_needs_a_name_alone() -> None:
    made = Certification("c1", "First aid")
    assert (made.code, made.description, made.assignments) == (None, "", ())
    assert made.validity is Validity.NEVER
    assert made.status is CertificationStatus.ACTIVE
    assert not made.retake


@pytest.mark.rule("DOC-CERT-02")
def test_a_certification_has_what_its_definition_has() -> None:
    course = Assignment(ItemKind.COURSE, "101", datetime(2024, 1, 1, tzinfo=UTC))
    two_years = Validity(2, Unit.YEARS)
    made = Certification("c1", "First aid", "FA", "Bandages", two_years, assignments=(course,))
    assert (made.code, made.description, made.validity) == ("FA", "Bandages", two_years)
    assert made.assignments == (course,)


@pytest.mark.rule("DOC-CERT-03")
@pytest.mark.parametrize("name", ["", "  ", "\t\n", "\u200b", " \u202e\u2800", None, 5])
def test_a_certification_without_a_name_is_an_error(name: object) -> None:
    with pytest.raises(InvalidValueError, match="a name is mandatory") as caught:
        Certification("c1", name)  # type: ignore[arg-type]
    assert (caught.value.name, caught.value.value) == ("name", name)


@pytest.mark.rule("INT-31b")
def test_a_certification_has_three_states() -> None:
    assert [str(status) for status in CertificationStatus] == ["draft", "active", "inactive"]


@pytest.mark.rule("DOC-ASSIGN-01", "DOC-ASSIGN-09", "ALL-TRAIN-01")
def test_what_can_earn_a_certification() -> None:
    assert [str(kind) for kind in ItemKind] == [
        "course",
        "learning_plan",
        "external_training",
        "learning_track",
    ]


@pytest.mark.rule("DOC-ASSIGN-01")
def test_an_assignment_begins_at_an_instant() -> None:
    there = datetime(2024, 1, 1, 1, tzinfo=timezone(timedelta(hours=1)))
    assignment = Assignment(ItemKind.COURSE, "101", there)
    assert assignment.assigned_at.tzinfo is UTC
    assert assignment.assigned_at == there
    with pytest.raises(NaiveDatetimeError):
        Assignment(ItemKind.COURSE, "101", there.replace(tzinfo=None))


def test_an_item_may_do_without_a_code() -> None:
    item = Item(ItemKind.COURSE, "101")
    assert (item.code, item.name) == (None, "")


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (Validity(1, Unit.DAYS), "amount"),
        (Certification("c1", "First aid"), "name"),
        (Item(ItemKind.COURSE, "1"), "code"),
    ],
)
def test_values_are_frozen_and_compared_by_content(
    value: Validity | Certification | Item, name: str
) -> None:
    with pytest.raises(FrozenInstanceError):
        setattr(value, name, "other")
    assert evolve(value) == value
    assert hash(evolve(value)) == hash(value)
    assert not hasattr(value, "__dict__")
