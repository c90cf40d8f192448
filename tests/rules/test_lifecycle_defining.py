"""What may be created, edited, published and switched, and when."""

from datetime import UTC, datetime
from typing import Any

import pytest
from attrs import evolve, fields
from hypothesis import given
from hypothesis import strategies as st

from certrules import (
    ALLBOUND,
    DOCEBO,
    Assignment,
    Award,
    Certification,
    CertificationStatus,
    Granted,
    ItemKind,
    Policy,
    Unit,
    Validity,
)
from certrules.errors import InvalidValueError, NaiveDatetimeError
from certrules.model.badges import ImageFormat, ImageInfo
from certrules.model.decisions import Decision
from certrules.model.effects import DefineCertification, RemoveAward, RemoveCertification
from certrules.rules import lifecycle
from certrules.testing import strategies

DRAFT, ACTIVE, INACTIVE = CertificationStatus
BEGIN = datetime(2024, 1, 1, tzinfo=UTC)
AT = datetime(2024, 7, 1, tzinfo=UTC)
ITEM = Assignment(ItemKind.COURSE, "c1", BEGIN)
FIRST_AID = Certification(
    "fa",
    "First aid",
    validity=Validity(1, Unit.YEARS),
    badge_image="media/1.png",
    created_by="ada",
    created_at=BEGIN,
    updated_at=BEGIN,
)
OTHER: dict[str, Any] = {
    "name": "First aid at work",
    "code": "FAW",
    "description": "Plasters",
    "validity": Validity(2, Unit.YEARS),
    "retake": True,
    "groups": {"staff"},
    "completion_criteria": "* all of it",
    "skills": ("bandage",),
    "badge_image": "media/2.png",
}
POLICIES = st.sampled_from([DOCEBO, ALLBOUND])


def rules(decided: Decision) -> list[str]:
    return [reason.rule.id for reason in decided.reasons]


def defined(decided: Decision) -> Certification:
    assert isinstance(decided, Granted), decided.reasons
    (effect,) = decided.effects
    assert isinstance(effect, DefineCertification)
    return effect.certification


def edit(before: Certification, policy: Policy = DOCEBO, **changes: Any) -> Decision:
    return lifecycle.edit(before, evolve(before, **changes), at=AT, policy=policy)


# The states


@pytest.mark.rule("INT-31b")
def test_nothing_becomes_a_draft_again_and_everything_can_be_deleted() -> None:
    assert set(lifecycle.NEXT) == set(CertificationStatus)
    for following in lifecycle.NEXT.values():
        assert DRAFT not in following
        assert None in following


@pytest.mark.rule("INT-31b", "ALL-CERT-02", "ALL-CERT-08")
@pytest.mark.parametrize("policy", [DOCEBO, ALLBOUND])
@pytest.mark.parametrize("before", CertificationStatus)
@pytest.mark.parametrize("after", CertificationStatus)
def test_an_edit_moves_along_the_table_and_not_otherwise(
    before: CertificationStatus, after: CertificationStatus, policy: Policy
) -> None:
    decided = edit(evolve(FIRST_AID, status=before), policy, status=after)
    if before is after:
        assert isinstance(decided, Granted)
        assert not decided.effects
    elif after in lifecycle.NEXT[before]:
        assert defined(decided).status is after
        assert "INT-31b" in rules(decided)
    else:
        assert rules(decided) == ["INT-31b"]


@pytest.mark.rule("ALL-CERT-08", "INT-31b")
@pytest.mark.parametrize("active", [True, False])
def test_a_draft_is_published_as_active_or_inactive(active: bool) -> None:
    draft = evolve(FIRST_AID, status=DRAFT)
    published = defined(lifecycle.publish(draft, active=active, at=AT))
    assert published == evolve(draft, status=ACTIVE if active else INACTIVE, updated_at=AT)


@pytest.mark.rule("INT-31b")
@pytest.mark.parametrize("status", [ACTIVE, INACTIVE])
def test_only_a_draft_is_published(status: CertificationStatus) -> None:
    assert rules(lifecycle.publish(evolve(FIRST_AID, status=status), at=AT)) == ["INT-31b"]


