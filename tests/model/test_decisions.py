import pickle
from typing import Any

import pytest

from certrules import Granted, Refused, Rule
from certrules.errors import InvalidValueError
from certrules.model.decisions import Decision, because, render
from certrules.model.reasons import ReasonCode

REASON = because(ReasonCode.INACTIVE_USER, user_id="1", user="ada {0}")


def test_a_reason_says_its_text_and_names_its_rule() -> None:
    assert REASON.text == "user ada {0} is deactivated"
    assert str(REASON) == "user ada {0} is deactivated (DOC-CERT-13)"


def test_the_context_may_have_another_rule() -> None:
    assert because(ReasonCode.INACTIVE_USER, Rule.INT_24).rule is Rule.INT_24


def test_a_host_renders_in_its_own_language_and_falls_back_to_english() -> None:
    assert render(REASON, {ReasonCode.INACTIVE_USER: "{user} ist deaktiviert"}) == (
        "ada {0} ist deaktiviert"
    )
    assert render(REASON, {ReasonCode.INACTIVE_USER: lambda details: details["user_id"]}) == "1"
    assert render(REASON, {}) == REASON.text
    assert render(REASON, say=repr) == "user 'ada {0}' is deactivated"


def test_details_cannot_be_changed_and_count_for_equality() -> None:
    with pytest.raises(TypeError):
        REASON.details["user"] = "eve"  # type: ignore[index]
    again = because(ReasonCode.INACTIVE_USER, user_id="1", user="ada {0}")
    assert (again, hash(again)) == (REASON, hash(REASON))
    assert because(ReasonCode.INACTIVE_USER, user_id="2", user="eve") != REASON


def test_a_reason_is_the_same_in_another_process() -> None:
    assert pickle.loads(pickle.dumps(REASON)) == REASON  # noqa: S301


def test_granted_is_true_and_refused_is_false() -> None:
    assert Granted()
    assert not Refused([REASON])


@pytest.mark.parametrize("decision", [Granted(reasons=[REASON]), Refused([REASON])])
def test_reasons_are_kept_as_a_tuple(decision: Decision) -> None:
    assert decision.reasons == (REASON,)


def test_nothing_follows_unless_it_is_said() -> None:
    assert (Granted().effects, Granted().reasons) == ((), ())


@pytest.mark.parametrize("text", ["{nope}", "{", "{}", None])
def test_a_text_that_names_other_details_says_which_code_and_which_there_are(text: Any) -> None:
    reason = because(ReasonCode.INACTIVE_USER, user_id="1", user="ada")
    with pytest.raises(InvalidValueError) as raised:
        render(reason, {ReasonCode.INACTIVE_USER: text})
    assert raised.value.name == "text of inactive_user"
    assert raised.value.expected.endswith("{user_id}, {user}")


def test_texts_may_be_by_the_text_of_their_code() -> None:
    assert render(REASON, {"inactive_user": "{user} fehlt"}) == "ada {0} fehlt"


@pytest.mark.parametrize("texts", [None, "de", [ReasonCode.INACTIVE_USER]])
def test_texts_that_are_no_mapping_are_refused(texts: Any) -> None:
    with pytest.raises(InvalidValueError, match=r"texts cannot be .* a mapping from codes"):
        render(REASON, texts)
