"""Whatever a token, its header or a status list says, a verifier has one outcome for it."""

import copy
from datetime import UTC, datetime
from typing import Any

import pytest
from attrs import evolve
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import assume, given
from hypothesis import strategies as st

from certrules import Certification
from certrules.badges import tokens
from certrules.badges.credential import credential
from certrules.badges.signing import sign
from certrules.badges.verifying import Verdict, Verification, verify
from certrules.text import is_visible
from tests.badges import samples
from tests.badges.samples import BADGE, DURING, ISSUER, LISTS, Key, published, unsigned

KEY: Key = samples.made(ec.derive_private_key(7, ec.SECP256R1()))
TOKEN = sign(unsigned(LISTS), KEY.signer)
LIST = published(KEY, {"revocation": []})[LISTS["revocation"]]

NUMBERS = st.integers(-(2**70), 2**70) | st.floats(allow_nan=False, allow_infinity=False)
WORDS = st.text(max_size=9) | st.sampled_from(
    ["https://x.example", "BitstringStatusListEntry", "0001-01-01T00:00:00Z", "revocation", "7"]
)
JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | NUMBERS | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=6,
)


def places(value: Any) -> list[tuple[Any, ...]]:
    """The path of each value in JSON."""
    items: Any = value.items() if isinstance(value, dict) else ()
    items = enumerate(value) if isinstance(value, list) else items
    return [(), *((key, *path) for key, inner in items for path in places(inner))]


def put(value: Any, path: tuple[Any, ...], other: Any) -> Any:
    """JSON with another value at a path."""
    if not path:
        return other
    changed = copy.copy(value)
    changed[path[0]] = put(value[path[0]], path[1:], other)
    return changed


PAYLOAD = dict(tokens.read(TOKEN).payload)
LISTED = dict(tokens.read(LIST).payload)
HEADER = dict(tokens.read(TOKEN).header)


def text(value: Any) -> str:
    """JSON as a part of a token, where it can be one."""
    return tokens.compact(value)


def signed(header: Any, payload: Any) -> str:
    said = f"{text(header)}.{text(payload)}"
    return f"{said}.{tokens.encoded(KEY.signer.sign(said.encode()))}"


def judged(token: str, lists: dict[str, str]) -> Verification:
    return verify(token, keys={ISSUER.id: [KEY.trusted]}.get, status=lists.get, at=DURING)


@pytest.mark.law
@given(st.sampled_from(places(PAYLOAD)), JSON)
def test_any_payload(path: tuple[Any, ...], other: Any) -> None:
    found = judged(signed(HEADER, put(PAYLOAD, path, other)), {})
    assert found.why
    assert found.outcome in Verdict


@pytest.mark.law
@given(st.sampled_from(places(HEADER)), JSON)
def test_any_header(path: tuple[Any, ...], other: Any) -> None:
    found = judged(signed(put(HEADER, path, other), PAYLOAD), {})
    assert found.outcome in {
        Verdict.UNSUPPORTED_FORM,
        Verdict.BAD_STRUCTURE,
        Verdict.UNTRUSTED_KEY,
        Verdict.BAD_SIGNATURE,
        Verdict.STATUS_UNKNOWN,
    }
    assert found.why


@pytest.mark.law
@given(st.sampled_from(places(LISTED)), JSON)
def test_any_status_list(path: tuple[Any, ...], other: Any) -> None:
    lists = {LISTS["revocation"]: signed(HEADER, put(LISTED, path, other))}
    token = sign(unsigned(["revocation"]), KEY.signer)
    found = judged(token, lists)
    assert found.outcome in {Verdict.VALID, Verdict.STATUS_UNKNOWN}
    assert found.credential is not None


@pytest.mark.law
@given(st.text(max_size=99) | st.binary(max_size=99).map(tokens.encoded))
def test_any_text(anything: str) -> None:
    for token in (anything, f"{anything}.{anything}.{anything}", TOKEN + anything[:1] + "!"):
        assert not judged(token, {})


@pytest.mark.law
@given(st.integers(0, len(TOKEN) - 1), st.characters(codec="ascii"))
def test_any_character_of_a_token(place: int, other: str) -> None:
    changed = TOKEN[:place] + other + TOKEN[place + 1 :]
    found = judged(changed, {})
    assert changed == TOKEN or found.credential is None


INSTANTS = st.datetimes(timezones=st.just(UTC))
SAID = st.text(max_size=20)
NAMED = SAID.filter(lambda text: any(map(is_visible, text)))


@pytest.mark.law
@given(
    st.builds(
        Certification,
        st.just("fa"),
        NAMED,
        description=SAID,
        completion_criteria=SAID,
        skills=st.lists(NAMED, max_size=3),
    ),
    INSTANTS,
    st.none() | INSTANTS,
    INSTANTS,
)
def test_whatever_is_issued_is_verified(
    certification: Certification, issued: datetime, expires: datetime | None, at: datetime
) -> None:
    assume(expires is None or issued <= expires)
    badge = evolve(BADGE, issued_at=issued, expires_at=expires)
    made = credential(badge, certification, issuer=ISSUER)
    found = verify(sign(made, KEY.signer), keys={ISSUER.id: [KEY.trusted]}.get, at=at)
    began = issued.replace(microsecond=0) <= at
    ended = expires is not None and expires.replace(microsecond=0) <= at
    expected = Verdict.EXPIRED if ended else Verdict.VALID
    assert found.outcome is (expected if began else Verdict.NOT_YET_VALID)
    assert found.credential is not None
    assert found.credential["credentialSubject"]["achievement"]["name"] == certification.name
