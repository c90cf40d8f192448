"""What a person reads of a badge."""

from datetime import UTC, tzinfo
from io import StringIO

import pytest

from certrules.badges.verifying import Verdict, Verification
from certrules.cli import verification
from certrules.cli.output import Output
from certrules.instants import time_zone
from tests.badges.samples import unsigned


def told(outcome: Verdict, credential: object = None, zone: tzinfo = UTC) -> str:
    stream = StringIO()
    found = Verification(outcome, "so it is", credential)  # type: ignore[arg-type]
    verification.write(Output(stream=stream), found, zone)
    return stream.getvalue()


def test_every_badge_that_does_not_count_comes_with_advice() -> None:
    assert {str(each) for each in Verdict} - {"valid"} == verification.ADVICE.keys()
    for outcome in Verdict:
        advice = verification.ADVICE.get(str(outcome), "")
        assert " ".join(told(outcome).split()) == f"{outcome}: so it is {advice}".strip()


def test_what_a_badge_says() -> None:
    assert told(Verdict.VALID, unsigned()).splitlines() == [
        "valid: so it is",
        "  certification First aid",
        "  issued by     The Academy",
        "                https://academy.example",
        "  recipient     urn:uuid:c891557e-2e2a-59f8-937f-ac524bed49ad",
        "  issued        2024-01-01 00:00:00 (UTC)",
        "  expires       2025-01-01 00:00:00 (UTC)",
        "  skills        CPR, Bandaging",
        "  criteria      Pass the test.",
        "  credential    urn:uuid:0b0e9d3e-8f4f-4a53-9d6f-2f6a4ad0f0a1",
    ]


@pytest.mark.rule("INT-49")
def test_times_are_those_of_a_zone_that_is_named() -> None:
    said = unsigned(validUntil="9999-12-31T23:30:00Z")
    text = told(Verdict.VALID, said, time_zone("Asia/Tokyo"))
    assert "  issued        2024-01-01 09:00:00 (Asia/Tokyo)\n" in text
    assert "  expires       9999-12-31 23:30:00 (UTC)\n" in text  # beyond the calendar there


@pytest.mark.parametrize("odd", [None, 7, "x", [], [7], {}, {"name": 7}, [{"targetName": []}]])
def test_whatever_a_badge_says_is_told(odd: object) -> None:
    achievement = {"name": odd, "criteria": odd, "tag": odd, "alignment": odd}
    for subject in (odd, {"id": odd, "achievement": odd}, {"achievement": achievement}):
        said = unsigned(credentialSubject=subject, issuer=odd, validFrom=odd, id=odd)
        assert told(Verdict.BAD_STRUCTURE, said).startswith("bad structure: so it is\n")


def test_skills_are_tags_and_alignments() -> None:
    aligned = [{"type": ["Alignment"], "targetName": "CPR", "targetUrl": "https://a.example"}]
    achievement = {"tag": ["Bandaging\x1b[31m"], "alignment": aligned}
    said = unsigned(credentialSubject={"achievement": achievement})
    assert "  skills        Bandaging\\x1b[31m, CPR\n" in told(Verdict.VALID, said)


def test_what_never_expires_says_so() -> None:
    said = unsigned()
    del said["validUntil"]
    assert "  expires       never\n" in told(Verdict.VALID, said)
