"""What a credential says, and what it never does."""

import json
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha1
from typing import Any
from uuid import UUID

import pytest
from attrs import evolve

from certrules import Certification
from certrules.badges import credential as credentials
from certrules.badges import statuslist, structure
from certrules.badges.credential import BadgeRecipient, Issuer, hashed_email, recipient_id
from certrules.errors import InvalidValueError
from tests.badges.samples import BADGE, FIRST_AID, ISSUER, LISTS, SINCE, unsigned


@pytest.mark.rule("ALL-ROLE-11")
def test_the_whole_credential() -> None:
    made = credentials.credential(
        BADGE,
        FIRST_AID,
        issuer=evolve(ISSUER, url="https://academy.example/about"),
        image="https://academy.example/badge.png",
        skills={"CPR": "https://skills.example/cpr"},
    )
    assert made == {
        "@context": [
            "https://www.w3.org/ns/credentials/v2",
            "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
        ],
        "id": "urn:uuid:0b0e9d3e-8f4f-4a53-9d6f-2f6a4ad0f0a1",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": "First aid",
        "issuer": {
            "id": "https://academy.example",
            "type": ["Profile"],
            "name": "The Academy",
            "url": "https://academy.example/about",
        },
        "validFrom": "2024-01-01T00:00:00Z",
        "validUntil": "2025-01-01T00:00:00Z",
        "credentialSubject": {
            "id": recipient_id(BADGE.id),
            "type": ["AchievementSubject"],
            "achievement": {
                "id": credentials.achievement_id("https://academy.example", "fa"),
                "type": ["Achievement"],
                "achievementType": "Certification",
                "name": "First aid",
                "description": "First aid",
                "criteria": {"narrative": "Pass the test."},
                "image": {"id": "https://academy.example/badge.png", "type": "Image"},
                "alignment": [
                    {
                        "type": ["Alignment"],
                        "targetName": "CPR",
                        "targetUrl": "https://skills.example/cpr",
                    }
                ],
                "tag": ["Bandaging"],
            },
        },
    }


def test_ids_are_the_same_at_every_call_and_of_each_issuer_its_own() -> None:
    ours, theirs = (
        credentials.achievement_id(issuer, "fa")
        for issuer in ("https://a.example", "https://b.example")
    )
    assert UUID(ours).version == 5
    assert ours == credentials.achievement_id("https://a.example", "fa") != theirs


def test_ids_are_made_of_compact_json_in_utf_8() -> None:
    namespace = UUID("6f1a52c0-4c35-5b43-9f0e-3c1d5a0d2b7e")
    named = '["https://academy.example","achievement","Brandschutz für alle"]'
    digest = sha1(namespace.bytes + named.encode()).digest()  # noqa: S324 - as of version 5
    made = credentials.achievement_id("https://academy.example", "Brandschutz für alle")
    assert made == UUID(bytes=digest[:16], version=5).urn
    assert made == "urn:uuid:413c3d65-bb01-5d9c-a608-621fab2570aa"
    with pytest.raises(InvalidValueError, match="Unicode"):
        credentials.achievement_id("https://academy.example", "\ud800")


def test_by_default_a_recipient_cannot_be_guessed() -> None:
    made, other = (
        credentials.credential(evolve(BADGE, user_id=user), FIRST_AID, issuer=ISSUER)
        for user in ("ada@x.example", "bob@x.example")
    )
    assert made == other  # nothing of the user is in it
    another = evolve(BADGE, id="1b0e9d3e-8f4f-4a53-9d6f-2f6a4ad0f0a1")
    assert recipient_id(another.id) != made["credentialSubject"]["id"] == recipient_id(BADGE.id)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("badge", BADGE.id),
        ("certification", "fa"),
        ("issuer", "https://academy.example"),
        ("recipient", "https://ada.example"),
        ("skills", ["CPR"]),
        ("status", {"a": 1}),
        ("status", [{"a": 1}]),
        ("status", ["a"]),
        ("status", "a"),
        ("status", [{**statuslist.entry(LISTS["revocation"], "revocation", 7), "id": 5}]),
    ],
)
def test_what_is_given_is_what_it_has_to_be(name: str, value: Any) -> None:
    given: dict[str, Any] = {"badge": BADGE, "certification": FIRST_AID, "issuer": ISSUER}
    with pytest.raises(InvalidValueError) as raised:
        credentials.credential(**given | {name: value})
    assert raised.value.name == name


