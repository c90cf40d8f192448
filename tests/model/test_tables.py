"""What a selection can and cannot ask."""

from datetime import UTC, datetime
from typing import Any

import pytest

from certrules import Certification, User
from certrules.errors import InvalidValueError, NaiveDatetimeError
from certrules.model.tables import (
    Ahead,
    AllOf,
    AnyOf,
    Case,
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
    is_text,
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
        (Rows.AWARDS, {"facts": [Case([("a", OneOf(Fact.AWARDED, {1}))])]}),
        (Rows.AWARDS, {"facts": [], "order": [Order(Case([("a", Past(Fact.NAME, T0))]))]}),
    ],
)
def test_what_rows_do_not_have_cannot_be_asked(rows: Rows, options: dict[str, object]) -> None:
    with pytest.raises(InvalidValueError):
        Selection(rows, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("condition", [Past, Ahead])
def test_an_instant_has_a_zone(condition: type[Past | Ahead]) -> None:
    with pytest.raises(NaiveDatetimeError):
        condition(Fact.EXPIRES_AT, T0.replace(tzinfo=None))


@pytest.mark.parametrize("text", ["a\0", "\0", "\ud800b"])
def test_no_text_that_no_database_holds_can_be_found(text: str) -> None:
    for ask in (lambda: Contains(Fact.NAME, text), lambda: OneOf(Fact.NAME, {"a", text})):
        with pytest.raises(InvalidValueError, match="no NUL and no half") as caught:
            ask()
        assert caught.value.value == text


def test_numbers_have_32_bits() -> None:
    assert len(OneOf(Fact.CYCLE, {2**31 - 1, 1 - 2**31}).values) == 2
    for number in (2**31, -(2**31)):
        with pytest.raises(InvalidValueError, match="32 bits at most"):
            OneOf(Fact.CYCLE, {number})


@pytest.mark.parametrize("number", [-1, 10**18 + 1, 10**30, True, 1.0, "1", None])
def test_rows_are_counted_in_whole_numbers(number: Any) -> None:
    for name in ("offset", "limit")[: 1 if number is None else 2]:
        with pytest.raises(InvalidValueError, match=name) as caught:
            Selection(Rows.AWARDS, (), **{name: number})
        assert caught.value.value is number


def nested(levels: int) -> Condition:
    condition: Condition = OneOf(Fact.USER, {"1"})
    for _ in range(levels - 1):
        condition = AllOf([condition])
    return condition


@pytest.mark.parametrize(
    ("most", "beyond", "message"),
    [
        (nested(50), nested(51), "depth of conditions cannot be 51"),
        (nested(50), nested(5_000), "depth of conditions cannot be 5000"),
        (
            AnyOf([Contains(Fact.NAME, "a")] * 500),
            AnyOf([Contains(Fact.NAME, "a")] * 501),
            "number of conditions cannot be 501",
        ),
        (
            AllOf([OneOf(Fact.USER, map(str, range(15_000)))] * 2),
            AllOf([OneOf(Fact.USER, map(str, range(15_001)))] * 2),
            "number of values to compare with cannot be 30002",
        ),
    ],
)
def test_there_are_not_too_many_conditions(
    most: Condition, beyond: Condition, message: str
) -> None:
    assert Selection(Rows.AWARDS, (), most).where is most
    assert Selection(Rows.AWARDS, (Case([("a", most)]),)).where == AllOf(())
    for facts, where in (((), beyond), ((Case([("a", beyond)]),), AllOf(()))):
        with pytest.raises(InvalidValueError, match=message):
            Selection(Rows.AWARDS, facts, where)


def test_a_case_has_names() -> None:
    with pytest.raises(InvalidValueError, match="one at least"):
        Case([])
    assert is_text(Case([("a", AllOf(()))]))
    assert [is_text(fact) for fact in (Fact.NAME, Fact.CYCLE, Fact.SKILLS)] == [True, False, False]


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
