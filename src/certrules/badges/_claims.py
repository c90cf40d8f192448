"""Do the claims of a token agree with the credential that it holds?"""

import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from certrules.badges import structure
from certrules.badges._outcomes import Found, Outcome
from certrules.badges._signatures import id_of

__all__ = ["check_claims", "check_names", "instant_of"]


def check_claims(credential: Mapping[str, Any]) -> None:
    """Raise where a claim of a badge is missing, or is not what the badge says."""
    check_names(credential, needed=True)
    for claim, name in (("nbf", "validFrom"), ("exp", "validUntil")):
        instant, claimed = instant_of(credential, name), credential.get(claim)
        seconds = None if instant is None else math.floor(instant.timestamp())
        if claimed != seconds or isinstance(claimed, bool):
            raise Found(Outcome.CLAIMS_DIFFER, f"{claim} is not {name}, in seconds")


def check_names(credential: Mapping[str, Any], *, needed: bool) -> None:
    """Raise where a claim names another issuer, badge or recipient, or is missing but needed."""
    said = {
        "iss": id_of(credential["issuer"]),
        "jti": credential["id"],
        "sub": credential["credentialSubject"].get("id"),
    }
    for claim, value in said.items():
        if credential.get(claim) != value and (needed or claim in credential):
            raise Found(Outcome.CLAIMS_DIFFER, f"{claim} is not what the credential says")


def instant_of(credential: Mapping[str, Any], name: str) -> datetime | None:
    """Return the instant that a member of a credential says, if it has one."""
    text = credential.get(name)
    return None if text is None else structure.instant(text, name)
