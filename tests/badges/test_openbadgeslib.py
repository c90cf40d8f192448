"""Another implementation of the standard, openbadgeslib, agrees with ours, both ways."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from attrs import evolve
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from openbadgeslib.ob3 import (
    Achievement,
    Alignment,
    Evidence,
    IdentityObject,
    OB3Signer,
    OB3VerificationError,
    OB3Verifier,
    OpenBadgeCredential,
    Result,
    ResultDescription,
    build_status_list_credential,
    decode_encoded_list,
    encode_bitstring,
    set_indices,
    sign_status_list_credential,
    status_entry,
)
from openbadgeslib.ob3 import Issuer as TheirIssuer

from certrules.badges import baking, credential, signing, statuslist
from certrules.badges.signing import sign
from certrules.badges.verifying import Verdict, verify
from tests.badges.samples import BADGE, FIRST_AID, ISSUER, LISTS, Key, published
from tests.badges.test_baking import SVG, picture

HASHED = IdentityObject.create("ada@example.org", "s")
DAY = timedelta(days=1)
NOW = datetime.now(UTC).replace(microsecond=0)


def issued(key: Key, *, since: datetime, until: datetime | None, purposes: Any = ()) -> str:
    """A token of ours; theirs reads the clock."""
    badge = evolve(BADGE, issued_at=since, expires_at=until)
    entries = [statuslist.entry(LISTS[each], each, 7) for each in purposes]
    made = credential.credential(badge, FIRST_AID, issuer=ISSUER, status=entries)
    return sign(made, key.signer)


def verifier(key: Key) -> OB3Verifier:
    public = key.private.public_key()
    return OB3Verifier(public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))


def test_theirs_verifies_ours(key: Key) -> None:
    seen = verifier(key).verify(issued(key, since=NOW - DAY, until=NOW + DAY))
    assert (seen.id, seen.issuer.id, seen.issuer.name) == (
        f"urn:uuid:{BADGE.id}",
        ISSUER.id,
        ISSUER.name,
    )
    assert (seen.issuance_date, seen.expiration_date) == (NOW - DAY, NOW + DAY)
    assert (seen.achievement.name, seen.achievement.criteria_narrative) == (
        "First aid",
        "Pass the test.",
    )
    assert seen.achievement.tags == ["CPR", "Bandaging"]
    assert seen.recipient_id == credential.recipient_id(BADGE.id)


@pytest.mark.parametrize(
    ("since", "until", "message"),
    [(NOW - 2 * DAY, NOW - DAY, "expired"), (NOW + DAY, None, "not yet valid")],
)
def test_theirs_sees_when_ours_is_valid(
    key: Key, since: datetime, until: datetime | None, message: str
) -> None:
    with pytest.raises(OB3VerificationError, match=message):
        verifier(key).verify(issued(key, since=since, until=until))


def test_theirs_refuses_ours_when_tampered_with_or_signed_by_another(
    ec_key: Key, attackers_key: Key
) -> None:
    token = issued(ec_key, since=NOW - DAY, until=None)
    header, _, signature = token.split(".")
    payload = issued(ec_key, since=NOW - 2 * DAY, until=None).split(".")[1]
    for forged in (f"{header}.{payload}.{signature}", issued(attackers_key, since=NOW, until=None)):
        with pytest.raises(OB3VerificationError, match="signature"):
            verifier(ec_key).verify(forged)


def test_theirs_reads_past_our_messages(ec_key: Key) -> None:
    token = issued(ec_key, since=NOW - DAY, until=None, purposes=statuslist.PURPOSES)
    marked: dict[str, list[int]] = {"revocation": [], "suspension": [], "message": [7]}
    lists = published(ec_key, marked, at=NOW - DAY, until=NOW + DAY)
    verifier(ec_key).verify(token, check_status=True, download=lambda url: lists[url].encode())


@pytest.mark.parametrize("purpose", ["revocation", "suspension"])
def test_theirs_reads_our_status_lists(key: Key, purpose: str) -> None:
    token = issued(key, since=NOW - DAY, until=None, purposes=[purpose])

    def check(marked: list[int]) -> None:
        lists = published(key, {purpose: marked}, at=NOW - DAY, until=NOW + DAY)
        verifier(key).verify(token, check_status=True, download=lambda url: lists[url].encode())

    check([6, 8])
    with pytest.raises(OB3VerificationError, match=f"'{purpose}' is set at index 7"):
        check([7])


def test_theirs_reads_what_we_have_baked(ec_key: Key) -> None:
    token = issued(ec_key, since=NOW - DAY, until=None)
    other = issued(ec_key, since=NOW - 2 * DAY, until=None).split(".")[1]
    forged = token.replace(token.split(".")[1], other)
    gone = issued(ec_key, since=NOW - 2 * DAY, until=NOW - DAY)
    for extract, image in (
        (OB3Verifier.extract_token_from_png, picture()),
        (OB3Verifier.extract_token_from_svg, SVG),
    ):
        assert verifier(ec_key).verify(extract(baking.bake(image, token))).name == "First aid"
        for bad, message in ((forged, "signature"), (gone, "expired")):
            with pytest.raises(OB3VerificationError, match=message):
                verifier(ec_key).verify(extract(baking.bake(image, bad)))


def test_theirs_sees_in_a_picture_that_ours_is_revoked(ec_key: Key) -> None:
    token = issued(ec_key, since=NOW - DAY, until=None, purposes=["revocation"])
    lists = published(ec_key, {"revocation": [7]}, at=NOW - DAY, until=NOW + DAY)
    baked = OB3Verifier.extract_token_from_png(baking.bake(picture(), token))
    with pytest.raises(OB3VerificationError, match="'revocation' is set"):
        verifier(ec_key).verify(baked, check_status=True, download=lambda url: lists[url].encode())


# The other way


def their_credential(**changes: Any) -> OpenBadgeCredential:
    return OpenBadgeCredential(
        **{
            "issuer": TheirIssuer(ISSUER.id, ISSUER.name),
            "recipient_id": "mailto:ada@example.org",
            "achievement": Achievement("urn:uuid:1", "Their badge", "Of theirs", "Do it"),
            "issuance_date": NOW - DAY,
            "expiration_date": NOW + DAY,
            **changes,
        }
    )


def their_signer(key: Key) -> OB3Signer:
    return OB3Signer(key.pem, signing.algorithm(key.private.public_key()))


@pytest.mark.parametrize(
    ("changes", "at", "outcome"),
    [
        ({}, NOW, Verdict.VALID),
        ({}, NOW + DAY, Verdict.EXPIRED),
        ({}, NOW - 2 * DAY, Verdict.NOT_YET_VALID),
        ({"expiration_date": None}, NOW + 9999 * DAY, Verdict.VALID),
        (
            {"recipient_id": None, "identifiers": [IdentityObject.create("a@b.c", "s")]},
            NOW,
            Verdict.VALID,
        ),
    ],
)
def test_we_verify_theirs(
    key: Key, changes: dict[str, Any], at: datetime, outcome: Verdict
) -> None:
    token = their_signer(key).sign(their_credential(**changes))
    assert verify(token, keys=key.trusted_for, at=at).outcome is outcome


def test_we_verify_all_that_theirs_can_say(key: Key) -> None:
    aligned = Alignment("CPR", "https://skills.example/cpr", target_code="1")
    achievement = Achievement(
        "https://academy.example/badges/1",
        "Their badge",
        "Of theirs",
        "Do it",
        image_url="https://academy.example/badge.png",
        tags=["CPR"],
        achievement_type="Certification",
        credits_available=1.5,
        alignments=[aligned],
        result_descriptions=[ResultDescription("urn:uuid:2", "Score", "Percent")],
    )
    said = their_credential(
        issuer=TheirIssuer(
            ISSUER.id,
            ISSUER.name,
            url="https://academy.example/about",
            email="office@academy.example",
            image_url="https://academy.example/logo.png",
        ),
        achievement=achievement,
        evidence=[Evidence(id="https://academy.example/essay", narrative="An essay")],
        identifiers=[HASHED],
        results=[Result(value="90", result_description="urn:uuid:2", alignments=[aligned])],
        credits_earned=1.5,
    )
    assert verify(their_signer(key).sign(said), keys=key.trusted_for, at=NOW)


def test_we_refuse_theirs_when_tampered_with_or_signed_by_another(
    ec_key: Key, attackers_key: Key
) -> None:
    one, two = (their_signer(ec_key).sign(their_credential(name=name)) for name in ("A", "B"))
    forged = ".".join([*one.split(".")[:2], two.split(".")[2]])
    assert verify(forged, keys=ec_key.trusted_for, at=NOW).outcome is Verdict.BAD_SIGNATURE
    foreign = their_signer(attackers_key).sign(their_credential())
    assert verify(foreign, keys=ec_key.trusted_for, at=NOW).outcome is Verdict.UNTRUSTED_KEY


@pytest.mark.parametrize(
    ("purpose", "outcome"), [("revocation", Verdict.REVOKED), ("suspension", Verdict.SUSPENDED)]
)
def test_we_read_their_status_lists(key: Key, purpose: str, outcome: Verdict) -> None:
    url = LISTS[purpose]
    token = their_signer(key).sign(
        their_credential(credential_status=[status_entry(url, purpose, 7)])
    )

    def found(marked: list[int]) -> Verdict:
        listed = build_status_list_credential(
            ISSUER.id, url, purpose, marked, issued=NOW - DAY, valid_until=NOW + DAY
        )
        lists = {url: sign_status_list_credential(listed, key.pem, their_signer(key).algorithm)}
        return verify(token, keys=key.trusted_for, status=lists.get, at=NOW).outcome

    assert found([6, 8]) is Verdict.VALID
    assert found([7]) is outcome


def test_we_read_what_they_have_baked(ec_key: Key) -> None:
    signer = their_signer(ec_key)
    for image in (
        signer.sign_into_png(their_credential(), picture()),
        signer.sign_into_svg(their_credential(), SVG),
    ):
        token = baking.read(image)
        assert verify(token, keys=ec_key.trusted_for, at=NOW)
        assert verify(token, keys=ec_key.trusted_for, at=NOW + DAY).outcome is Verdict.EXPIRED
        changed = token[:-9] + ("A" if token[-9] != "A" else "B") + token[-8:]
        tampered = baking.read(baking.bake(image, changed))
        assert verify(tampered, keys=ec_key.trusted_for, at=NOW).outcome is Verdict.BAD_SIGNATURE
        assert baking.read(baking.bake(image, token)) == token


def test_an_email_is_hashed_as_theirs_is() -> None:
    assert credential.hashed_email("ada@example.org", "s") == HASHED.to_dict()


def test_the_bits_are_theirs() -> None:
    marked = {0, 7, 8, 131_071}
    assert set_indices(decode_encoded_list(statuslist.encode(marked))) == marked
    assert statuslist.decode(encode_bitstring(marked)) == statuslist.decode(
        statuslist.encode(marked)
    )
