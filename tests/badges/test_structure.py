"""What Open Badges 3.0 demands of a credential, member by member."""

import json
from contextlib import suppress
from typing import Any

import pytest
from attrs import evolve

from certrules.badges import credential as credentials
from certrules.badges import statuslist, structure, tokens
from certrules.badges.credential import BadgeRecipient, hashed_email
from certrules.badges.signing import sign
from certrules.badges.verifying import Verdict, verify
from certrules.errors import BadgeError
from tests.badges.samples import (
    BADGE,
    DURING,
    FIRST_AID,
    ISSUER,
    LISTS,
    SINCE,
    UNTIL,
    Key,
    resigned,
    unsigned,
)

V2, OB3 = structure.CONTEXTS
SUBJECT, ACHIEVEMENT = "credentialSubject", "credentialSubject.achievement"
ENTRY, ALIGNMENT = "credentialStatus.0", f"{ACHIEVEMENT}.alignment.0"
IDENTIFIER = f"{SUBJECT}.identifier.0"
GONE = object()


def whole() -> dict[str, Any]:
    """A badge with every member that this package writes."""
    made = credentials.credential(
        BADGE,
        FIRST_AID,
        issuer=evolve(ISSUER, url="https://academy.example/about"),
        recipient=BadgeRecipient("https://ada.example", (hashed_email("ada@x.example", "s"),)),
        image="https://academy.example/badge.png",
        skills={"CPR": "https://skills.example/cpr"},
        status=[statuslist.entry(LISTS[each], each, 7) for each in LISTS],
    )
    copied: dict[str, Any] = json.loads(json.dumps(made))
    return copied


def changed(credential: dict[str, Any], path: str, value: object) -> dict[str, Any]:
    """Return it with another value at a path, or without any."""
    inner: Any = credential
    *before, last = path.split(".")
    for name in before:
        inner = inner[int(name) if name.isdigit() else name]
    if value is GONE:
        del inner[last]
    else:
        inner[int(last) if last.isdigit() else last] = value
    return credential


NO_TEXT: tuple[object, ...] = (GONE, None, "", " ", 7, True, [], {}, ["a"])
NO_URI: tuple[object, ...] = (GONE, None, "", "no uri", "/path", "https:// x", 7, [], {})
NO_TYPE: tuple[object, ...] = (
    GONE,
    None,
    "",
    "Other",
    7,
    {},
    [],
    [7],
    ["Other"],
    [["Achievement"]],
)
NO_OBJECT: tuple[object, ...] = (GONE, None, 7, "text", True, [], [{}], {})
NO_INSTANT: tuple[object, ...] = (
    "",
    7,
    [],
    {},
    "2024",
    "2024-01-01",
    "2024-01-01T00:00:00",
    "2024-01-01 00:00:00Z",
    "2024-01-01T00:00:00z",
    "2024-13-01T00:00:00Z",
    "2024-02-30T00:00:00Z",
    "2024-01-01T00:00:00+24:00",
    "0000-01-01T00:00:00Z",
    "10000-01-01T00:00:00Z",
    "0001-01-01T00:00:00+23:59",
    "9999-12-31T23:59:59-23:59",
    "٢٠٢٤-01-01T00:00:00Z",
)


def some(values: tuple[object, ...], *, optional: bool = False) -> list[object]:
    """The wrong values of a member, of which one that may be missing has fewer."""
    return [each for each in values if not optional or (each is not GONE and each is not None)]


