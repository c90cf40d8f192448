"""JSON that is wrong: every fault with its path, nothing coerced, nothing guessed."""

import json
from typing import Any

import pytest

from certrules import Award, Certification, Facts, Policy, wire
from certrules.errors import JsonError
from certrules.model.decisions import Decision
from certrules.model.effects import Effect

USER = {"id": "1", "username": "ada"}
AWARD = {
    "user_id": "1",
    "certification_id": "fa",
    "issued_at": "2024-01-01T00:00:00Z",
    "expires_at": "2025-01-01T00:00:00Z",
}


def faults(value: object, kind: Any) -> dict[str, str]:
    with pytest.raises(JsonError) as caught:
        wire.loads(value if isinstance(value, str) else json.dumps(value), kind)
    return dict(caught.value.faults)


@pytest.mark.parametrize(
    ("key", "given", "fault"),
    [
        ("user_id", 7, "expected some text, got 7"),
        ("user_id", " ", "expected some text, got the text ' '"),
        ("user_id", None, "expected some text, got null"),
        ("cycle", "1", "expected a whole number, one or more, got the text '1'"),
        ("cycle", True, "expected a whole number, one or more, got true"),
        ("cycle", 1.0, "expected a whole number, one or more, got 1.0"),
        ("cycle", 0, "expected a whole number, one or more, got 0"),
        ("anchor_day", 32, "expected a day of the month, 1 to 31, got 32"),
        ("issued_at", "2024-01-01T00:00:00", "expected an instant with its time zone"),
        ("issued_at", 1704067200, "expected an instant with its time zone"),
        ("basis", "Definition", "expected one of definition, date and always_valid"),
        ("source", [], "expected an object, got a list"),
        ("source", {"links": {}}, "expected a list, got an object"),
        ("issued", "2024-01-01", "unknown key; did you mean issued_at?"),
    ],
)
def test_a_wrong_value_is_refused_with_its_path(key: str, given: object, fault: str) -> None:
    ((path, text),) = faults({**AWARD, key: given}, Award).items()
    assert path.startswith(key)
    assert text.startswith(fault)


def test_all_faults_are_found_at_once() -> None:
    wrong = {"user": {**USER, "active": "no"}, "certification": None, "awards": [AWARD, {}], "x": 1}
    assert list(faults(wrong, Facts)) == [
        "x",
        "user.active",
        "awards[1].user_id",
        "awards[1].certification_id",
        "awards[1].issued_at",
        "awards[1].expires_at",
    ]


def test_values_that_are_right_alone_and_not_together_are_refused_as_a_whole() -> None:
    wrong = {**AWARD, "basis": "always_valid"}
    assert "awards[0]" in faults({"user": USER, "certification": None, "awards": [wrong]}, Facts)
    others = {"user": USER, "certification": None, "awards": [{**AWARD, "user_id": "2"}]}
    assert "user_id" in faults(others, Facts)["$"]


def test_a_repeated_key_is_refused() -> None:
    assert faults('{"id": "1", "id": "2", "name": "First aid"}', Certification) == {
        "id": "given more than once"
    }
    assert (
        "given more than once" in faults('{"enabled": true, "enabled": false}', Policy)["enabled"]
    )


@pytest.mark.parametrize("text", ["", "{", "NaN", b"\xff", "[" * 100_000, "1" * 5_000])
def test_what_is_no_json_is_refused(text: str | bytes) -> None:
    with pytest.raises(JsonError) as caught:
        wire.loads(text, Policy)
    assert caught.value.code in {"not_json", "not_utf8"}


def test_an_effect_says_which_it_is() -> None:
    assert faults({"award": AWARD}, Effect) == {
        "$": "expected an object with the key effect, got an object"
    }
    assert faults({"effect": "issue", "award": AWARD}, Effect)["effect"].startswith(
        "expected one of"
    )
    assert faults({"granted": "yes", "reasons": []}, Decision) == {
        "granted": "expected one of true and false"
    }


def test_a_reason_has_known_details_of_known_types() -> None:
    reason = {"code": "not_held", "rule": "DOC-RENEW-01", "details": {"cycle": "1", "who": "ada"}}
    found = faults({"granted": False, "reasons": [reason]}, Decision)
    assert found.pop("reasons[0].details.who").startswith("unknown key; known are action")
    assert found == {"reasons[0].details.cycle": "expected a whole number, got the text '1'"}


def test_a_type_without_a_form_is_refused() -> None:
    with pytest.raises(TypeError, match="has no form in JSON"):
        wire.schema(complex)