@pytest.mark.rule("ALL-CERT-02", "ALL-MANAGE-05", "ALL-MANAGE-07", "INT-31b", "INT-38")
@pytest.mark.parametrize("policy", [DOCEBO, ALLBOUND])
def test_a_published_one_is_switched_off_and_on_again(policy: Policy) -> None:
    decided = lifecycle.deactivate(FIRST_AID, at=AT)
    idle = defined(decided)
    assert idle.status is INACTIVE
    assert "INT-38" in rules(decided)
    assert defined(lifecycle.activate(idle, at=AT, policy=policy)).status is ACTIVE


@pytest.mark.rule("INT-31b")
def test_switching_what_is_so_already_changes_nothing_and_a_draft_is_not_switched() -> None:
    again = lifecycle.activate(FIRST_AID, at=AT)
    assert isinstance(again, Granted)
    assert not again.effects
    for switch in (lifecycle.activate, lifecycle.deactivate):
        assert rules(switch(evolve(FIRST_AID, status=DRAFT), at=AT)) == ["INT-31b"]


# Editing


@pytest.mark.rule("DOC-CERT-07")
@pytest.mark.parametrize("name", OTHER)
@pytest.mark.parametrize("status", CertificationStatus)
def test_docebo_edits_everything_at_any_time(name: str, status: CertificationStatus) -> None:
    before = evolve(FIRST_AID, status=status)
    after = evolve(before, **{name: OTHER[name]})
    assert defined(edit(before, **{name: OTHER[name]})) == evolve(after, updated_at=AT)


@pytest.mark.rule("ALL-CERT-09", "ALL-CERT-10", "ALL-VIS-05", "INT-31")
@pytest.mark.parametrize("name", OTHER)
@pytest.mark.parametrize("status", CertificationStatus)
def test_allbound_freezes_on_publication_all_but_status_and_groups(
    name: str, status: CertificationStatus
) -> None:
    decided = edit(evolve(FIRST_AID, status=status), ALLBOUND, **{name: OTHER[name]})
    if status is DRAFT or name == "groups":
        assert decided
    else:
        assert rules(decided) == ["ALL-CERT-09"]
        assert decided.reasons[0].details["attributes"] == (name,)


def test_the_edits_tried_are_all_there_are() -> None:
    bookkeeping = {"created_by", "created_at", "updated_at"}
    elsewhere = {"id", "status", "assignments", "criteria"}
    names = {each.name for each in fields(Certification)}
    assert set(OTHER) == names - bookkeeping - elsewhere


@pytest.mark.rule("INT-31")
def test_publishing_does_not_smuggle_in_other_changes_later() -> None:
    both = edit(FIRST_AID, ALLBOUND, status=INACTIVE, name="Another")
    assert rules(both) == ["ALL-CERT-09"]


@pytest.mark.rule("DOC-CERT-07", "INT-01c")
def test_a_changed_validity_says_that_awards_keep_their_expiry() -> None:
    assert "INT-01c" in rules(edit(FIRST_AID, validity=Validity.NEVER))
    assert "INT-01c" not in rules(edit(FIRST_AID, name="Another"))


def test_who_made_it_and_when_never_changes() -> None:
    decided = edit(FIRST_AID, name="A", created_by="eve", created_at=AT, updated_at=BEGIN)
    assert defined(decided) == evolve(FIRST_AID, name="A", updated_at=AT)
    nothing = edit(FIRST_AID, created_by="eve", created_at=AT, updated_at=BEGIN)
    assert isinstance(nothing, Granted)
    assert not nothing.effects
    assert [reason.text for reason in nothing.reasons] == [
        "nothing changes",
        "created_by, created_at cannot be changed: they stay as they were",
    ]
    assert len(edit(FIRST_AID, updated_at=BEGIN).reasons) == 1


def test_an_id_never_changes() -> None:
    with pytest.raises(InvalidValueError) as raised:
        edit(FIRST_AID, id="other")
    assert str(raised.value) == "id cannot be 'other': expected 'fa', which never changes"