WRONG: dict[str, list[object]] = {
    "name": [5, True, {}, {"@value": 5}, [5]],
    "description": [5, {"@language": "de"}],
    "@context": [
        GONE,
        None,
        V2,
        [],
        [V2],
        [OB3, V2],
        [V2, "https://x.example", OB3],
        {},
        [V2, OB3, 7],
    ],
    "id": some(NO_URI),
    "type": [
        *some(NO_TYPE),
        "VerifiableCredential",
        ["VerifiableCredential"],
        ["OpenBadgeCredential"],
    ],
    "issuer": [7, [], {}, ["https://academy.example"], {"name": "The Academy"}],
    "issuer.type": some(NO_TYPE),
    "issuer.name": [7, [], {}],
    "issuer.url": some(NO_URI, optional=True),
    "issuer.image": ["https://x.example/logo.png", 7],
    "validFrom": [GONE, None, *NO_INSTANT],
    "validUntil": [*NO_INSTANT, "2023-12-31T23:59:59Z"],
    "awardedDate": list(NO_INSTANT),
    SUBJECT: some(NO_OBJECT),
    f"{SUBJECT}.type": some(NO_TYPE),
    f"{SUBJECT}.id": some(NO_URI, optional=True),
    ACHIEVEMENT: some(NO_OBJECT),
    f"{ACHIEVEMENT}.id": some(NO_URI),
    f"{ACHIEVEMENT}.type": some(NO_TYPE),
    f"{ACHIEVEMENT}.name": some(NO_TEXT),
    f"{ACHIEVEMENT}.description": [GONE, None, 7, True, [], {}],
    f"{ACHIEVEMENT}.criteria": [*some(NO_OBJECT), {"text": "Do it"}, {"id": None}],
    f"{ACHIEVEMENT}.criteria.id": some(NO_URI, optional=True),
    f"{ACHIEVEMENT}.criteria.narrative": [GONE, None, "", " ", 7, []],
    f"{ACHIEVEMENT}.achievementType": [7, []],
    f"{ACHIEVEMENT}.image": [7, [], {}, "https://x.example/badge.png"],
    f"{ACHIEVEMENT}.image.id": some(NO_URI),
    f"{ACHIEVEMENT}.image.type": some(NO_TYPE),
    f"{ACHIEVEMENT}.creator": [7, "The Academy", {"id": "https://x.example"}],
    f"{ACHIEVEMENT}.tag": [7, [7], [["CPR"]]],
    f"{ACHIEVEMENT}.alignment": [7, "CPR", [None], [[]]],
    f"{ALIGNMENT}.type": some(NO_TYPE),
    f"{ALIGNMENT}.targetName": some(NO_TEXT),
    f"{ALIGNMENT}.targetUrl": some(NO_URI),
    f"{ALIGNMENT}.targetCode": [7],
    f"{SUBJECT}.identifier": [7, "ada@x.example", [None], [[]], [{}]],
    f"{IDENTIFIER}.type": some(NO_TYPE),
    f"{IDENTIFIER}.hashed": [GONE, None, "true", 1],
    f"{IDENTIFIER}.identityHash": some(NO_TEXT),
    f"{IDENTIFIER}.identityType": some(NO_TEXT),
    f"{IDENTIFIER}.salt": [7, []],
    "credentialStatus": [7, "?", [{}], [None], ["https://academy.example/status"]],
    f"{ENTRY}.type": [GONE, None, 7, "", []],
    f"{ENTRY}.id": some(NO_URI, optional=True),
    f"{ENTRY}.statusPurpose": some(NO_TEXT),
    f"{ENTRY}.statusListIndex": [*some(NO_TEXT), 1.5, "-1", "1.5", "0x1", "+1", "1 ", "١"],
    f"{ENTRY}.statusListCredential": some(NO_URI),
    f"{ENTRY}.statusSize": [0, -1, 1.5, True, "1", []],
    "credentialSchema": [7, [{}], [{"id": "https://x.example"}], {"type": "JsonSchema"}],
    "evidence": [7, [{}], [{"type": "Other"}]],
    "refreshService": [7, {}],
    "termsOfUse": [7, [{}]],
    "image": [7, {}],
}

