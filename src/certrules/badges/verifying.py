"""Verification: is this badge genuine, and does it count at this instant?

Nothing is fetched: the caller says which keys it trusts for whom, and finds status lists.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from attrs import frozen

from certrules import instants
from certrules.badges import signing, statuslist, structure, tokens
from certrules.badges.signing import Keys, PublicKey, TrustedKey
from certrules.badges.structure import id_of, listed
from certrules.badges.tokens import Token
from certrules.errors import BadgeError, CertrulesError, InvalidValueError
from certrules.words import Word

ALGORITHMS = ("RS256", "ES256")
"""The signatures with which a badge may come, unless the caller allows fewer."""

Statuses = Callable[[str], str | None]
"""The token of the status list at a URL, or None if it is not at hand."""

_MOST_ENTRIES = 8
_MESSAGES = ("message", "refresh")  # the purposes of the standard that need not be states


class Verdict(Word):
    """What a verifier found: the one thing about a badge that counts most.

    A revoked badge is revoked, or replaced, even if it has expired. Suspended and status unknown
    are reported only for a badge that is otherwise valid.
    """

    UNSUPPORTED_FORM = "unsupported form"
    BAD_STRUCTURE = "bad structure"
    UNTRUSTED_KEY = "untrusted key"
    BAD_SIGNATURE = "bad signature"
    CLAIMS_DIFFER = "claims differ"
    NOT_YET_VALID = "not yet valid"
    REVOKED = "revoked"
    REPLACED = "replaced"
    EXPIRED = "expired"
    SUSPENDED = "suspended"
    STATUS_UNKNOWN = "status unknown"
    VALID = "valid"


@frozen
class Verification:
    """The outcome, why in one sentence, and the credential if its signature is good.

    True in a condition if the badge is valid.
    """

    outcome: Verdict
    why: str
    credential: Mapping[str, Any] | None = None

    def __bool__(self) -> bool:
        return self.outcome is Verdict.VALID


def verify(
    token: str,
    *,
    keys: Keys,
    status: Statuses | None = None,
    at: datetime,
    algorithms: Collection[str] = ALGORITHMS,
) -> Verification:
    """Return what a badge is worth at an aware instant: one outcome, whatever the token is.

    ``keys`` answers with the keys trusted for an issuer's id. A key in the token's own header
    counts only if its thumbprint is among them, and a ``kid`` is only compared, never looked up.
    ``status`` answers with the lists that the credential names; a key of the same issuer must have
    signed them. If either raises ``OSError``, such as for a network that is down, no key is
    trusted, or the status is unknown. Any other exception goes through. Raises
    :class:`~certrules.errors.InvalidValueError` for algorithms that are none of
    :data:`ALGORITHMS`, and for ``keys`` or ``status`` that are no functions or answer with
    something else.

    >>> verify("rubbish", keys={}.get, at=datetime(2024, 1, 1, tzinfo=UTC)).outcome
    <Verdict.BAD_STRUCTURE: 'bad structure'>

    Rules: ALL-ROLE-08, ALL-ROLE-11.
    """
    _check_arguments(keys, status, algorithms)
    verifier = _Verifier(keys, status, instants.utc(at), algorithms)
    signed: Mapping[str, Any] | None = None
    try:
        signed = verifier.payload(token)
        structure.check_badge(signed)
        _check_claims(signed, structure.CLAIMS)
        return Verification(*verifier.status_of(signed), signed)
    except BadgeError as error:
        outcome = error.outcome if isinstance(error, _FoundError) else Verdict.BAD_STRUCTURE
        return Verification(outcome, str(error), signed)


def is_signed(token: str, *, keys: Keys, algorithms: Collection[str] = ALGORITHMS) -> bool:
    """Return whether a trusted key of its issuer has signed a token, such as a status list.

    Arguments and errors are those of :func:`verify`. Ask it of each list before choosing between
    several: anybody can write one that looks newer.

    >>> is_signed("rubbish", keys={}.get)
    False

    Rules: ALL-ROLE-11.
    """
    _check_arguments(keys, None, algorithms)
    try:
        _Verifier(keys, None, datetime.max.replace(tzinfo=UTC), algorithms).payload(token)
    except BadgeError:
        return False
    return True


def _check_arguments(keys: object, status: object, algorithms: object) -> None:
    for name, value in (("keys", keys), ("status", status)):
        if not callable(value) and (name, value) != ("status", None):
            raise InvalidValueError(name, type(value).__name__, "a function, as a dictionary's get")
    asked: Collection[Any] = algorithms if isinstance(algorithms, Collection) else ()
    if not asked or isinstance(algorithms, str) or not all(each in ALGORITHMS for each in asked):
        raise InvalidValueError("algorithms", algorithms, "some of " + ", ".join(ALGORITHMS))


class _FoundError(BadgeError):
    """What else is wrong with a badge than its structure."""

    def __init__(self, outcome: Verdict, why: str) -> None:
        super().__init__(why)
        self.outcome = outcome


@frozen
class _Verifier:
    """What the caller trusts, and the instant that counts."""

    keys: Keys
    status: Statuses | None
    at: datetime
    algorithms: Collection[str]

    def payload(self, text: str) -> Mapping[str, Any]:
        """Return the payload of a token whose signature is good."""
        token = _parts(text)
        unsupported = self._unsupported(token)
        if unsupported is not None:
            raise _FoundError(Verdict.UNSUPPORTED_FORM, unsupported)
        for key in self._candidates(token):
            if signing.verifies(key, text):
                return token.payload
        raise _FoundError(Verdict.BAD_SIGNATURE, "no trusted key of its issuer has signed it so")

    def _unsupported(self, token: Token) -> str | None:
        algorithm = token.header.get("alg")
        if "crit" in token.header or "b64" in token.header:
            return "the header demands extensions (crit, b64)"
        if not isinstance(algorithm, str) or algorithm not in self.algorithms:
            allowed = " or ".join(sorted(self.algorithms))
            return f"the algorithm is {_short(algorithm)}, not {allowed}"
        if "vc" in token.payload and "@context" not in token.payload:
            return "the credential is wrapped in vc, an older form"
        return None

    def _candidates(self, token: Token) -> list[PublicKey]:
        """Return the trusted keys that the header can mean."""
        issuer = id_of(token.payload.get("issuer"))
        kid, jwk = token.header.get("kid"), token.header.get("jwk")
        if not isinstance(issuer, str):
            raise BadgeError("the credential names no issuer")
        if not isinstance(kid, str | None) or not isinstance(jwk, dict | None):
            raise BadgeError("the header has a kid or a jwk that is none")
        if jwk is not None and signing.PRIVATE & set(jwk):
            raise BadgeError("the key in the header is a private one, now known")
        ring = self._trusted(issuer)
        if jwk is not None:
            named = [key for key in ring if key.thumbprint == signing.thumbprint(jwk)]
            found = [key.key or _own(jwk) for key in named]
        else:
            found = [key.key for key in ring if key.key is not None and kid in (None, key.id)]
        if not found:
            raise _FoundError(Verdict.UNTRUSTED_KEY, _why_untrusted(issuer, kid, jwk, ring))
        return found

    def _trusted(self, issuer: str) -> list[TrustedKey]:
        try:
            found: Any = self.keys(issuer)
            ring: list[Any] = list(found or ()) if isinstance(found, Iterable | None) else [None]
        except OSError as error:
            why = f"the keys of {_short(issuer)} are not at hand: {_said(error)}"
            raise _FoundError(Verdict.UNTRUSTED_KEY, why) from None
        if not all(isinstance(each, TrustedKey) for each in ring):
            raise InvalidValueError("keys", type(found).__name__, "trusted keys, or None")
        return ring

    def status_of(self, credential: Mapping[str, Any]) -> tuple[Verdict, str]:
        """Return what counts most about a badge whose signature is good, and why."""
        begins, ends = (structure.instant(credential, each) for each in ("validFrom", "validUntil"))
        if begins is not None and self.at < begins:
            return Verdict.NOT_YET_VALID, f"it is valid from {begins.isoformat()} on"
        marked, unknown = self._marks(credential)
        if ended := _ended(marked, unknown):
            return ended
        if ends is not None and self.at >= ends:
            return Verdict.EXPIRED, f"it expired at {ends.isoformat()}"
        if "suspension" in marked:
            return Verdict.SUSPENDED, "its issuer has suspended it for the time being"
        if why := "; ".join(each for purpose, each in unknown if purpose != "message"):
            return Verdict.STATUS_UNKNOWN, why
        return Verdict.VALID, "it is genuine, and valid"

    def _marks(self, credential: Mapping[str, Any]) -> tuple[set[str], list[tuple[str, str]]]:
        """Return the purposes whose bit is set, and for what it is not known, and why."""
        marked, unknown = set[str](), list[tuple[str, str]]()
        entries = listed(credential.get("credentialStatus"))
        if len(entries) > _MOST_ENTRIES:
            return marked, [("", f"it names {len(entries)} states; that is too many")]
        for entry in entries:
            try:
                if self._is_marked(entry, id_of(credential["issuer"])):
                    marked.add(entry["statusPurpose"])
            except BadgeError as error:
                unknown.append((entry.get("statusPurpose", ""), str(error)))
        return marked, unknown

    def _is_marked(self, entry: Mapping[str, Any], issuer: object) -> bool:
        """Return whether the bit is set that an entry names; BadgeError if nobody can know."""
        if "BitstringStatusListEntry" not in listed(entry["type"]):
            raise BadgeError("its status is not that of a Bitstring Status List")
        purpose, url, index = (
            entry[name] for name in ("statusPurpose", "statusListCredential", "statusListIndex")
        )
        if purpose in _MESSAGES and not statuslist.says_replaced(entry):
            return False
        if purpose not in statuslist.PURPOSES:
            raise BadgeError(f"its status has an unknown purpose: {_short(purpose)}")
        if len(index) > 9:  # no list has so many bits, and reading a long number takes time
            raise BadgeError(f"no status list has a bit {_short(index)}")
        if entry.get("statusSize") not in (None, 1):
            raise BadgeError("its status list has more than one bit a credential")
        try:
            return statuslist.is_set(self._bits(url, purpose, issuer), int(index))
        except (BadgeError, OSError) as error:
            raise BadgeError(f"the status list {_short(url)}: {_said(error)}") from None

    def _bits(self, url: str, purpose: str, issuer: object) -> bytes:
        """Return the bits of the list published at a URL, if it is the one that is asked for."""
        token = self.status(url) if self.status is not None else None
        if token is None:
            raise BadgeError("it is not at hand")
        published = self.payload(token)
        structure.check_list(published)
        subject = published["credentialSubject"]
        if purpose not in listed(subject["statusPurpose"]):
            raise BadgeError(f"it is none for {purpose}")
        if published["id"] != url or id_of(published["issuer"]) != issuer:
            raise BadgeError("it is another one, or of another issuer")
        _check_claims(published, [each for each in ("iss", "jti", "sub") if each in published])
        self._check_time(published)
        return statuslist.decode(subject["encodedList"])

    def _check_time(self, published: Mapping[str, Any]) -> None:
        """Raise unless a list is of this time; when it was signed says nothing."""
        now, begins = self.at.timestamp(), structure.begins(published)
        until = structure.instant(published, "validUntil")
        ends = None if until is None else until.timestamp(), structure.seconds(published, "exp")
        if begins is not None and now < begins:
            raise BadgeError("it is not valid yet")
        if any(each is not None and now >= each for each in ends):
            raise BadgeError("it has expired")


def _ended(
    marked: Collection[str], unknown: Iterable[tuple[str, str]]
) -> tuple[Verdict, str] | None:
    """Return that a badge was revoked for ever, and whether another one has replaced it."""
    if "message" in marked:
        return Verdict.REPLACED, "its award was renewed: it is replaced by a later badge"
    if "revocation" not in marked:
        return None
    untold = (each for purpose, each in unknown if purpose == "message")
    whether = (f"; whether a later badge has replaced it: {each}" for each in untold)
    return Verdict.REVOKED, "".join(("its issuer has revoked it", *whether))


def _parts(token: object) -> Token:
    if not isinstance(token, str):
        raise BadgeError(f"a token is text, not {type(token).__name__}")
    if token.lstrip()[:1] == "{" and len(token) <= tokens.LONGEST:
        raise _unsigned(tokens.parsed(token.encode(errors="replace"), "document"))
    return tokens.read(token)


def _unsigned(document: Mapping[str, Any]) -> BadgeError:
    """Return what is wrong with JSON in place of a token."""
    if "proof" in document:
        why = "a JSON document with an embedded proof, and no JSON Web Signature"
    elif "Assertion" in listed(document.get("type")):
        why = "an assertion of Open Badges 2, an older form"
    elif "signatures" in document or "signature" in document:
        why = "a JSON Web Signature written as JSON, and not in its compact form"
    else:
        return BadgeError("a JSON document that nobody has signed")
    return _FoundError(Verdict.UNSUPPORTED_FORM, why)


def _own(jwk: Mapping[str, Any]) -> PublicKey:
    try:
        return signing.from_jwk(jwk)
    except CertrulesError as error:
        raise BadgeError(f"the key in the header is none: {error}") from None


def _why_untrusted(
    issuer: str, kid: str | None, jwk: Mapping[str, Any] | None, ring: list[TrustedKey]
) -> str:
    """Return which key is named, which are trusted, and so how to mend it."""
    if not ring:
        return f"no key is trusted for {_short(issuer)}, who it says has issued it"
    if jwk is not None:
        thumbprint = signing.thumbprint(jwk)
        return f"the key in its header has the thumbprint {thumbprint}, which is not trusted"
    if all(key.key is None for key in ring):
        return "only thumbprints are trusted, and it does not hold its key: trust the key itself"
    ids = sorted({_short(key.id) for key in ring if key.id is not None})
    known = f"have the ids {', '.join(ids)}" if ids else "have no id"
    mend = "if one is it, trust it under that id"
    return f"it names the key {_short(kid)}, and the trusted keys of its issuer {known}: {mend}"


def _check_claims(credential: Mapping[str, Any], names: Iterable[str]) -> None:
    said = structure.claims(credential)
    for name in names:
        value = credential.get(name)
        if value != said.get(name) or isinstance(value, bool):
            raise _FoundError(Verdict.CLAIMS_DIFFER, f"{name} is not what the credential says")


def _short(value: object) -> str:
    """Return a stranger's value, cut to fit a sentence."""
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:79]}…"


def _said(error: Exception) -> str:
    """Return the words of an error, or its name if it has none."""
    return str(error) or type(error).__name__