def test_items_are_not_edited_because_unlinking_removes_history() -> None:
    assert rules(edit(FIRST_AID, assignments=(ITEM,))) == ["DOC-ASSIGN-11"]
    frozen = edit(FIRST_AID, ALLBOUND, assignments=(ITEM,))
    assert rules(frozen) == ["ALL-CERT-09", "DOC-ASSIGN-11"]


@pytest.mark.rule("ALL-CERT-09", "INT-31")
def test_a_published_certification_keeps_its_training_where_publication_freezes_it() -> None:
    assert rules(lifecycle.assign(FIRST_AID, ITEM, [], policy=ALLBOUND)) == ["ALL-CERT-09"]
    held = evolve(FIRST_AID, assignments=(ITEM,))
    unlinked = lifecycle.unlink(held, ITEM.kind, ITEM.item_id, [], at=AT, policy=ALLBOUND)
    assert rules(unlinked) == ["ALL-CERT-09"]
    assert unlinked.reasons[0].details["attributes"] == ("assignments",)
    draft = evolve(held, status=DRAFT)
    assert lifecycle.unlink(draft, ITEM.kind, ITEM.item_id, [], at=AT, policy=ALLBOUND)


# What a certification must have


@pytest.mark.rule("ALL-CERT-07", "ALL-BADGE-01")
def test_allbound_publishes_nothing_without_a_badge() -> None:
    bare = evolve(FIRST_AID, badge_image=None)
    draft = evolve(bare, status=DRAFT)
    for active in (True, False):
        decided = lifecycle.publish(draft, active=active, at=AT, policy=ALLBOUND)
        assert rules(decided) == ["ALL-CERT-07"]
    assert rules(lifecycle.create(bare, at=AT, policy=ALLBOUND)) == ["ALL-CERT-07"]
    assert lifecycle.create(draft, at=AT, policy=ALLBOUND)
    assert edit(draft, ALLBOUND, name="Another")
    assert lifecycle.publish(draft, at=AT)
    requiring = evolve(DOCEBO, badge_required=True)
    assert rules(edit(FIRST_AID, requiring, badge_image="")) == ["ALL-CERT-07"]


@pytest.mark.rule("ALL-CERT-07")
def test_what_lacks_a_badge_from_before_can_still_be_switched_off() -> None:
    bare = evolve(FIRST_AID, badge_image=None, validity=Validity(18, Unit.MONTHS))
    assert lifecycle.deactivate(bare, at=AT)
    idle = evolve(bare, status=INACTIVE)
    assert edit(FIRST_AID, ALLBOUND, status=INACTIVE)
    assert edit(bare, ALLBOUND, status=INACTIVE)
    decided = lifecycle.activate(idle, at=AT, policy=ALLBOUND)
    assert rules(decided) == ["ALL-EXP-01", "ALL-CERT-07"]
    assert lifecycle.activate(idle, at=AT)


GOOD, SMALL = ImageInfo(ImageFormat.PNG, 500, 500), ImageInfo(ImageFormat.JPEG, 400, 500)
BAD = {
    ImageInfo(None): "ALL-BADGE-04",
    ImageInfo(ImageFormat.PNG, 501, 500): "ALL-BADGE-03",
    ImageInfo(ImageFormat.PNG, 500, 500, "it is cut off"): "ALL-BADGE-04",
}


def with_image(image: ImageInfo | None, policy: Policy) -> dict[str, Decision]:
    """What becomes of each change that an image comes with."""
    draft = evolve(FIRST_AID, status=DRAFT)
    return {
        "create": lifecycle.create(FIRST_AID, image=image, at=AT, policy=policy),
        "draft": lifecycle.create(draft, image=image, at=AT, policy=policy),
        "edit": lifecycle.edit(
            draft, evolve(draft, badge_image="media/2.png"), image=image, at=AT, policy=policy
        ),
        "edit all but the image": lifecycle.edit(
            draft, evolve(draft, name="Other"), image=image, at=AT, policy=policy
        ),
        "publish": lifecycle.publish(draft, image=image, at=AT, policy=policy),
        "publish idle": lifecycle.publish(draft, active=False, image=image, at=AT, policy=policy),
    }


