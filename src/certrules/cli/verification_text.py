"""Verification in words: what a badge is worth, and what to do about it."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from certrules.cli.output import Output, shown

if TYPE_CHECKING:
    from certrules.badges.verifying import Verification

__all__ = ["ADVICE", "write"]

ADVICE = {
    "unsupported form": "Ask its issuer for an Open Badges 3.0 credential as a token (JWT).",
    "bad structure": "Was it changed since it was handed out? A picture that was edited, resized "
    "or sent by a messenger often loses its credential: ask its holder for the original.",
    "untrusted key": "What it says is not shown, because nobody knows who says it. Get the "
    "issuer's public key, or the thumbprint of it, from the issuer's own site, and give it by "
    "--key or --thumbprint; --issuer must be the id that the badge names.",
    "bad signature": "What it says is not shown: it was changed, or is forged. Ask its holder for "
    "the original, and see that --key is the issuer's.",
    "claims differ": "Do not rely on it, and inform its issuer.",
    "not yet valid": "Look again when it has begun, or give the instant that counts by --at.",
    "expired": "Ask its holder whether they have renewed it.",
    "suspended": "Ask its issuer, or look again later with a newer status list.",
    "revoked": "Do not rely on it. Ask its holder whether they have another, or its issuer why.",
    "status unknown": "Save what is published at each URL that it names, and give the files by "
    "--status-list.",
}
"""What to do about a badge that does not count."""


def write(out: Output, found: "Verification") -> None:
    """Write what was found, what the badge says if its issuer signed it, and what to do."""
    out.line((f"{found.outcome}: {shown(found.why)}", "green" if found else "red"))
    if found.credential is not None:
        for name, value in _lines(found.credential):
            if isinstance(value, str):
                out.line((f"  {name:<14}", "dim"), shown(value))
    if advice := ADVICE.get(str(found.outcome)):
        out.paragraph(advice)


def _lines(said: Mapping[str, Any]) -> list[tuple[str, Any]]:
    subject, issuer = _object(said.get("credentialSubject")), said.get("issuer")
    achievement = _object(subject.get("achievement"))
    return [
        ("certification", achievement.get("name")),
        ("issued by", _object(issuer).get("name")),
        ("", issuer if isinstance(issuer, str) else _object(issuer).get("id")),
        ("recipient", subject.get("id")),
        ("issued", said.get("validFrom")),
        ("expires", said.get("validUntil", "never")),
        ("skills", ", ".join(_skills(achievement)) or None),
        ("criteria", _object(achievement.get("criteria")).get("narrative")),
        ("credential", said.get("id")),
    ]


def _skills(achievement: Mapping[str, Any]) -> Iterator[str]:
    tags, aligned = achievement.get("tag"), achievement.get("alignment")
    yield from (tag for tag in _list(tags) if isinstance(tag, str))
    names = (_object(each).get("targetName") for each in _list(aligned))
    yield from (name for name in names if isinstance(name, str))


def _object(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
