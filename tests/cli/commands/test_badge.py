"""``certrules badge``: the whole life of a badge on the command line."""

import base64
import json
import os
import struct
import subprocess
import sys
import zlib
from contextlib import closing
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import NamedTuple

import pytest
from attrs import evolve
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from PIL import Image

from certrules.badges import signing, statuslist, tokens
from certrules.repositories.sql import open_store
from tests.badges.samples import made, resigned
from tests.cli.conftest import Answer, Run, start

ISSUER = ("--issuer", "https://academy.example")
NAME = ("--issuer-name", "The Academy")
LISTS = ("--lists", "https://academy.example/status/{purpose}/{list}")
AT = ("--at", "2024-07-01T09:00:00Z")
PRIVATE = ec.derive_private_key(7, ec.SECP256R1())
SVG = '<svg xmlns="http://www.w3.org/2000/svg"><circle r="9"/></svg>'


class Files(NamedTuple):
    private: Path
    public: Path
    image: Path


@pytest.fixture
def key(tmp_path: Path) -> Files:
    """A private and a public key, and a picture."""
    files = Files(tmp_path / "private.pem", tmp_path / "public.pem", tmp_path / "badge.svg")
    files.private.touch(0o600)
    files.private.write_bytes(
        PRIVATE.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    public = PRIVATE.public_key()
    files.public.write_bytes(public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    files.image.write_text(SVG)
    return files


def award(store: Path, user_id: str = "ada") -> tuple[object, ...]:
    return "--store", store, "--user", user_id, "--certification", "FA"


def issued(run: Run, store: Path, key: Files, *more: object) -> str:
    answer = run("badge", "issue", *award(store), *ISSUER, *NAME, "--key", key.private, *more)
    assert answer.code == 0, answer.err
    return answer.out


def published(run: Run, store: Path, key: Files, *more: object) -> None:
    words = "badge", "publish", "--store", store, *ISSUER, *LISTS, "--key", key.private
    assert run(*words, "--out", "status", *AT, *more).code == 0


STATUS = ("--status-list", "status/revocation-1.jwt", "--status-list", "status/suspension-1.jwt")


@pytest.mark.rule("ALL-ROLE-08", "ALL-ROLE-11")
@pytest.mark.rule("INT-49")
def test_a_badge_is_issued_into_a_picture_and_verified(
    run: Run, awarded: Path, key: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = issued(run, awarded, key, *LISTS, "--image", key.image, "--out", "ada.svg")
    assert said.endswith("is in ada.svg\n")
    published(run, awarded, key)
    words = "badge", "verify", "ada.svg", *ISSUER, "--key", key.public
    answer = run(*words, *STATUS, *AT)
    assert answer.code == 0
    assert answer.out.splitlines()[0] == "valid: it is genuine, and valid"
    assert "  certification First aid\n" in answer.out
    assert "  expires       2025-05-31 22:00:00 (UTC)\n" in answer.out
    rome = run(*words, *STATUS, *AT, "--zone", "Europe/Rome")
    assert "  expires       2025-06-01 00:00:00 (Europe/Rome)\n" in rome.out
    assert run(*words, *STATUS, *AT, "--format", "json").data["zone"] == "UTC"
    monkeypatch.setenv("CERTRULES_ZONE", "Europe/Rome")
    assert run(*words, *STATUS, *AT) == rome
    assert run(*words, *AT).code == 1
    assert run(*words, *AT).out.startswith("status unknown: ")
    late = run(*words, *STATUS, "--at", "2025-05-31T22:00:00Z")
    assert (late.code, late.out.partition(":")[0]) == (1, "expired")


def test_a_badge_is_the_same_when_it_is_issued_again(run: Run, awarded: Path, key: Files) -> None:
    first, second = (tokens.read(issued(run, awarded, key).strip()) for _ in range(2))
    assert first.payload == second.payload


@pytest.mark.rule("INT-38")
def test_deleting_revokes_it(run: Run, awarded: Path, key: Files) -> None:
    token = issued(run, awarded, key, *LISTS)
    Path("token.jwt").write_text(token)
    assert run("delete", "--store", awarded, "--certification", "FA", "--yes", *AT).code == 0
    published(run, awarded, key)
    answer = run(
        "badge", "verify", "token.jwt", *ISSUER, "--key", key.public, *STATUS, *AT, "--format=json"
    )
    assert (answer.code, answer.data["outcome"]) == (1, "revoked")
    assert answer.data["credential"]["name"] == "First aid"


def test_what_was_published_is_told(run: Run, awarded: Path, key: Files) -> None:
    issued(run, awarded, key)
    words = "badge", "publish", "--store", awarded, *ISSUER, *LISTS, "--key", key.private, *AT
    answer = run(*words, "--out", "status", "--format", "json")
    assert answer.data == {
        "until": "2024-07-08T09:00:00+00:00",
        "lists": [
            {
                "file": f"status/{purpose}-1.jwt",
                "url": f"https://academy.example/status/{purpose}/1",
                "marked": 0,
            }
            for purpose in ("revocation", "suspension", "message")
        ],
    }
    assert "status/revocation-1.jwt: 0 marked" in run(*words, "--out", "status").out


def test_a_token_of_json(run: Run, awarded: Path, key: Files) -> None:
    data = json.loads(issued(run, awarded, key, "--format", "json"))
    assert data["credential"]["id"] == f"urn:uuid:{data['badge']}"
    assert tokens.read(data["token"]).payload["jti"] == data["credential"]["id"]


def test_a_token_is_baked_into_a_jpeg_that_becomes_a_png(
    run: Run, awarded: Path, key: Files
) -> None:
    made = BytesIO()
    Image.new("RGB", (20, 20)).save(made, "JPEG")
    Path("badge.jpg").write_bytes(made.getvalue())
    Path("token.jwt").write_text(issued(run, awarded, key))
    answer = run("badge", "bake", "token.jwt", "--image", "badge.jpg", "--out", "ada.png")
    assert (answer.code, answer.out) == (0, "the credential is in ada.png\n")
    assert Path("ada.png").read_bytes().startswith(b"\x89PNG")
    assert run("badge", "verify", "ada.png", *ISSUER, "--key", key.public, *AT).code == 0
    again = run("badge", "bake", "ada.png", "--image", key.image, "--out", "a.svg", "--format=json")
    assert again.data["id"].startswith("urn:uuid:")
    assert run("badge", "verify", "a.svg", *ISSUER, "--key", key.public, *AT).code == 0


@pytest.mark.rule("ALL-ROLE-09", "INT-42")
def test_a_badge_is_shared(run: Run, awarded: Path, key: Files) -> None:
    url = ("--url", "https://academy.example/b/")
    words = "badge", "share", *award(awarded), *url, *NAME, *AT, "--zone", "Europe/Rome"
    answer = run(*words, "--out", "page.html", "--image", key.image, "--format", "json")
    assert answer.code == 0
    data = answer.data
    assert data["page"] == f"https://academy.example/b/{data['badge']}"
    assert data["state"] == "valid"
    assert "issueYear=2023&issueMonth=6&expirationYear=2025&expirationMonth=6" in data["linkedin"]
    page = Path("page.html").read_text(encoding="utf-8")
    assert "1 June 2023" in page
    assert "data:image/svg+xml" in page
    told = run(*words, "--organization-id", 1337)
    assert "organizationId=1337" in told.out
    assert data["page"] in told.out


@pytest.mark.parametrize("form", ["text", "json"])
def test_who_holds_nothing_gets_no_badge(run: Run, store: Path, key: Files, form: str) -> None:
    words = "badge", "issue", *award(store), *ISSUER, *NAME, "--key", key.private
    answer = run(*words, "--format", form)
    assert answer.code == 1
    assert "does not hold the certification" in " ".join(answer.out.split())
    assert run("badge", "share", *award(store), "--url", "https://x.example", *NAME).code == 1


def test_keys_by_jwk_and_by_thumbprint(run: Run, awarded: Path, key: Files) -> None:
    Path("token.jwt").write_text(issued(run, awarded, key))
    public = signing.jwk(PRIVATE.public_key())
    Path("key.json").write_text(json.dumps(public))
    words = "badge", "verify", "token.jwt", *ISSUER, *AT
    assert run(*words, "--key", "key.json").code == 0
    assert run(*words, "--thumbprint", signing.thumbprint(public)).code == 0
    other = run(*words, "--thumbprint", "x" * 43)
    assert (other.code, other.out.partition(":")[0]) == (1, "untrusted key")
    assert "nobody knows who says it" in other.out
    assert run(*words, "--thumbprint", "x").code == 2


def test_a_locked_key(run: Run, awarded: Path, key: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    key.private.write_bytes(
        PRIVATE.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"open"))
    )
    words = "badge", "issue", *award(awarded), *ISSUER, *NAME, "--key", key.private
    assert run(*words).code == 2
    monkeypatch.setenv("CERTRULES_KEY_PASSWORD", "open")
    assert run(*words, "--key-id", "2024-1").code == 0


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("verify", "nothing.png", "--key", "public.pem"), "nothing.png"),
        (("verify", "badge.svg"), "whom to trust?"),
        (("verify", "badge.svg", "--key", "private.pem"), "is not trusted: it is a private key"),
        (("verify", "badge.svg", "--key", "bad.json"), "neither a PEM nor a JSON Web Key"),
        (
            ("verify", "token", "--key", "public.pem", "--status-list", "badge.svg"),
            "no status list",
        ),
    ],
)
def test_what_cannot_be_read(run: Run, key: Files, words: tuple[str, ...], message: str) -> None:
    Path("token").write_text("a.b.c")
    Path("bad.json").write_text("{")
    answer = run("badge", *words, *ISSUER)
    assert answer.code == 2
    assert message in answer.err
    assert not answer.out