def test_what_never_expires_has_no_end() -> None:
    made = credentials.credential(evolve(BADGE, expires_at=None), FIRST_AID, issuer=ISSUER)
    assert "validUntil" not in made
    assert "credentialStatus" not in made


def test_instants_are_whole_seconds_of_utc() -> None:
    begins = datetime(1, 1, 1, 0, 0, 0, 999_999, tzinfo=UTC)
    ends = datetime(999, 1, 1, 5, 30, tzinfo=timezone(timedelta(hours=5.5)))
    made = credentials.credential(
        evolve(BADGE, issued_at=begins, expires_at=ends), FIRST_AID, issuer=ISSUER
    )
    assert (made["validFrom"], made["validUntil"]) == (
        "0001-01-01T00:00:00Z",
        "0999-01-01T00:00:00Z",
    )


@pytest.mark.parametrize("id_", ["", "b", "a b", f"{BADGE.id}x", BADGE.id.replace("-", "")])
def test_the_id_of_a_badge_is_a_uuid(id_: str) -> None:
    with pytest.raises(InvalidValueError, match="UUID"):
        credentials.credential(evolve(BADGE, id=id_), FIRST_AID, issuer=ISSUER)


def test_a_badge_that_expires_before_it_is_issued_is_none() -> None:
    badge = evolve(BADGE, expires_at=SINCE - timedelta(microseconds=1))
    with pytest.raises(InvalidValueError, match="expires_at"):
        credentials.credential(badge, FIRST_AID, issuer=ISSUER)
    at_once = credentials.credential(evolve(BADGE, expires_at=SINCE), FIRST_AID, issuer=ISSUER)
    structure.check_badge(at_once)


def test_an_entry_for_each_status_list() -> None:
    entries = unsigned(LISTS)["credentialStatus"]
    assert [each["statusPurpose"] for each in entries] == ["revocation", "suspension", "message"]
    assert [each.get("statusMessage") for each in entries] == [
        None,
        None,
        [
            {"status": "0x0", "message": "not replaced"},
            {"status": "0x1", "message": "replaced by a later badge"},
        ],
    ]
    assert {each["statusListIndex"] for each in entries} == {"7"}


def test_an_email_is_only_hashed_with_a_salt() -> None:
    to = BadgeRecipient(
        "urn:uuid:" + "0" * 8 + "-0000-4000-8000-" + "0" * 12, (hashed_email(" Ada@X.org", "s1"),)
    )
    made = credentials.credential(BADGE, FIRST_AID, issuer=ISSUER, recipient=to)
    assert "ada@x.org" not in json.dumps(made).lower()
    (identifier,) = made["credentialSubject"]["identifier"]
    assert identifier == hashed_email("ada@x.org", "s1") != hashed_email("ada@x.org", "s2")
    with pytest.raises(InvalidValueError, match="an @") as raised:
        hashed_email("ada", "s1")
    assert "ada" not in str(raised.value)
    wrong: Any
    for wrong in ("", None, 7):
        with pytest.raises(InvalidValueError, match="salt"):
            hashed_email("ada@x.org", wrong)
        with pytest.raises(InvalidValueError, match="an @"):
            hashed_email(wrong, "s1")


@pytest.mark.parametrize(
    "id_",
    [
        "ada@x.example",
        "mailto:ada@x.example",
        "https://ada@x.example",
        "https://ada:secret@x.example/1",
        "did:web:ada@x.example",
        "",
        "1",
        "urn:uuid:1",
        "urn:uuid:" + "-" * 36,
        "https://x.example\n",
        "https://x.example/?m=ada@x.example",
        "https://x.example/ada%40x.example",
        "http://[::1",
        "urn:isbn:0451450523",
    ],
)
def test_an_id_is_a_url_a_did_or_a_uuid(id_: str) -> None:
    with pytest.raises(InvalidValueError, match="e-mail"):
        BadgeRecipient(id_)
    with pytest.raises(InvalidValueError, match="e-mail"):
        Issuer(id_, "The Academy")


@pytest.mark.parametrize(
    "id_", ["https://x.example", "https://x.example/@ada", "HTTPS://X.example", "did:web:x.example"]
)
def test_ids_that_name_nobody(id_: str) -> None:
    assert BadgeRecipient(id_).id == Issuer(id_, "The Academy").id == id_