@pytest.mark.rule("ALL-BADGE-03", "ALL-BADGE-04", "ALL-CERT-07", "INT-39")
@pytest.mark.parametrize("policy", [DOCEBO, ALLBOUND])
@pytest.mark.parametrize(("image", "rule"), BAD.items())
def test_a_bad_image_is_refused_wherever_it_comes(
    image: ImageInfo, rule: str, policy: Policy
) -> None:
    for decided in with_image(image, policy).values():
        assert not decided
        assert rules(decided) == [rule]


@pytest.mark.rule("ALL-BADGE-02", "ALL-BADGE-04", "INT-39")
@pytest.mark.parametrize("policy", [DOCEBO, ALLBOUND])
def test_an_image_of_another_size_is_warned_of(policy: Policy) -> None:
    for decided in with_image(GOOD, policy).values():
        assert decided
        assert rules(decided)[-1] == "ALL-BADGE-04"
    for decided in with_image(SMALL, policy).values():
        assert decided
        assert rules(decided)[-1] == "ALL-BADGE-02"


@pytest.mark.rule("ALL-BADGE-04", "ALL-BADGE-06")
def test_an_image_that_nobody_looked_at_is_told_where_it_matters() -> None:
    found = with_image(None, ALLBOUND)
    unseen = {name for name, each in found.items() if "not looked at" in each.reasons[-1].text}
    assert unseen == set(found) - {"edit all but the image"}
    assert rules(found["edit"])[-1] == "ALL-BADGE-06"
    assert "media/2.png was not looked at" in found["edit"].reasons[-1].text
    for decided in with_image(None, DOCEBO).values():
        assert decided
        assert not {"ALL-BADGE-04", "ALL-BADGE-06"} & set(rules(decided))
    draft = evolve(FIRST_AID, status=DRAFT, badge_image=None)
    assert rules(lifecycle.create(draft, at=AT, policy=ALLBOUND)) == ["INT-31b"]
    published = lifecycle.publish(draft, image=GOOD, at=AT, policy=ALLBOUND)
    assert rules(published) == ["ALL-CERT-07"]


@pytest.mark.rule("ALL-EXP-01")
def test_allbound_offers_its_validities_and_no_others() -> None:
    odd = evolve(FIRST_AID, validity=Validity(18, Unit.MONTHS), status=DRAFT)
    draft = evolve(FIRST_AID, status=DRAFT)
    assert rules(lifecycle.create(odd, at=AT, policy=ALLBOUND)) == ["ALL-EXP-01"]
    assert rules(edit(draft, ALLBOUND, validity=odd.validity)) == ["ALL-EXP-01"]
    assert rules(lifecycle.publish(odd, at=AT, policy=ALLBOUND)) == ["ALL-EXP-01"]
    assert lifecycle.publish(odd, at=AT)


@pytest.mark.rule("ALL-CERT-01", "ALL-CERT-03", "ALL-CERT-04", "ALL-CERT-05", "ALL-CERT-06")
def test_of_allbounds_form_only_name_and_badge_are_mandatory() -> None:
    least = Certification("c", "Name", badge_image="media/1.png")
    assert defined(lifecycle.create(least, at=AT, policy=ALLBOUND)).skills == ()
    with pytest.raises(InvalidValueError):
        Certification("c", " ", badge_image="media/1.png")


# Creating


@pytest.mark.rule("ALL-CERT-01", "INT-31b")
def test_who_creates_it_and_when_is_written_down() -> None:
    drawn = evolve(FIRST_AID, created_by="eve", created_at=None, updated_at=None)
    made = defined(lifecycle.create(drawn, by="bob", at=AT))
    assert (made.created_by, made.created_at, made.updated_at) == ("bob", AT, AT)
    assert evolve(made, created_by="ada", created_at=BEGIN, updated_at=BEGIN) == FIRST_AID


