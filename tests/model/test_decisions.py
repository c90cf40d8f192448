import pytest

from certrules import Granted, Reason, Refused, Rule

REASON = Reason(Rule.DOC_EXP_02, "zero is never", (("amount", 0),))


def test_a_reason_names_its_rule() -> None:
    assert str(REASON) == "zero is never (DOC-EXP-02)"


def test_granted_is_true_and_refused_is_false() -> None:
    assert Granted()
    assert not Refused([REASON])


@pytest.mark.parametrize("decision", [Granted(reasons=[REASON]), Refused([REASON])])
def test_reasons_are_kept_as_a_tuple(decision: Granted | Refused) -> None:
    assert decision.reasons == (REASON,)


def test_nothing_follows_unless_it_is_said() -> None:
    assert (Granted().effects, Granted().reasons) == ((), ())
