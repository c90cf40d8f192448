from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pendulum
import pytest
from attrs import evolve

from certrules import AssociationType, Award, Certification, ExpiryBasis, Source, Unit, Validity
from certrules.errors import InvalidValueError, NaiveDatetimeError
from certrules.model.awards import ExternalLink
from certrules.rules import validity

ROME = ZoneInfo("Europe/Rome")
ISSUED = datetime(2024, 1, 31, 9, tzinfo=UTC)
EXPIRES = datetime(2026, 1, 31, 9, tzinfo=UTC)
LINK = ExternalLink("Credly", "https://x.example")
AWARD = Award("ada", "first-aid", ISSUED, EXPIRES)


@pytest.mark.rule("DOC-AWARD-03")
def test_by_what_an_award_can_be_earned() -> None:
    assert [str(kind) for kind in AssociationType] == [
        "manual",
        "course",
        "learning_plan",
        "external_training",
        "external_certification",
        "learning_track",
    ]
    assert AWARD.source == Source(AssociationType.MANUAL, None)


@pytest.mark.rule("DOC-AWARD-06")
@pytest.mark.parametrize(
    "link",
    [
        ("Credly", "javascript:alert(1)"),
        ("Credly", "not a link"),
        ("Credly", "https://"),
        ("Credly", "https://x.example/a b"),
        ("Credly", "https://x.example/\n"),
        ("Credly", None),
        (" ", "https://x.example"),
        (None, "https://x.example"),
    ],
)
def test_an_external_link_has_a_provider_and_leads_into_the_web(link: tuple[Any, Any]) -> None:
    with pytest.raises(InvalidValueError):
        ExternalLink(*link)


@pytest.mark.rule("DOC-AWARD-06")
@pytest.mark.parametrize("url", ["https://x.example/1?a#b", "HTTP://x", "https://x.example:8443"])
def test_links_that_lead_into_the_web(url: str) -> None:
    assert ExternalLink("Credly", url).url == url


@pytest.mark.rule("DOC-AWARD-03")
@pytest.mark.parametrize(
    "source",
    [
        ("course", "c1"),
        (AssociationType.COURSE, ""),
        (AssociationType.EXTERNAL_TRAINING, "  "),
        (AssociationType.COURSE, 5),
        (AssociationType.EXTERNAL_CERTIFICATION, None, (("Credly", "https://x.example"),)),
    ],
)
def test_a_source_is_what_it_says(source: tuple[Any, ...]) -> None:
    with pytest.raises(InvalidValueError):
        Source(*source)


def test_a_new_award_is_the_first_cycle_and_current() -> None:
    assert (AWARD.cycle, AWARD.version, AWARD.anchor_day) == (1, 1, None)
    assert AWARD.basis is ExpiryBasis.DEFINITION
    assert not AWARD.archived


@pytest.mark.rule("DOC-TZ-01")
@pytest.mark.parametrize("name", ["issued_at", "expires_at", "archived_at"])
@pytest.mark.parametrize("there", [ISSUED.astimezone(ROME), pendulum.instance(ISSUED)], ids=repr)
def test_every_instant_of_an_award_is_in_utc(name: str, there: datetime) -> None:
    changes: dict[str, Any] = {name: there}
    found = getattr(evolve(AWARD, **changes), name)
    assert (type(found), found.tzinfo) == (datetime, UTC)
    assert found == ISSUED


@pytest.mark.parametrize("name", ["issued_at", "expires_at", "archived_at"])
def test_an_instant_without_a_zone_is_an_error(name: str) -> None:
    changes: dict[str, Any] = {name: ISSUED.replace(tzinfo=None)}
    with pytest.raises(NaiveDatetimeError):
        evolve(AWARD, **changes)


@pytest.mark.rule("DOC-EXP-04")
def test_an_award_that_is_always_valid_has_no_expiry() -> None:
    assert Award("ada", "fa", ISSUED, None, ExpiryBasis.ALWAYS_VALID).expires_at is None
    with pytest.raises(InvalidValueError, match="it is always valid") as caught:
        Award("ada", "fa", ISSUED, EXPIRES, ExpiryBasis.ALWAYS_VALID)
    assert (caught.value.name, caught.value.value) == ("expires_at", EXPIRES)


@pytest.mark.rule("DOC-EXP-03")
def test_an_expiry_set_by_hand_is_a_date() -> None:
    assert Award("ada", "fa", ISSUED, EXPIRES, ExpiryBasis.DATE).expires_at == EXPIRES
    with pytest.raises(InvalidValueError, match="or the basis ALWAYS_VALID") as caught:
        Award("ada", "fa", ISSUED, None, ExpiryBasis.DATE)
    assert (caught.value.name, caught.value.value) == ("expires_at", None)


@pytest.mark.rule("DOC-EXP-03")
def test_who_set_an_expiry() -> None:
    assert [str(basis) for basis in ExpiryBasis] == ["definition", "date", "always_valid"]
    assert Award("ada", "fa", ISSUED, None).basis is ExpiryBasis.DEFINITION


@pytest.mark.rule("INT-01c")
def test_a_definition_that_changes_moves_no_award() -> None:
    certification = Certification("fa", "First aid", validity=Validity(2, Unit.YEARS))
    expires = validity.expiry(ISSUED, certification.validity, zone=ROME)
    award = Award("ada", certification.id, ISSUED, expires)
    evolve(certification, validity=Validity(1, Unit.YEARS))
    assert award.expires_at == expires == EXPIRES


def test_an_expiry_before_the_issue_is_history_too() -> None:
    assert Award("ada", "fa", EXPIRES, ISSUED).expires_at == ISSUED


def test_history_is_told_apart_by_its_dates() -> None:
    assert AWARD.identity == ("ada", "first-aid", ISSUED, EXPIRES)
    assert evolve(AWARD, cycle=2, version=7).identity == AWARD.identity
    assert evolve(AWARD, expires_at=None).identity != AWARD.identity


def test_an_archived_award_keeps_its_own_dates() -> None:
    at = EXPIRES - timedelta(days=30)
    archived = AWARD.archive(at)
    assert archived.archived
    assert (archived.archived_at, archived.version) == (at, 2)
    assert archived.identity == AWARD.identity
    assert not AWARD.archived