def test_status_lists_have_urls_of_their_own(run: Run, awarded: Path, key: Files) -> None:
    signer = *ISSUER, "--key", key.private, "--lists", "https://academy.example/{purpose}"
    for words in (
        ("issue", *award(awarded), *NAME, *signer),
        ("publish", "--store", awarded, "--out", "status", *signer),
    ):
        answer = run("badge", *words)
        assert answer.code == 2
        assert "--lists 'https://academy.example/{purpose}': expected an http(s) URL" in answer.err
    assert not Path("status").exists()


def newly_published(run: Run, store: Path, key: Files, at: str, folder: str) -> str:
    words = "badge", "publish", "--store", store, *ISSUER, *LISTS, "--key", key.private
    assert run(*words, "--out", folder, "--days", 30, "--at", at).code == 0
    return f"{folder}/revocation-1.jwt"


@pytest.mark.rule("INT-38")
def test_the_newest_of_several_lists_counts(run: Run, awarded: Path, key: Files) -> None:
    issued(run, awarded, key, *LISTS, "--out", "ada.jwt")
    before = newly_published(run, awarded, key, "2024-07-01T08:00:00Z", "before")
    same = newly_published(run, awarded, key, "2024-07-01T08:59:00Z", "same")
    assert run("delete", "--store", awarded, "--certification", "FA", "--yes", *AT).code == 0
    after = newly_published(run, awarded, key, "2024-07-01T08:59:00Z", "after")
    words = "badge", "verify", "ada.jwt", *ISSUER, "--key", key.public, *AT

    def found(*lists: str) -> Answer:
        given = (word for path in lists for word in ("--status-list", path))
        return run(*words, "--status-list", "after/suspension-1.jwt", *given)

    assert found(before).out.startswith("valid")
    for lists in ((before, after), (after, before), (after, after), (before, after, before)):
        assert (found(*lists).code, found(*lists).out.partition(":")[0]) == (1, "revoked")
    for lists in ((same, after), (after, same), (same, before, after)):
        answer = found(*lists)
        assert (answer.code, answer.out) == (2, "")
        assert "two status lists of https://academy.example/status/revocation/1" in answer.err
        assert "differ, and neither is known to be the newer one" in answer.err


