"""What may be found of a badge, and in which words?"""

from collections.abc import Mapping
from typing import Any

from attrs import frozen

from certrules.words import Word

__all__ = ["Found", "Outcome", "Verification", "said", "short"]


class Outcome(Word):
    """What a verifier found: of all that might be said of a badge, one thing alone.

    A badge that is revoked is so even when it has expired; a suspension or an unknown status is
    told of a badge only as long as it would be valid without.
    """

    UNSUPPORTED_FORM = "unsupported form"
    BAD_STRUCTURE = "bad structure"
    UNTRUSTED_KEY = "untrusted key"
    BAD_SIGNATURE = "bad signature"
    CLAIMS_DIFFER = "claims differ"
    NOT_YET_VALID = "not yet valid"
    REVOKED = "revoked"
    EXPIRED = "expired"
    SUSPENDED = "suspended"
    STATUS_UNKNOWN = "status unknown"
    VALID = "valid"


@frozen
class Verification:
    """The outcome, why in one sentence, and the credential where its signature is good.

    True in a condition when the badge is valid.
    """

    outcome: Outcome
    why: str
    credential: Mapping[str, Any] | None = None

    def __bool__(self) -> bool:
        return self.outcome is Outcome.VALID


class Found(Exception):  # noqa: N818
    """What is found of a badge before all of it has been looked at."""

    def __init__(self, outcome: Outcome, why: str) -> None:
        super().__init__(why)
        self.outcome = outcome
        self.why = why


def short(value: object) -> str:
    """Return a value of a stranger, as much of it as a sentence bears."""
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:79]}…"


def said(error: Exception) -> str:
    """Return the words of an error, or its name where it has none."""
    return str(error) or type(error).__name__