@pytest.mark.rule("DOC-ASSIGN-01")
def test_items_come_after_the_certification_where_an_item_earns_one_at_most() -> None:
    held = evolve(FIRST_AID, assignments=(ITEM,))
    assert rules(lifecycle.create(held, at=AT)) == ["DOC-ASSIGN-01"]
    assert lifecycle.create(held, at=AT, policy=ALLBOUND)


# Deleting


@pytest.mark.rule("INT-38", "ALL-MANAGE-05", "ALL-MANAGE-07", "INT-31b")
@pytest.mark.parametrize(
    "award", [Award("ada", "fa", BEGIN, AT), Award("ada", "fa", BEGIN, None).archive(AT)]
)
def test_issued_awards_are_deleted_only_when_their_removal_is_asked_for(award: Award) -> None:
    refused = lifecycle.delete(FIRST_AID, [award], at=AT, policy=ALLBOUND)
    assert rules(refused) == ["INT-38"]
    assert refused.reasons[0].details["awards"] == 1
    for decided in (
        lifecycle.delete(FIRST_AID, [award], at=AT, policy=ALLBOUND, cascade=True),
        lifecycle.delete(FIRST_AID, [award], at=AT),
    ):
        assert isinstance(decided, Granted)
        assert {type(effect) for effect in decided.effects} > {RemoveAward, RemoveCertification}


@pytest.mark.rule("INT-38", "INT-31b")
@pytest.mark.parametrize("status", CertificationStatus)
def test_what_was_never_issued_is_deleted_from_any_status(status: CertificationStatus) -> None:
    assert lifecycle.delete(evolve(FIRST_AID, status=status), [], at=AT, policy=ALLBOUND)


# Laws


def test_naive_instants_are_mistakes_of_the_caller() -> None:
    naive = AT.replace(tzinfo=None)
    with pytest.raises(NaiveDatetimeError):
        lifecycle.create(FIRST_AID, at=naive)
    with pytest.raises(NaiveDatetimeError):
        lifecycle.edit(FIRST_AID, FIRST_AID, at=naive)


@pytest.mark.law
@pytest.mark.rule("INT-31", "INT-31b")
@given(strategies.certifications(), strategies.certifications(), POLICIES)
def test_an_edit_grants_exactly_what_it_was_asked_or_says_why_not(
    before: Certification, after: Certification, policy: Policy
) -> None:
    decided = lifecycle.edit(before, after, at=AT, policy=policy)
    assert decided.reasons
    if isinstance(decided, Granted) and decided.effects:
        assert defined(decided) == evolve(after, updated_at=AT)
    elif decided:
        assert after == before


@pytest.mark.law
@pytest.mark.rule("INT-31")
@given(strategies.certifications(), strategies.certifications())
def test_what_is_published_on_allbound_keeps_all_but_status_and_groups(
    before: Certification, after: Certification
) -> None:
    decided = lifecycle.edit(before, after, at=AT, policy=ALLBOUND)
    if decided and before.status is not DRAFT:
        assert evolve(after, status=before.status, groups=before.groups) == before


@pytest.mark.rule("DOC-ASSIGN-01", "ALL-CERT-09", "INT-31")
def test_items_are_defined_with_a_certification_by_who_has_asked_about_each() -> None:
    items = (Assignment(ItemKind.COURSE, "c9", AT),)
    with_items = evolve(FIRST_AID, assignments=items)
    bare = evolve(FIRST_AID, assignments=())
    assert not lifecycle.create(with_items, at=AT)
    assert lifecycle.create(with_items, at=AT, with_items=True)
    assert not lifecycle.edit(bare, with_items, at=AT)
    assert lifecycle.edit(bare, with_items, at=AT, with_items=True)
    frozen = lifecycle.edit(bare, with_items, at=AT, with_items=True, policy=ALLBOUND)
    assert [str(reason.code) for reason in frozen.reasons] == ["frozen"]
    assert frozen.reasons[0].details["attributes"] == ("assignments",)