@pytest.mark.rule("INT-38")
def test_a_forged_list_does_not_displace_the_real_one(run: Run, awarded: Path, key: Files) -> None:
    issued(run, awarded, key, *LISTS, "--out", "ada.jwt")
    assert run("delete", "--store", awarded, "--certification", "FA", "--yes", *AT).code == 0
    real = newly_published(run, awarded, key, "2024-07-01T08:00:00Z", "real")
    head, payload, signature = Path(real).read_text().split(".")
    said = json.loads(base64.urlsafe_b64decode(payload + "=="))
    said["validFrom"] = "2024-07-01T08:59:00Z"
    said["credentialSubject"]["encodedList"] = statuslist.encode([])
    forged = base64.urlsafe_b64encode(json.dumps(said).encode()).decode().rstrip("=")
    Path("forged.jwt").write_text(f"{head}.{forged}.{signature}")
    words = "badge", "verify", "ada.jwt", *ISSUER, "--key", key.public, *AT
    suspension = "--status-list", "real/suspension-1.jwt"
    for lists in ((real, "forged.jwt"), ("forged.jwt", real)):
        answer = run(*words, *suspension, *(w for path in lists for w in ("--status-list", path)))
        assert answer.out.startswith("revoked")
    alone = run(*words, *suspension, "--status-list", "forged.jwt")
    assert alone.out.startswith("status unknown")


