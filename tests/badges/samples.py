"""A badge, and the keys and status lists that go with it."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from certrules import Certification
from certrules.badges import statuslist, tokens
from certrules.badges.credential import Issuer, credential
from certrules.badges.signing import KeySigner, TrustedKey, sign
from certrules.model.badges import Badge

ISSUER = Issuer("https://academy.example", "The Academy")
SINCE, UNTIL = datetime(2024, 1, 1, tzinfo=UTC), datetime(2025, 1, 1, tzinfo=UTC)
DURING = datetime(2024, 6, 1, tzinfo=UTC)
BADGE = Badge("0b0e9d3e-8f4f-4a53-9d6f-2f6a4ad0f0a1", "1", "fa", 1, SINCE, UNTIL, 1, 7)
FIRST_AID = Certification(
    "fa", "First aid", completion_criteria="Pass the test.", skills=("CPR", "Bandaging")
)
LISTS = {purpose: f"https://academy.example/status/{purpose}/1" for purpose in statuslist.PURPOSES}


class Key(NamedTuple):
    """A private key, in the forms in which it is needed."""

    private: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
    signer: KeySigner
    trusted: TrustedKey

    @property
    def pem(self) -> bytes:
        return self.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    def trusted_for(self, issuer: str) -> list[TrustedKey] | None:
        return [self.trusted] if issuer == ISSUER.id else None


def made(private: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> Key:
    return Key(private, KeySigner(private), TrustedKey.of(private.public_key()))


def unsigned(purposes: Iterable[str] = (), **changes: Any) -> dict[str, Any]:
    """The credential of the badge, with changes to its members."""
    entries = [statuslist.entry(LISTS[purpose], purpose, BADGE.index) for purpose in purposes]
    return credential(BADGE, FIRST_AID, issuer=ISSUER, status=entries) | changes


def resigned(payload: Mapping[str, Any], key: Key) -> str:
    """A token that says anything, with a good signature."""
    header = {"alg": key.signer.algorithm, **key.signer.header}
    signed = f"{tokens.compact(header)}.{tokens.compact(payload)}"
    return f"{signed}.{tokens.encoded(key.signer.sign(signed.encode()))}"


def published(
    key: Key, marked: Mapping[str, Iterable[int]], *, at: datetime = SINCE, until: datetime = UNTIL
) -> dict[str, str]:
    """The status lists, signed, by their URLs."""
    return {
        LISTS[purpose]: sign(
            statuslist.list_credential(
                LISTS[purpose], purpose, indexes, issuer=ISSUER, at=at, until=until
            ),
            key.signer,
        )
        for purpose, indexes in marked.items()
    }