@pytest.mark.parametrize(
    "changes",
    [
        {"hashed": False},
        {"hashed": 1},
        {"hashed": "true"},
        {"identityHash": "ada@x.example"},
        {"identityHash": None},
        {"salt": ""},
        {"salt": None},
        {"email": "ada@x.example"},
    ],
    ids=str,
)
def test_an_identifier_in_clear_is_refused(changes: dict[str, object]) -> None:
    identifier = {**hashed_email("ada@x.example", "s1"), **changes}
    with pytest.raises(InvalidValueError, match="salted hash") as raised:
        BadgeRecipient("https://x.example", (identifier,))
    assert "ada" not in str(raised.value)


def test_a_description_stands_in_for_criteria() -> None:
    bare = Certification("fa", "First aid", description="All of it")
    achievement = credentials.credential(BADGE, bare, issuer=ISSUER)["credentialSubject"][
        "achievement"
    ]
    assert achievement["criteria"] == {"narrative": "All of it"}
    assert not {"tag", "alignment", "image"} & achievement.keys()


@pytest.mark.parametrize("name", ["", " ", "\n", "\0", "A\x85", "\ud800", "\u200b", None, 7])
def test_an_issuer_has_a_name(name: Any) -> None:
    with pytest.raises(InvalidValueError, match="name"):
        Issuer("https://academy.example", name)


NO_URLS: list[Any] = [
    "",
    "academy.example",
    "/about",
    "//academy.example",
    "ftp://academy.example",
    "file:///etc/passwd",
    "javascript:alert(1)",
    "mailto:ada@x.example",
    "https://",
    "https:///about",
    "https://ada:secret@academy.example",
    "https://academy.example/a b",
    "https://academy.example\n",
    "urn:",
    "http://[::1",
    "http://[zz]",
    "https://:80",
    "https://x:99999",
    "https://x:0",
    "https://x:1:2",
    "https://x\\y",
    "https://x.example/\u2028",
    "https://x.example/\ud800",
    7,
]


@pytest.mark.parametrize("url", NO_URLS)
def test_a_url_is_one_wherever_it_stands(url: Any) -> None:
    with pytest.raises(InvalidValueError, match="http"):
        Issuer("https://academy.example", "The Academy", url)
    with pytest.raises(InvalidValueError, match="http"):
        credentials.credential(BADGE, FIRST_AID, issuer=ISSUER, image=url)
    with pytest.raises(InvalidValueError, match="http"):
        credentials.credential(BADGE, FIRST_AID, issuer=ISSUER, skills={"CPR": url})


@pytest.mark.parametrize(
    "url",
    [
        "http://academy.example",
        "https://academy.example:8443/a?b=c#d",
        "https://akademie.example/ä",
        "HTTPS://Academy.example",
        "http://[::1]:8080/a",
        "urn:uuid:0b0e9d3e-8f4f-4a53-9d6f-2f6a4ad0f0a1",
        "urn:isbn:0451450523",
        "did:web:academy.example",
    ],
)
def test_urls_of_every_kind(url: str) -> None:
    made = credentials.credential(
        BADGE, FIRST_AID, issuer=evolve(ISSUER, url=url), image=url, skills={"CPR": url}
    )
    structure.check_badge(made)


@pytest.mark.parametrize("image", ["data:image/png;base64,AAAA", "data:image/svg+xml,%3Csvg/%3E"])
def test_a_picture_may_be_in_the_credential(image: str) -> None:
    made = credentials.credential(BADGE, FIRST_AID, issuer=ISSUER, image=image)
    assert made["credentialSubject"]["achievement"]["image"]["id"] == image
    structure.check_badge(made)
    for other in ("data:text/html,<script>", "data:image/png", "data:,"):
        with pytest.raises(InvalidValueError, match="image"):
            credentials.credential(BADGE, FIRST_AID, issuer=ISSUER, image=other)


def test_blank_facts_of_a_certification() -> None:
    blank = Certification("fa", "First aid", description=" ", completion_criteria="\n")
    made = credentials.credential(BADGE, blank, issuer=ISSUER)
    achievement = made["credentialSubject"]["achievement"]
    assert (achievement["description"], achievement["criteria"]) == (
        "First aid",
        {"narrative": "First aid"},
    )
    structure.check_badge(made)
    for skill in ("", " "):
        with pytest.raises(InvalidValueError, match="skill"):
            credentials.credential(BADGE, evolve(FIRST_AID, skills=(skill,)), issuer=ISSUER)