def test_a_private_key_that_others_can_read_is_warned_about(
    run: Run, awarded: Path, key: Files
) -> None:
    path = key.private
    path.chmod(0o644)
    words = "badge", "issue", *award(awarded), *ISSUER, *NAME, *LISTS, "--key", path
    shared = run(*words)
    path.chmod(0o600)
    own = run(*words)
    assert (shared.code, own.code) == (0, 0)
    assert (
        shared.err
        == f"certrules: warning: others can read {path} (its mode is 644): chmod 600 it\n"
    )
    assert own.err == ""


@pytest.mark.parametrize(
    ("begins", "outcome"),
    [
        (None, ""),
        (1719820799, "valid"),  # a second before the other one
        (1719820800, ""),
        (1719820801, "revoked"),
    ],
)
def test_a_list_without_a_date_begins_with_its_claim(
    run: Run, awarded: Path, key: Files, begins: int | None, outcome: str
) -> None:
    issued(run, awarded, key, *LISTS, "--out", "ada.jwt")
    dated = newly_published(run, awarded, key, "2024-07-01T08:00:00Z", "dated")
    payload = {**tokens.read(Path(dated).read_text()).payload, "nbf": begins}
    del payload["validFrom"]
    if begins is None:
        del payload["nbf"]
    list_ = statuslist.encode(range(statuslist.SIZE))
    payload["credentialSubject"] = {**payload["credentialSubject"], "encodedList": list_}
    text = resigned(payload, made(PRIVATE))
    Path("undated").write_bytes(text.encode("utf-16"))  # as some shells write it
    words = "badge", "verify", "ada.jwt", *ISSUER, "--key", key.public, *AT
    suspension = "--status-list", "dated/suspension-1.jwt"
    undated = "--status-list", "undated"
    assert run(*words, *suspension, *undated).out.startswith("revoked")
    for lists in ((*undated, "--status-list", dated), ("--status-list", dated, *undated)):
        answer = run(*words, *suspension, *lists)
        assert answer.out.partition(":")[0].strip() == outcome, answer.err
        assert ("neither is known to be the newer one" in answer.err) == (not outcome)


def test_a_badge_is_no_status_list(run: Run, awarded: Path, key: Files) -> None:
    issued(run, awarded, key, *LISTS, "--image", key.image, "--out", "ada.svg")
    verify = "badge", "verify", "ada.svg", *ISSUER, "--key", key.public
    answer = run(*verify, "--status-list", "ada.svg")
    assert (answer.code, answer.out) == (2, "")
    assert "ada.svg is no status list: type does not name BitstringStatusList" in answer.err


def test_every_list_that_is_missing_is_named(run: Run, awarded: Path, key: Files) -> None:
    issued(run, awarded, key, *LISTS, "--out", "ada.jwt")
    answer = run("badge", "verify", "ada.jwt", *ISSUER, "--key", key.public, *AT)
    for purpose in ("revocation", "suspension"):
        assert f"status/{purpose}/1': it is not at hand" in answer.out


