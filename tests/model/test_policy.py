import pytest

from certrules import ALLBOUND, DOCEBO, Duplicates, ExpiryDay, MonthEnd, Policy, Validity
from certrules.instants import IssueDateConvention


@pytest.mark.rule("INT-01", "INT-10")
@pytest.mark.parametrize("policy", [Policy(), DOCEBO, ALLBOUND])
def test_time_is_reckoned_by_the_same_defaults_everywhere(policy: Policy) -> None:
    assert policy.month_end is MonthEnd.CLAMP
    assert policy.expiry_day is ExpiryDay.EXCLUSIVE
    assert policy.issue_date is IssueDateConvention.LOCAL_MIDNIGHT
    assert policy.users_choose_zone


@pytest.mark.rule("ALL-EXP-01")
def test_allbound_offers_four_validities_and_docebo_any() -> None:
    assert ALLBOUND.validities == tuple(
        Validity.parse(text) for text in ("1 year", "2 years", "3 years", "never")
    )
    assert DOCEBO.validities is None


@pytest.mark.rule("DOC-CSV-14")
def test_duplicates_are_rejected_or_renew() -> None:
    assert [str(choice) for choice in Duplicates] == ["reject", "renew"]


@pytest.mark.rule("INT-01")
def test_the_expiry_day_is_out_or_in() -> None:
    assert [str(choice) for choice in ExpiryDay] == ["exclusive", "inclusive"]
