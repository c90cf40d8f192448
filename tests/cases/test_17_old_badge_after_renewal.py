from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from certrules import DOCEBO, SYSTEM, Platform, open_store
from certrules.badges import sharing
from certrules.workflows import badges
from tests.cases.commands import Commands
from tests.cli.conftest import Answer

ISSUER = "--issuer https://academy.example"
SIGNED = f"{ISSUER} --key private.pem --lists https://academy.example/{{purpose}}/{{list}}"
DONE = "complete --store s.db --user ada --course FA-101 --zone UTC"
VERIFY = f"badge verify old.jwt {ISSUER} --key public.pem --at 2026-12-02T00:00:00Z"
LISTS = " ".join(f"--status-list status/{each}-1.jwt" for each in ("revocation", "suspension"))
MESSAGES = "--status-list status/message-1.jwt"


@pytest.fixture
def run(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Commands:
    """Ada has a badge of the award that she earned first."""
    run = Commands("17-old-badge-after-renewal", request, monkeypatch)
    key = ec.generate_private_key(ec.SECP256R1())
    pem, public = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    Path("private.pem").write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    Path("private.pem").chmod(0o600)
    Path("public.pem").write_bytes(key.public_key().public_bytes(pem, public))
    assert run("load catalog.json --store s.db").code == 0
    assert run(f"{DONE} --at 2026-01-10T09:00:00Z").code == 0
    badge = f"badge issue --store s.db --user ada --certification X {SIGNED} --issuer-name Academy"
    assert run(f"{badge} --out old.jwt").code == 0
    return run


def verified(run: Commands, words: str) -> Answer:
    published = run(f"badge publish --store s.db {SIGNED} --at 2026-12-01T00:00:00Z --out status")
    assert published.code == 0
    return run(f"{VERIFY} {words}")


def renew(run: Commands) -> None:
    renewed = "renew --store s.db --user ada --certification X --at 2026-11-10T09:00:00Z"
    assert run(renewed).code == 0
    assert run(f"{DONE} --at 2026-11-12T09:00:00Z").code == 0


@pytest.mark.rule("INT-42")
def test_a_badge_whose_award_was_renewed_is_replaced(run: Commands) -> None:
    assert verified(run, f"{LISTS} {MESSAGES}").out.startswith("valid: ")
    renew(run)
    found = verified(run, f"{LISTS} {MESSAGES}")
    assert found.code == 1
    assert found.out.startswith(
        "replaced: its award was renewed: it is replaced by a later badge\n"
    )
    assert "Do not rely on it" not in found.out
    assert "Ask its holder for the badge of the renewed award." in found.out
    data = run(f"{VERIFY} {LISTS} {MESSAGES} --format json").data
    assert (data["outcome"], data["credential"]["name"]) == ("replaced", "Ex")
    without = run(f"{VERIFY} {LISTS} --format json").data
    assert without["outcome"] == "revoked"
    assert "whether a later badge has replaced it" in without["why"]


@pytest.mark.rule("INT-42")
def test_its_page_says_so_too(run: Commands) -> None:
    renew(run)
    at = datetime(2026, 12, 2, tzinfo=UTC)
    with closing(open_store("s.db")) as store:
        system = Platform(store, DOCEBO, UTC).acting_as(SYSTEM)
        with store.reading() as view:
            (old,) = view.badges.listed(1)
        page = badges.page(system, old.id, at=at, issuer="Academy")
    assert page is not None
    shown = sharing.html(page, zone=UTC)
    assert '<p class="state replaced">replaced</p>' in shown
    assert "a later badge has replaced this one" in shown


@pytest.mark.rule("ALL-ROLE-11", "INT-42")
def test_a_badge_whose_award_was_taken_away_is_revoked(run: Commands) -> None:
    assert run("unassign --store s.db --user ada --certification X --yes").code == 0
    found = verified(run, f"{LISTS} {MESSAGES}")
    assert (found.code, found.out.splitlines()[0]) == (1, "revoked: its issuer has revoked it")
    assert "Do not rely on it" in found.out