@pytest.mark.parametrize("at", ["9999-12-31T00:00:00Z", "9999-12-25T00:00:00Z"])
def test_lists_end_before_time_does(run: Run, awarded: Path, key: Files, at: str) -> None:
    words = "badge", "publish", "--store", awarded, *ISSUER, *LISTS, "--key", key.private
    answer = run(*words, "--out", "status", "--at", at)
    assert (answer.code, "lists would count beyond the year 9999" in answer.err) == (2, True)
    assert not Path("status").exists()
    assert run(*words, "--out", "status", "--at", at, "--days", "1").code == (at > "9999-12-31") * 2


def test_what_a_badge_is_made_of_is_not_written_over(run: Run, awarded: Path, key: Files) -> None:
    issued(run, awarded, key, "--out", "t.jwt")
    before = {path: path.read_bytes() for path in Path().iterdir()}
    issue = "issue", *award(awarded), *ISSUER, *NAME, "--key", key.private, "--out"
    share = "share", *award(awarded), *NAME, "--url", "https://x.example", "--out"
    bake = "bake", "t.jwt", "--image", key.image, "--out"
    page = Path("page.html")
    page.symlink_to(key.image)
    for words, says in (
        ((*issue, awarded), "belongs to the store itself"),
        ((*issue, key.private), "what this command reads"),
        ((*issue, key.image, "--image", key.image), "what this command reads"),
        ((*share, awarded), "its name is to end in .html"),
        ((*share, "p.txt"), "its name is to end in .html"),
        ((*share, key.image, "--image", key.image), "its name is to end in .html"),
        ((*share, page, "--image", key.image), "what this command reads"),
        ((*bake, key.image), "what this command reads"),
        ((*bake, "t.jwt"), "what this command reads"),
    ):
        answer = run("badge", *words)
        assert (answer.code, answer.out, says in answer.err) == (2, "", True), words
    assert {path: path.read_bytes() for path in before} == before
    key.private.rename("suspension-1.jwt")
    publish = "publish", "--store", awarded, *ISSUER, *LISTS, "--key", "suspension-1.jwt"
    answer = run("badge", *publish, "--out", ".")
    assert (answer.code, "what this command reads" in answer.err) == (2, True)
    assert not Path("revocation-1.jwt").exists()


def test_a_badge_that_is_piped_in_is_not_written_over(key: Files) -> None:
    Path("t.jwt").write_text("e30.e30.c2ln")
    words = "badge", "bake", "-", "--image", key.image, "--out", "t.jwt"
    with Path("t.jwt").open("rb") as stdin:
        ran = start(*words, stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        _, err = ran.communicate()
    assert (ran.returncode, b"what this command reads" in err) == (2, True)
    assert Path("t.jwt").read_text() == "e30.e30.c2ln"


def test_a_token_without_lists_is_warned_of(run: Run, awarded: Path, key: Files) -> None:
    words = "badge", "issue", *award(awarded), *ISSUER, *NAME, "--key", key.private
    assert not run(*words, *LISTS).err
    answer = run(*words)
    assert answer.code == 0
    assert answer.err.startswith("certrules: warning: the token names no status list")


def test_what_else_a_credential_says(run: Run, awarded: Path, key: Files) -> None:
    with closing(open_store(str(awarded))) as store, store.writing() as transaction:
        found = transaction.certifications.get("k1")
        assert found is not None
        transaction.certifications.put([evolve(found, skills=["CPR", "Burns", "a=b"])])
    words = (
        *("--recipient", "https://ada.example", "--image-url", "https://academy.example/fa.png"),
        *("--skill-url", "CPR=https://skills.example/cpr?a=b"),
        *("--skill-url", "a=b=https://skills.example/ab", "--format", "json"),
    )
    subject = json.loads(issued(run, awarded, key, *words))["credential"]["credentialSubject"]
    assert subject["id"] == "https://ada.example"
    achievement = subject["achievement"]
    assert achievement["image"]["id"] == "https://academy.example/fa.png"
    assert achievement["tag"] == ["Burns"]
    aligned = {each["targetName"]: each["targetUrl"] for each in achievement["alignment"]}
    assert aligned == {
        "CPR": "https://skills.example/cpr?a=b",
        "a=b": "https://skills.example/ab",
    }


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--recipient", "ada@example.org"), "--recipient 'ada@example.org': expected a URL"),
        (("--image-url", "fa.png"), "--image-url 'fa.png': expected a URL with http"),
        (("--skill-url", "CPR=x"), "--skill-url 'CPR=x': expected a URL with http"),
        (("--skill-url", "https://x.example"), "expected SKILL=URL of a skill: CPR, Burns"),
        (
            ("--skill-url", "CPR=https://a.example", "--skill-url", "CPR=https://b.example"),
            "--skill-url 'CPR=https://b.example': CPR has a URL already: https://a.example",
        ),
        (("--issuer", "academy"), "--issuer 'academy': expected a URL, a did:"),
        (("--lists", "https://x.example"), "--lists 'https://x.example': expected an http(s) URL"),
        (("--key-id", "\udcff"), "argument --key-id: '\\udcff' is no text"),
        (("--key-id", ""), "argument --key-id: '' is no text"),
    ],
)
def test_options_that_say_nothing_are_named(
    run: Run, awarded: Path, key: Files, words: tuple[str, ...], message: str
) -> None:
    with closing(open_store(str(awarded))) as store, store.writing() as transaction:
        found = transaction.certifications.get("k1")
        assert found is not None
        transaction.certifications.put([evolve(found, skills=["CPR", "Burns"])])
    answer = run(*("badge", "issue", *award(awarded), *ISSUER, *NAME, "--key", key.private), *words)
    assert (answer.code, answer.out) == (2, "")
    assert message in answer.err
    with closing(open_store(str(awarded))) as store, store.reading() as view:
        assert view.badges.current("1", "k1", 1) is None


