"""What a selection can and cannot ask."""

from datetime import UTC, datetime

import pytest

from certrules import Certification, User
from certrules.errors import InvalidValueError, NaiveDatetimeError
from certrules.model.tables import (
    Ahead,
    AllOf,
    AnyOf,
    Condition,
    Contains,
    Fact,
    OneOf,
    Order,
    Past,
    Rows,
    Selection,
    certification_text,
    folded,
    user_text,
)

T0 = datetime(2024, 1, 1, tzinfo=UTC)


@pytest.mark.rule("INT-15")
def test_case_does_not_count_in_folded_text() -> None:
    assert folded("ΣΑΣ Straße") == folded("σας STRASSE")
    assert user_text(User("1", "ADA", "Ada", "L")) == "ada\nada\nl"
    first_aid = Certification("1", "First Aid", description="Do", skills=("A", "B"))
    assert certification_text(first_aid) == "first aid\n\ndo\na\nb"


@pytest.mark.parametrize(
    ("rows", "options"),
    [
        (Rows.CERTIFICATIONS, {"facts": [Fact.USERNAME]}),
        (Rows.CERTIFICATIONS, {"facts": [Fact.ISSUED_AT]}),
        (Rows.CERTIFICATIONS, {"facts": [], "where": OneOf(Fact.COMPANY, {"a"})}),
        (Rows.CERTIFICATIONS, {"facts": [], "order": [Order(Fact.CYCLE)]}),
        (Rows.AWARDS, {"facts": [Fact.AWARDED]}),
        (Rows.AWARDS, {"facts": [], "where": AllOf([AnyOf([OneOf(Fact.ASSIGNED, {1})])])}),
        (Rows.AWARDS, {"facts": [Fact.TRAINING_KEY]}),
        (Rows.AWARDS, {"facts": [], "order": [Order(Fact.SKILLS)]}),
        (Rows.AWARDS, {"facts": [], "order": [Order(Fact.TRAINING_ID)]}),
        (Rows.AWARDS, {"facts": [], "where": Past(Fact.NAME, T0)}),
        (Rows.AWARDS, {"facts": [], "offset": -1}),
        (Rows.AWARDS, {"facts": [], "limit": -1}),
    ],
)
def test_what_rows_do_not_have_cannot_be_asked(rows: Rows, options: dict[str, object]) -> None:
    with pytest.raises(InvalidValueError):
        Selection(rows, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("condition", [Past, Ahead])
def test_an_instant_has_a_zone(condition: type[Past | Ahead]) -> None:
    with pytest.raises(NaiveDatetimeError):
        condition(Fact.EXPIRES_AT, T0.replace(tzinfo=None))


def test_no_text_with_nul_can_be_searched() -> None:
    with pytest.raises(InvalidValueError, match="without NUL"):
        Contains(Fact.NAME, "a\0")


def test_every_fact_can_be_asked_of_some_rows() -> None:
    asked: Condition = AllOf(())
    for fact in Fact:
        possible = []
        for rows in Rows:
            try:
                Selection(rows, (), AnyOf([asked, OneOf(fact, {"a"})]))
            except InvalidValueError:
                continue
            possible.append(rows)
        assert possible, fact
