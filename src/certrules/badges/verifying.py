"""Is this badge genuine, and does it count at this instant?

Nothing is fetched: the caller says which keys it trusts for whom, and finds status lists.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from certrules import instants
from certrules.badges import (
    _extra,  # noqa: F401 - says what to install
    structure,
)
from certrules.badges._claims import check_claims, instant_of
from certrules.badges._outcomes import Found, Outcome, Verification
from certrules.badges._signatures import payload_of
from certrules.badges._states import Statuses, is_marked
from certrules.badges.keys import Keys
from certrules.badges.structure import listed
from certrules.errors import BadgeError, InvalidValueError

__all__ = ["ALGORITHMS", "Outcome", "Statuses", "Verification", "verify"]

ALGORITHMS = ("RS256", "ES256")
"""With which signatures a badge may come, unless the caller allows fewer."""

_MOST_ENTRIES = 8


def verify(
    token: str,
    *,
    keys: Keys,
    status: Statuses | None = None,
    at: datetime,
    algorithms: Collection[str] = ALGORITHMS,
) -> Verification:
    """Say what a badge is worth at an instant: one outcome, whatever the token is.

    ``keys`` are the keys trusted for an issuer, by its id. A key in the token's own header counts
    only where its thumbprint is among them, and a ``kid`` is only compared, never looked up.
    ``status`` is asked for the lists that the credential names; they must be signed by a key of the
    same issuer. An ``OSError`` of theirs, such as a network that is down, means that no key is
    trusted, or that the status is unknown; any other exception is a mistake of the caller's, and
    goes through. Raises :class:`~certrules.errors.InvalidValueError` for algorithms that are none
    of :data:`ALGORITHMS`, and for ``keys`` and ``status`` that are no functions or answer with
    something else than keys.

    >>> verify("rubbish", keys={}.get, at=datetime(2024, 1, 1, tzinfo=UTC)).outcome
    <Outcome.BAD_STRUCTURE: 'bad structure'>

    Rules: ALL-ROLE-08, ALL-ROLE-11.
    """
    at = instants.utc(at)
    _check_asked(keys, status, algorithms)
    signed: Mapping[str, Any] | None = None
    try:
        signed = payload_of(token, keys, algorithms)
        _check_badge(signed)
        outcome, why = _standing(signed, keys, status, at, algorithms)
    except Found as found:
        outcome, why = found.outcome, found.why
    return Verification(outcome, why, signed)


def _check_asked(keys: object, status: object, algorithms: object) -> None:
    if not callable(keys) or not (status is None or callable(status)):
        name, value = ("status", status) if callable(keys) else ("keys", keys)
        raise InvalidValueError(name, type(value).__name__, "a function, as a dictionary's get")
    asked: Collection[Any] = algorithms if isinstance(algorithms, Collection) else ()
    if not asked or isinstance(algorithms, str) or not all(each in ALGORITHMS for each in asked):
        raise InvalidValueError("algorithms", algorithms, "some of " + ", ".join(ALGORITHMS))


def _check_badge(credential: Mapping[str, Any]) -> None:
    """Raise where it is no badge, or where a claim is missing or not what the badge says."""
    try:
        structure.check_badge(credential)
    except BadgeError as error:
        raise Found(Outcome.BAD_STRUCTURE, str(error)) from None
    check_claims(credential)


def _standing(
    credential: Mapping[str, Any],
    keys: Keys,
    status: Statuses | None,
    at: datetime,
    algorithms: Collection[str],
) -> tuple[Outcome, str]:
    begins, ends = instant_of(credential, "validFrom"), instant_of(credential, "validUntil")
    if begins is not None and at < begins:
        return Outcome.NOT_YET_VALID, f"it is valid from {begins.isoformat()} on"
    unknown, marked = [], set()
    entries = listed(credential.get("credentialStatus"))
    if len(entries) > _MOST_ENTRIES:
        unknown, entries = [f"it names {len(entries)} states; that is too many"], []
    for entry in entries:
        try:
            if is_marked(entry, credential, keys, status, at, algorithms):
                marked.add(entry["statusPurpose"])
        except BadgeError as error:
            unknown.append(str(error))
    if "revocation" in marked:
        return Outcome.REVOKED, "its issuer has revoked it"
    if ends is not None and at >= ends:
        return Outcome.EXPIRED, f"it expired at {ends.isoformat()}"
    if "suspension" in marked:
        return Outcome.SUSPENDED, "its issuer has suspended it for the time being"
    if unknown:
        return Outcome.STATUS_UNKNOWN, "; ".join(unknown)
    return Outcome.VALID, "it is genuine, and valid"