def test_a_file_has_one_key(run: Run, awarded: Path, key: Files) -> None:
    Path("t.jwt").write_text(issued(run, awarded, key))
    several = "holds several keys; give each in a file of its own"
    Path("both").write_bytes(key.public.read_bytes() * 2)
    answer = run("badge", "verify", "t.jwt", *ISSUER, "--key", "both")
    assert (answer.code, f"--key both {several}" in answer.err) == (2, True)
    Path("both").write_bytes(key.private.read_bytes() * 2)
    answer = run("badge", "issue", *award(awarded), *ISSUER, *NAME, "--key", "both")
    assert (answer.code, f"--key both {several}" in answer.err) == (2, True)


def test_a_thumbprint_may_begin_with_a_hyphen(run: Run, awarded: Path, key: Files) -> None:
    Path("t.jwt").write_text(issued(run, awarded, key))
    thumbprint = "-" + "x" * 42
    words = "badge", "verify", "t.jwt", *ISSUER
    answer = run(*words, "--thumbprint", thumbprint)
    assert (answer.code, "written --thumbprint=-..." in answer.err) == (2, True)
    assert run(*words, f"--thumbprint={thumbprint}").out.startswith("untrusted key")
    assert "--thumbprint=-" in run("badge", "verify", "--help").out


def sparse(path: str) -> str:
    with Path(path).open("wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n")
        file.truncate(2_000_000_000)
    return path


@pytest.mark.parametrize("form", ["text", "json"])
def test_what_holds_no_badge_has_a_bad_structure(run: Run, key: Files, form: str) -> None:
    Path("junk.gif").write_bytes(b"GIF89a\xff")
    for path in (key.image, "junk.gif", sparse("large.png")):
        answer = run("badge", "verify", path, *ISSUER, "--key", key.public, "--format", form)
        assert (answer.code, answer.err) == (1, "")
        if form == "json":
            assert answer.data["outcome"] == "bad structure"
            assert answer.data["credential"] is None
        else:
            assert answer.out.startswith("bad structure: ")


