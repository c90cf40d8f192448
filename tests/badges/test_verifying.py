"""One outcome for each badge."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
from attrs import evolve

from certrules.badges import statuslist, tokens
from certrules.badges.signing import Keys, KeySigner, TrustedKey, sign
from certrules.badges.verifying import Verdict, verify
from certrules.errors import InvalidValueError
from tests.badges import samples
from tests.badges.samples import (
    BADGE,
    DURING,
    ISSUER,
    LISTS,
    SINCE,
    UNTIL,
    Key,
    published,
    unsigned,
)


def resigned(token: str, key: Key, **changes: Any) -> str:
    """A token whose claims were changed before it was signed; None takes one away."""
    payload = {**tokens.read(token).payload, **changes}
    return samples.resigned({k: v for k, v in payload.items() if v is not None}, key)


def changed(list_: str, key: Key, **changes: Any) -> str:
    """A status list whose subject was changed before it was signed."""
    subject = {**tokens.read(list_).payload["credentialSubject"], **changes}
    return resigned(list_, key, credentialSubject=subject, sub=None)


@pytest.mark.rule("ALL-ROLE-08", "ALL-ROLE-11")
def test_a_genuine_badge_is_valid(key: Key) -> None:
    token = sign(unsigned(), key.signer)
    verified = verify(token, keys=key.trusted_for, at=DURING)
    assert (verified.outcome, bool(verified)) == (Verdict.VALID, True)
    assert verified.credential is not None
    assert verified.credential["credentialSubject"]["achievement"]["name"] == "First aid"


@pytest.mark.parametrize(
    ("at", "outcome"),
    [
        (SINCE - timedelta(microseconds=1), Verdict.NOT_YET_VALID),
        (SINCE, Verdict.VALID),
        (UNTIL - timedelta(microseconds=1), Verdict.VALID),
        (UNTIL, Verdict.EXPIRED),
    ],
)
def test_it_is_valid_from_its_first_instant_until_just_before_its_last(
    ec_key: Key, at: datetime, outcome: Verdict
) -> None:
    verified = verify(sign(unsigned(), ec_key.signer), keys=ec_key.trusted_for, at=at)
    assert verified.outcome is outcome
    assert verified.credential is not None


@pytest.mark.rule("INT-38")
@pytest.mark.parametrize(
    ("marked", "at", "outcome"),
    [
        ({"revocation": [], "suspension": []}, DURING, Verdict.VALID),
        ({"revocation": [6, 8], "suspension": [6, 8]}, DURING, Verdict.VALID),
        ({"revocation": [7], "suspension": [7]}, DURING, Verdict.REVOKED),
        ({"revocation": [], "suspension": [7]}, DURING, Verdict.SUSPENDED),
        ({"revocation": [7]}, DURING, Verdict.REVOKED),
        ({"suspension": [7]}, DURING, Verdict.SUSPENDED),
        ({"revocation": [7], "suspension": [7], "message": [7]}, DURING, Verdict.REPLACED),
        ({"revocation": [7], "suspension": [], "message": [7]}, UNTIL, Verdict.REPLACED),
        ({"revocation": [], "suspension": [], "message": [7]}, DURING, Verdict.REPLACED),
        ({"revocation": [7], "suspension": [], "message": [6]}, DURING, Verdict.REVOKED),
        ({"revocation": [], "suspension": [], "message": []}, DURING, Verdict.VALID),
        ({"revocation": []}, DURING, Verdict.STATUS_UNKNOWN),
        ({}, DURING, Verdict.STATUS_UNKNOWN),
        ({"revocation": [7], "suspension": []}, UNTIL, Verdict.REVOKED),
        ({"revocation": [], "suspension": [7]}, UNTIL, Verdict.EXPIRED),
        ({}, UNTIL, Verdict.EXPIRED),
        ({}, SINCE - timedelta(days=1), Verdict.NOT_YET_VALID),
    ],
)
def test_its_issuer_says_what_has_become_of_it(
    ec_key: Key, marked: Mapping[str, list[int]], at: datetime, outcome: Verdict
) -> None:
    lists = published(ec_key, marked, until=UNTIL + timedelta(days=1))
    token = sign(unsigned(LISTS), ec_key.signer)
    assert verify(token, keys=ec_key.trusted_for, status=lists.get, at=at).outcome is outcome


@pytest.mark.rule("INT-42")
def test_of_what_is_revoked_is_said_if_nobody_knows_whether_it_was_replaced(ec_key: Key) -> None:
    lists = published(ec_key, {"revocation": [7], "suspension": []})
    found = verify(
        sign(unsigned(LISTS), ec_key.signer), keys=ec_key.trusted_for, status=lists.get, at=DURING
    )
    assert found.why == (
        "its issuer has revoked it; whether a later badge has replaced it: the status list "
        "'https://academy.example/status/message/1': it is not at hand"
    )


@pytest.mark.rule("INT-42")
def test_a_message_of_others_does_not_replace_a_badge(ec_key: Key) -> None:
    lists = published(ec_key, {"revocation": [7], "message": [7]})
    message = statuslist.entry(LISTS["message"], "message", 7)
    entries = [
        statuslist.entry(LISTS["revocation"], "revocation", 7),
        {**message, "statusMessage": [{"status": "0x1", "message": "lost in the post"}]},
    ]
    token = sign(unsigned() | {"credentialStatus": entries}, ec_key.signer)
    found = verify(token, keys=ec_key.trusted_for, status=lists.get, at=DURING)
    assert (found.outcome, found.why) == (Verdict.REVOKED, "its issuer has revoked it")


def test_nobody_to_ask_for_the_status(ec_key: Key) -> None:
    def offline(url: str) -> str:
        raise TimeoutError(url)

    token = sign(unsigned(LISTS), ec_key.signer)
    for status in (None, offline):
        verified = verify(token, keys=ec_key.trusted_for, status=status, at=DURING)
        assert verified.outcome is Verdict.STATUS_UNKNOWN


def test_a_status_list_counts_only_from_its_issuer_at_its_place_and_time(
    ec_key: Key, attackers_key: Key
) -> None:
    url = LISTS["revocation"]
    token = sign(unsigned(["revocation"]), ec_key.signer)
    good = published(ec_key, {"revocation": []})[url]
    bad = {
        "stale": published(ec_key, {"revocation": []}, until=DURING)[url],
        "of the future": published(ec_key, {"revocation": []}, at=DURING + timedelta(1))[url],
        "an attacker's": published(attackers_key, {"revocation": []})[url],
        "for another purpose": published(ec_key, {"suspension": []})[LISTS["suspension"]],
        "of another place": resigned(good, ec_key, id="https://x.example", jti="https://x.example"),
        "not a list": token,
        "too short": resigned(
            good,
            ec_key,
            credentialSubject={
                "id": f"{url}#list",
                "type": "BitstringStatusList",
                "statusPurpose": "revocation",
                "encodedList": "uAAAA",
            },
        ),
        "expired as a token": resigned(good, ec_key, exp=DURING.timestamp()),
        "of no time": resigned(good, ec_key, exp="soon"),
        "of a true time": resigned(good, ec_key, exp=True),
        "of a future token": resigned(good, ec_key, validFrom=None, nbf=UNTIL.timestamp()),
        "of no end": resigned(good, ec_key, validUntil="soon"),
        "of nowhere": resigned(good, ec_key, id=None, jti=None),
        "of another name": resigned(good, ec_key, jti="https://x.example"),
        "of another claimed issuer": resigned(good, ec_key, iss="https://b.example"),
        "of another subject": resigned(good, ec_key, sub="https://b.example"),
        "of no type": resigned(good, ec_key, type=["BitstringStatusListCredential"]),
        "of another vocabulary": resigned(good, ec_key, **{"@context": ["https://x.example"]}),
        "without a purpose": changed(good, ec_key, statusPurpose=None),
        "of another type": changed(good, ec_key, type="StatusList2021"),
        "without bits": changed(good, ec_key, encodedList=7),
        "rubbish": "rubbish",
        "of another issuer": resigned(
            good, ec_key, iss="https://b.example", issuer="https://b.example"
        ),
    }
    fine = {
        "since ever": resigned(good, ec_key, validFrom=None, nbf=None),
        "since a claim": resigned(good, ec_key, validFrom=None),
        "for ever": resigned(good, ec_key, validUntil=None, exp=None),
        "signed later": resigned(good, ec_key, nbf=UNTIL.timestamp()),
        "without claims": resigned(good, ec_key, iss=None, jti=None, sub=None, nbf=None, exp=None),
        "of an issuer with a name": resigned(good, ec_key, issuer={"id": ISSUER.id, "name": "A"}),
        "of more purposes": changed(good, ec_key, statusPurpose=["suspension", "revocation"]),
        "with more": changed(good, ec_key, ttl=300_000, id=None, statusSize=None),
    }
    both = {ISSUER.id: [ec_key.trusted], "https://b.example": [ec_key.trusted]}
    keys: Keys = both.get
    for name, list_ in {"good": good, **fine}.items():
        assert verify(token, keys=keys, status={url: list_}.get, at=DURING), name
    for name, list_ in bad.items():
        verified = verify(token, keys=keys, status={url: list_}.get, at=DURING)
        assert verified.outcome is Verdict.STATUS_UNKNOWN, name
        assert verified.why.startswith(f"the status list {url!r}: "), name


@pytest.mark.parametrize(
    "entry",
    [
        {"type": "1EdTechRevocationList", "id": "https://academy.example/revoked"},
        {**statuslist.entry(LISTS["revocation"], "revocation", 1), "statusListIndex": "131072"},
        {**statuslist.entry(LISTS["revocation"], "revocation", 1), "statusListIndex": "999999999"},
        {**statuslist.entry(LISTS["revocation"], "revocation", 1), "statusListIndex": "9" * 99_999},
        {**statuslist.entry(LISTS["revocation"], "revocation", 1), "statusSize": 2},
        [statuslist.entry(LISTS["revocation"], "revocation", 1)] * 9,
    ],
    ids=lambda entry: repr(entry)[:200],
)
def test_a_status_that_cannot_be_understood_is_unknown(ec_key: Key, entry: object) -> None:
    lists = published(ec_key, {"revocation": []})
    token = sign(unsigned(credentialStatus=entry), ec_key.signer)
    verified = verify(token, keys=ec_key.trusted_for, status=lists.get, at=DURING)
    assert verified.outcome is Verdict.STATUS_UNKNOWN


@pytest.mark.parametrize("purpose", ["Revocation", "other"])
def test_a_purpose_that_nobody_knows_could_be_a_revocation(ec_key: Key, purpose: str) -> None:
    entry = {**statuslist.entry(LISTS["revocation"], "revocation", 1), "statusPurpose": purpose}
    lists = published(ec_key, {"revocation": []})
    token = sign(unsigned(credentialStatus=[entry]), ec_key.signer)
    verified = verify(token, keys=ec_key.trusted_for, status=lists.get, at=DURING)
    assert verified.outcome is Verdict.STATUS_UNKNOWN


def test_what_has_expired_has_whatever_its_status_says(ec_key: Key) -> None:
    entry = statuslist.entry(LISTS["revocation"], "revocation", 1)
    states: tuple[Any, ...] = ([entry] * 9, [{"type": "Other"}])
    for status in states:
        token = sign(unsigned(credentialStatus=status), ec_key.signer)
        verified = verify(token, keys=ec_key.trusted_for, at=UNTIL)
        assert verified.outcome is Verdict.EXPIRED


def test_other_things_than_tokens_and_keys(ec_key: Key) -> None:
    wrong: Any
    for wrong in (None, 1, b"a.b.c", ["a.b.c"]):
        verified = verify(wrong, keys=ec_key.trusted_for, at=DURING)
        assert verified.outcome is Verdict.BAD_STRUCTURE
    token = sign(unsigned(["revocation"]), ec_key.signer)
    for wrong in (1, b"a.b.c", ["a.b.c"], {}):
        answers = {LISTS["revocation"]: wrong}
        verified = verify(token, keys=ec_key.trusted_for, status=answers.get, at=DURING)
        assert verified.outcome is Verdict.STATUS_UNKNOWN
    for wrong in (1, ec_key.trusted, "key", [None], [ec_key.private]):
        with pytest.raises(InvalidValueError, match="trusted keys"):
            verify(token, keys={ISSUER.id: wrong}.get, at=DURING)
    for wrong in ({}, None, [ec_key.trusted]):
        with pytest.raises(InvalidValueError, match="keys cannot be"):
            verify(token, keys=wrong, at=DURING)
    for wrong in ({}, "https://x.example"):
        with pytest.raises(InvalidValueError, match="status cannot be"):
            verify(token, keys=ec_key.trusted_for, status=wrong, at=DURING)


def test_keys_that_are_not_at_hand_are_not_trusted(ec_key: Key) -> None:
    def offline(issuer: str) -> Iterator[TrustedKey]:
        yield ec_key.trusted
        raise TimeoutError

    verified = verify(sign(unsigned(), ec_key.signer), keys=offline, at=DURING)
    assert verified.outcome is Verdict.UNTRUSTED_KEY
    assert verified.why == f"the keys of {ISSUER.id!r} are not at hand: TimeoutError"


def test_another_exception_of_a_resolver_is_its_own(ec_key: Key) -> None:
    def wrong(name: str) -> Any:
        raise LookupError(name)

    token = sign(unsigned(["revocation"]), ec_key.signer)
    with pytest.raises(LookupError, match="academy"):
        verify(token, keys=wrong, at=DURING)
    with pytest.raises(LookupError, match="status/revocation"):
        verify(token, keys=ec_key.trusted_for, status=wrong, at=DURING)


def test_an_untrusted_key_says_how_to_mend_it(ec_key: Key, rsa_key: Key) -> None:
    def why(key: Key, *ring: TrustedKey, key_id: str | None = None) -> str:
        token = sign(unsigned(), KeySigner(key.private, key_id=key_id))
        verified = verify(token, keys=lambda _: ring, at=DURING)
        assert verified.outcome is Verdict.UNTRUSTED_KEY
        return verified.why

    named = evolve(rsa_key.trusted, id="2024")
    bare = TrustedKey(ec_key.trusted.thumbprint)
    assert why(ec_key) == f"no key is trusted for {ISSUER.id!r}, who it says has issued it"
    assert ec_key.trusted.thumbprint in why(ec_key, rsa_key.trusted)
    assert why(ec_key, ec_key.trusted, key_id="2025") == (
        "it names the key '2025', and the trusted keys of its issuer have no id: "
        "if one is it, trust it under that id"
    )
    assert why(ec_key, ec_key.trusted, named, key_id="2025") == (
        "it names the key '2025', and the trusted keys of its issuer have the ids '2024': "
        "if one is it, trust it under that id"
    )
    assert "only thumbprints" in why(ec_key, bare, key_id="2025")


@pytest.mark.parametrize("purpose", ["message", "refresh"])
def test_a_message_is_no_state(ec_key: Key, purpose: str) -> None:
    entry = {**statuslist.entry(LISTS["revocation"], "revocation", 1), "statusPurpose": purpose}
    token = sign(unsigned(credentialStatus=[entry]), ec_key.signer)
    assert verify(token, keys=ec_key.trusted_for, at=DURING)


# The key


def test_a_key_of_nobody_is_not_trusted(ec_key: Key, attackers_key: Key) -> None:
    token = sign(unsigned(), attackers_key.signer)
    rings: tuple[Keys, ...] = (ec_key.trusted_for, lambda _: None, lambda _: [])
    for keys in rings:
        verified = verify(token, keys=keys, at=DURING)
        assert verified.outcome is Verdict.UNTRUSTED_KEY
        assert verified.credential is None


def test_a_key_is_trusted_for_its_own_issuer_alone(ec_key: Key) -> None:
    credential = unsigned(issuer={"id": "https://other.example", "type": ["Profile"]})
    token = sign(credential, ec_key.signer)
    assert verify(token, keys=ec_key.trusted_for, at=DURING).outcome is Verdict.UNTRUSTED_KEY


def test_a_thumbprint_is_enough_for_the_key_in_the_header(key: Key) -> None:
    known = TrustedKey(key.trusted.thumbprint)
    assert verify(sign(unsigned(), key.signer), keys=lambda _: [known], at=DURING)
    without = KeySigner.from_pem(key.pem, key_id="1")
    verified = verify(sign(unsigned(), without), keys=lambda _: [known], at=DURING)
    assert verified.outcome is Verdict.UNTRUSTED_KEY


def test_rotation_the_old_key_and_the_new_one_are_told_apart_by_their_ids(
    ec_key: Key, rsa_key: Key, attackers_key: Key
) -> None:
    old = TrustedKey.of(ec_key.private.public_key(), id="1")
    new = TrustedKey.of(rsa_key.private.public_key(), id="2")
    for key, id_ in ((ec_key, "1"), (rsa_key, "2")):
        token = sign(unsigned(), KeySigner.from_pem(key.pem, key_id=id_))
        assert verify(token, keys=lambda _: [old, new], at=DURING)
    swapped = sign(unsigned(), KeySigner.from_pem(ec_key.pem, key_id="2"))
    assert verify(swapped, keys=lambda _: [old, new], at=DURING).outcome is Verdict.BAD_SIGNATURE


def test_a_header_without_a_key_may_mean_any_of_its_issuer(ec_key: Key, rsa_key: Key) -> None:
    payload = sign(unsigned(), ec_key.signer).split(".")[1]
    signed = f"{tokens.compact({'alg': 'ES256'})}.{payload}"
    token = f"{signed}.{tokens.encoded(ec_key.signer.sign(signed.encode()))}"
    assert verify(token, keys=lambda _: [rsa_key.trusted, ec_key.trusted], at=DURING)


def test_the_caller_chooses_the_algorithms(ec_key: Key) -> None:
    token = sign(unsigned(), ec_key.signer)
    for only in (["RS256"], ("RS256",), {"RS256"}):
        verified = verify(token, keys=ec_key.trusted_for, at=DURING, algorithms=only)
        assert verified.outcome is Verdict.UNSUPPORTED_FORM
        assert "'ES256', not RS256" in verified.why


@pytest.mark.parametrize(
    "algorithms",
    ["ES256", b"ES256", None, 7, [], ["none"], ["ES256", "HS256"], [["ES256"]], [None]],
)
def test_other_algorithms_are_a_mistake(ec_key: Key, algorithms: Any) -> None:
    token = sign(unsigned(), ec_key.signer)
    with pytest.raises(InvalidValueError, match="algorithms"):
        verify(token, keys=ec_key.trusted_for, at=DURING, algorithms=algorithms)


# What it says


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://other.example"},
        {"jti": "urn:uuid:1"},
        {"sub": "urn:uuid:1"},
        {"nbf": 0},
        {"exp": 4_000_000_000},
        {"iss": None},
        {"jti": None},
        {"sub": None},
        {"nbf": None},
        {"exp": None},
        {"validUntil": None},
        {"nbf": "1704067200"},
        {"nbf": True, "validFrom": "1970-01-01T00:00:01Z"},
    ],
    ids=str,
)
def test_claims_must_agree_with_the_credential(ec_key: Key, changes: dict[str, Any]) -> None:
    token = resigned(sign(unsigned(), ec_key.signer), ec_key, **changes)
    assert verify(token, keys=ec_key.trusted_for, at=DURING).outcome is Verdict.CLAIMS_DIFFER


def test_an_audience_changes_nothing(ec_key: Key) -> None:
    token = resigned(sign(unsigned(), ec_key.signer), ec_key, aud="https://someone.example", iat=9)
    assert verify(token, keys=ec_key.trusted_for, at=DURING)


@pytest.mark.parametrize(
    "changes",
    [
        {"@context": "https://www.w3.org/ns/credentials/v2"},
        {"@context": ["https://www.w3.org/2018/credentials/v1"]},
        {"@context": ["https://www.w3.org/ns/credentials/v2", "https://x.example"]},
        {"type": "VerifiableCredential"},
        {"type": ["OpenBadgeCredential"]},
        {"type": {}},
        {"id": None, "jti": None},
        {"credentialSubject": None, "sub": None},
        {"credentialSubject": []},
        {"credentialSubject": {"id": "urn:uuid:1", "achievement": "First aid"}},
        {"credentialSubject": {"achievement": {}}, "sub": None},
        {"validFrom": "2024-01-01"},
        {"validFrom": "2024-01-01T00:00:00"},
        {"validFrom": "0001-01-01T00:00:00+23:59"},
        {"validFrom": "2024-13-01T00:00:00Z"},
        {"validUntil": 1},
    ],
    ids=str,
)
def test_a_signed_credential_that_is_no_badge(ec_key: Key, changes: dict[str, Any]) -> None:
    token = resigned(sign(unsigned(), ec_key.signer), ec_key, **changes)
    assert verify(token, keys=ec_key.trusted_for, at=DURING).outcome is Verdict.BAD_STRUCTURE


def test_no_issuer_no_key(ec_key: Key) -> None:
    issuers: tuple[object, ...] = (None, 1, [], {"name": "x"})
    for issuer in issuers:
        token = resigned(sign(unsigned(), ec_key.signer), ec_key, issuer=issuer)
        assert verify(token, keys=ec_key.trusted_for, at=DURING).outcome is Verdict.BAD_STRUCTURE


def test_older_and_other_forms_are_named(ec_key: Key) -> None:
    token = sign(unsigned(), ec_key.signer)
    parts = tokens.read(token)
    wrapped = resigned(token, ec_key, vc=dict(parts.payload), **{"@context": None})
    forms = {
        wrapped: "wrapped in vc",
        ' {"@context": [], "proof": {}}': "embedded proof",
        '{"@context": "https://w3id.org/openbadges/v2", "type": "Assertion"}': "Open Badges 2",
        '{"payload": "e30", "signatures": []}': "written as JSON",
        '{"payload": "e30", "signature": ""}': "written as JSON",
    }
    for form, why in forms.items():
        verified = verify(form, keys=ec_key.trusted_for, at=DURING)
        assert verified.outcome is Verdict.UNSUPPORTED_FORM
        assert why in verified.why
    assert BADGE.id in str(parts.payload["id"])


@pytest.mark.parametrize(
    ("document", "why"),
    [
        (json.dumps(unsigned()), "a JSON document that nobody has signed"),
        ("{}", "a JSON document that nobody has signed"),
        ("{junk", "the document is not JSON"),
        ('{"proof": 1, "proof": 2}', "the same member twice"),
        ('{"a": ' * 50 + "1" + "}" * 50, "deep"),
        ('{"a": "\\ud800"}', "no Unicode"),
        ('{"a": "\ud800"}', "nobody has signed"),
        ("{" + " " * tokens.LONGEST, "longer than"),
    ],
)
def test_json_without_a_signature_is_no_badge(ec_key: Key, document: str, why: str) -> None:
    verified = verify(document, keys=ec_key.trusted_for, at=DURING)
    assert verified.outcome is Verdict.BAD_STRUCTURE
    assert why in verified.why