RIGHT: list[tuple[str, object]] = [
    ("@context", [V2, OB3, "https://x.example/more", {"term": "https://x.example/term"}]),
    ("@context", [V2, "https://purl.imsglobal.org/spec/ob/v3p0/context.json"]),
    ("type", ["AchievementCredential", "Other", "VerifiableCredential"]),
    ("name", GONE),
    ("name", {"@value": "Erste Hilfe", "@language": "de"}),
    ("name", ["First aid", {"@value": "Erste Hilfe", "@language": "de"}]),
    ("description", {"@value": "Alles", "@language": "de"}),
    ("somethingElse", {"deep": [1, None]}),
    ("issuer", "https://academy.example"),
    ("issuer.name", GONE),
    ("issuer.url", GONE),
    ("issuer.type", "Profile"),
    ("issuer.email", 7),
    ("validFrom", "2024-01-01T00:00:00.000000000Z"),
    ("validFrom", "2024-01-01T01:00:00+01:00"),
    ("awardedDate", "0001-01-01T00:00:00Z"),
    (f"{SUBJECT}.type", ["AchievementSubject", "Other"]),
    (f"{SUBJECT}.identifier", []),
    (f"{SUBJECT}.identifier", None),
    (f"{ACHIEVEMENT}.achievementType", "ext:Licence"),
    (f"{ACHIEVEMENT}.criteria", {"id": "https://x.example/criteria"}),
    (f"{ACHIEVEMENT}.criteria", {"id": "https://x.example/criteria", "narrative": ""}),
    (f"{ACHIEVEMENT}.description", ""),
    (f"{ACHIEVEMENT}.creator", "https://x.example"),
    (f"{ACHIEVEMENT}.image", None),
    (f"{ACHIEVEMENT}.tag", []),
    (f"{ACHIEVEMENT}.alignment", GONE),
    (f"{ACHIEVEMENT}.resultDescription", 7),
    ("credentialStatus", GONE),
    (f"{ENTRY}.id", GONE),
    (f"{ENTRY}.statusSize", 1),
    (f"{ENTRY}.statusReference", 7),
    ("evidence", {"type": ["Evidence"], "narrative": "Seen"}),
    ("termsOfUse", [{"type": "Terms"}]),
]


VECTORS = [(path, value) for path, values in WRONG.items() for value in values]


def named(value: object) -> str:
    return "gone" if value is GONE else ascii(value)


def test_what_is_missing_or_of_another_type() -> None:
    assert [row for row in VECTORS if passes(*row)] == []


def passes(path: str, value: object) -> bool:
    with suppress(BadgeError):
        structure.check_badge(changed(whole(), path, value))
        return True
    return False


@pytest.mark.parametrize(("path", "value"), RIGHT, ids=named)
def test_what_the_standard_leaves_open(path: str, value: object) -> None:
    structure.check_badge(changed(whole(), path, value))


def test_a_recipient_is_known_by_an_id_or_an_identifier() -> None:
    structure.check_badge(changed(whole(), f"{SUBJECT}.id", GONE))
    for none in ([], None, GONE):
        nobody = changed(changed(whole(), f"{SUBJECT}.id", GONE), f"{SUBJECT}.identifier", none)
        with pytest.raises(BadgeError, match="no recipient"):
            structure.check_badge(nobody)


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (f"{ALIGNMENT}.targetUrl", GONE, "alignment[0].targetUrl is missing"),
        (f"{IDENTIFIER}.hashed", 1, "identifier[0].hashed is neither true nor false"),
        (f"{ACHIEVEMENT}.criteria", {}, "criteria has neither id nor narrative"),
        (f"{ENTRY}.statusListIndex", "x", "credentialStatus[0].statusListIndex is no whole number"),
        ("issuer.id", 7, "the credential names no issuer"),
        ("issuer.id", "academy", "issuer.id is no URI"),
        ("validUntil", "2023-12-31T23:59:59Z", "validUntil is before validFrom"),
    ],
)
def test_a_verifier_says_where_it_is_wrong(
    ec_key: Key, path: str, value: object, message: str
) -> None:
    good = sign(whole(), ec_key.signer)
    wrong = changed(_payload(good), path, value)
    trusting = verify(resigned(wrong, ec_key), keys=lambda _: [ec_key.trusted], at=DURING)
    assert trusting.outcome is Verdict.BAD_STRUCTURE
    assert message in trusting.why


def test_bad_structure_comes_before_every_other_finding(ec_key: Key) -> None:
    token = sign(unsigned(), ec_key.signer)
    wrong = {**_payload(token), "jti": "urn:uuid:1", "name": "x", "credentialStatus": "?"}
    for at in (SINCE, DURING, UNTIL):
        found = verify(resigned(wrong, ec_key), keys=ec_key.trusted_for, at=at)
        assert found.outcome is Verdict.BAD_STRUCTURE


def _payload(token: str) -> dict[str, Any]:
    copied: dict[str, Any] = json.loads(json.dumps(tokens.read(token).payload))
    return copied