def test_files_too_large_to_be_read_and_what_is_no_file(
    run: Run, awarded: Path, key: Files
) -> None:
    sparse("large")
    os.mkfifo("pipe")
    verify = "badge", "verify", *ISSUER
    trusted = "--key", key.public
    for path, message in (
        ("large", "bytes"),
        ("pipe", "no regular file"),
        ("/dev/zero", "no regular file"),
        (".", "no regular file"),
    ):
        for words in (
            (*verify, key.image, "--key", path),
            (*verify, key.image, *trusted, "--status-list", path),
            ("badge", "bake", path, "--image", key.image, "--out", "a.svg"),
            ("badge", "issue", *award(awarded), *ISSUER, *NAME, "--key", path),
            (
                *("badge", "share", *award(awarded), "--url", "https://x", *NAME),
                *("--image", path, "--out", "page.html"),
            ),
        ):
            answer = run(*words)
            assert (answer.code, message in answer.err) == (2, True)
        if path != "large":
            assert run(*verify, path, *trusted).code == 2


def test_status_lists_count_for_a_time(run: Run, awarded: Path, key: Files) -> None:
    words = "badge", "publish", "--store", awarded, *ISSUER, *LISTS, "--key", key.private
    answer = run(*words, "--out", "status", "--days", 0)
    assert (answer.code, "1 to 3650 days" in answer.err) == (2, True)


@pytest.mark.rule("ALL-ROLE-09")
def test_a_badge_is_its_recipients(run: Run, awarded: Path, key: Files) -> None:
    words = "badge", "issue", *award(awarded), *ISSUER, *NAME, "--key", key.private
    assert "badge.download is for every user: their own" in run(*words, "--actor", "Bob").err
    assert run(*words, "--actor", "ada").code == 0
    share = "badge", "share", *award(awarded), "--url", "https://a.example", *NAME
    refused = run(*share, "--actor", "Bob")
    assert (refused.code, "their own" in refused.err) == (1, True)
    for role in ("learner", "sales", "manager"):
        assert run(*share, "--actor", "ada", "--role", role).code == 0


def test_a_picture_to_read_needs_one_to_write(run: Run, awarded: Path, key: Files) -> None:
    issue = "issue", *award(awarded), *ISSUER, *NAME, "--key", key.private
    share = "share", *award(awarded), *NAME, "--url", "https://x.example"
    for words in (issue, share):
        answer = run("badge", *words, "--image", key.image)
        assert (answer.code, "--image needs --out" in answer.err) == (2, True)


def test_a_token_may_be_written_to_a_file(run: Run, awarded: Path, key: Files) -> None:
    assert issued(run, awarded, key, "--out", "ada.jwt").endswith("is in ada.jwt\n")
    assert run("badge", "verify", "ada.jwt", *ISSUER, "--key", key.public, *AT).code == 0


def test_a_badge_may_be_piped_in(
    run: Run, awarded: Path, key: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = issued(run, awarded, key).encode()

    def piped(*words: object) -> int:
        monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=BytesIO(token)))
        return run("badge", *words).code

    assert piped("bake", "-", "--image", key.image, "--out", "ada.svg") == 0
    for path in ("-", "ada.svg"):
        assert piped("verify", path, *ISSUER, "--key", key.public, *AT) == 0


def image(kind: str) -> str:
    path = f"badge.{kind.lower()}"
    Image.new("RGB", (20, 20)).save(path, kind)
    return path


def without_pixels(png: bytes) -> bytes:
    """A PNG whose parts are all whole, but whose last pixels are not there."""
    head, data = png[:33], b"IDAT" + png[41 : png.index(b"IEND") - 8][:-12]
    chunk = struct.pack(">I", len(data) - 4) + data + struct.pack(">I", zlib.crc32(data))
    return head + chunk + b"\0\0\0\0IEND\xaeB`\x82"


