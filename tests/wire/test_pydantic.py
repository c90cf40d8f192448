"""Pydantic's models with values of certrules: strict, and with the real schema."""

from datetime import UTC, datetime
from typing import Annotated

import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError

from certrules import Award, Facts, User, Validity, wire
from certrules.model.decisions import Answer
from certrules.rules import renewal
from certrules.wire import Wired

AT = datetime(2024, 1, 1, tzinfo=UTC)


class Question(BaseModel):
    facts: Annotated[Facts, Wired()]
    validity: Annotated[Validity, Wired()]


def test_a_model_reads_values_and_writes_them_back() -> None:
    known = Facts(User("1", "ada"), None, awards=[Award("1", "fa", AT, None)])
    given = {"facts": wire.unstructure(known), "validity": "2 years"}
    question = Question.model_validate(given)
    assert question.facts == known
    assert question.validity == Validity.parse("2 years")
    assert Question.model_validate_json(question.model_dump_json()) == question


def test_every_fault_is_in_the_error() -> None:
    with pytest.raises(ValidationError) as caught:
        Question.model_validate({"facts": {"user": {"id": 1}}, "validity": 2})
    told = str(caught.value)
    assert "user.id: expected some text, got 1" in told
    assert "user.username: is missing" in told
    assert "certification: is missing" in told
    assert "expected such as '18 months'" in told


def test_an_answer_goes_out_as_it_is() -> None:
    adapter = TypeAdapter(Annotated[Answer, Wired()])
    refused = renewal.decide(Facts(User("1", "ada"), None), at=AT)
    assert adapter.dump_python(adapter.validate_python(refused)) == wire.unstructure(refused)


def test_the_schema_is_that_of_the_value() -> None:
    properties = Question.model_json_schema()["properties"]
    facts = properties["facts"]
    assert facts["required"] == ["user", "certification"]
    assert facts["properties"]["user"]["properties"]["active"] == {"type": "boolean"}
    assert not facts["additionalProperties"]
    assert properties["validity"]["type"] == "string"