@pytest.mark.parametrize(
    ("kind", "out", "message"),
    [
        ("JPEG", "ada.jpg", "--out ada.jpg: the badge is a PNG, so its name is to end in .png"),
        ("PNG", "ada", "--out ada: the badge is a PNG, so its name is to end in .png"),
        ("PNG", "ada.svg", "--out ada.svg: the badge is a PNG"),
        ("SVG", "ada.png", "--out ada.png: the badge is an SVG, so its name is to end in .svg"),
        ("GIF", "ada.png", "badge.gif: the picture is neither a PNG, nor a JPEG, nor an SVG"),
        ("cut", "ada.png", "badge.cut: the JPEG is cut off"),
        ("rows", "ada.png", "badge.rows: the PNG has fewer or more pixels than it says"),
    ],
)
def test_pictures_that_are_refused(
    run: Run, awarded: Path, key: Files, kind: str, out: str, message: str
) -> None:
    Path("badge.cut").write_bytes(Path(image("JPEG")).read_bytes()[:300])
    Path("badge.rows").write_bytes(without_pixels(Path(image("PNG")).read_bytes()))
    path = image(kind) if kind not in ("SVG", "cut", "rows") else f"badge.{kind.lower()}"
    words = "badge", "issue", *award(awarded), *ISSUER, *NAME, "--key", key.private
    answer = run(*words, "--image", path, "--out", out)
    assert (answer.code, message in answer.err) == (2, True)
    Path("token.jwt").write_text("e30.e30.c2ln")
    answer = run("badge", "bake", "token.jwt", "--image", path, "--out", out)
    assert (answer.code, message in answer.err) == (2, True)
    assert not Path(out).exists()
    with closing(open_store(str(awarded))) as store, store.reading() as view:
        assert view.badges.current("1", "k1", 1) is None  # nor is there a badge on record


def test_a_file_to_write_has_a_name(run: Run, awarded: Path, key: Files) -> None:
    issue = "issue", *award(awarded), *ISSUER, *NAME, "--key", key.private
    share = "share", *award(awarded), "--url", "https://a.example", *NAME
    for words in (issue, share):
        answer = run("badge", *words, "--out", "")
        assert (answer.code, "--out needs the name of a file" in answer.err) == (2, True)


def test_an_ending_may_be_in_capitals(run: Run, awarded: Path, key: Files) -> None:
    issued(run, awarded, key, "--image", image("PNG"), "--out", "ADA.PNG")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--url", "javascript:alert(1)"), "--url 'javascript:alert(1)': expected a whole URL"),
        (("--url", ""), "--url '': expected a whole URL, http:// or https://"),
        (("--url", "academy.example/b"), "expected a whole URL"),
        (("--url", "https://a.example?b="), "the id of a badge cannot follow a ? or a #"),
        (("--url", "https://a.example", "--image", "badge.gif"), "badge.gif: the picture is"),
        (("--url", "https://a.example", "--image", "page"), "page: the image is XML, but no SVG"),
        (("--url", "https://a.example", "--organization-id", "0"), "a number of 1 or more"),
    ],
)
def test_what_cannot_be_shared(
    run: Run, awarded: Path, words: tuple[str, ...], message: str
) -> None:
    image("GIF")
    Path("page").write_text("<html><script></script></html>")
    answer = run("badge", "share", *award(awarded), *NAME, *words, "--out", "page.html")
    assert (answer.code, message in answer.err) == (2, True)
    assert not Path("page.html").exists()


def test_an_issuer_has_a_name(run: Run, awarded: Path, key: Files) -> None:
    name = "--issuer-name", " "
    issue = "issue", *award(awarded), *ISSUER, *name, "--key", key.private
    for words in (issue, ("share", *award(awarded), "--url", "https://a.example", *name)):
        answer = run("badge", *words)
        assert (answer.code, "--issuer-name is empty" in answer.err) == (2, True)


def test_without_the_extras_it_says_what_to_install(awarded: Path, key: Files) -> None:
    for kind in ("JPEG", "PNG"):
        image(kind)
    Path("token.jwt").write_text("e30.e30.c2ln")
    blocked = "import sys; sys.modules.update(jwt=None, PIL=None)\n"
    code = f"{blocked}from certrules.cli import main; sys.exit(main())"
    issue = "issue", *award(awarded), *ISSUER, *NAME, "--key", key.private
    bakes = (
        ("bake", "token.jwt", "--image", f"badge.{kind}", "--out", "x.png")
        for kind in ("jpeg", "png")
    )
    for words, extra in ((issue, "badges"), *((each, "images") for each in bakes)):
        ended = subprocess.run(
            [sys.executable, "-c", code, "badge", *map(str, words)],
            capture_output=True,
            text=True,
            check=False,
        )
        assert ended.returncode == 2
        assert f"pip install 'certrules[{extra}]'" in ended.stderr
