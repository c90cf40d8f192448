"""What does ``certrules load`` say and do?"""

import io
import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import pytest
from PIL import Image

from certrules.repositories.sql import open_store
from tests.cli.conftest import Run

CATALOG = {
    "users": [{"id": "1", "username": "ada"}],
    "items": [{"kind": "course", "id": "7", "code": "FA-101"}],
    "certifications": [{"id": "3", "code": "FA", "name": "First aider", "validity": "2 years"}],
}


@pytest.fixture
def catalog(tmp_path: Path) -> Path:
    return written(tmp_path, CATALOG)


def written(folder: Path, value: object) -> Path:
    path = folder / "catalog.json"
    path.write_text(json.dumps(value), encoding="utf-8")
    return path


def test_a_database_of_another_program_is_left_alone(run: Run, catalog: Path) -> None:
    with closing(sqlite3.connect("other.db")) as other:
        other.execute("CREATE TABLE orders (id)")
    answer = run("load", catalog, "--store", "other.db")
    assert answer.code == 2
    assert "'other.db' holds no certrules tables, but those of another program" in answer.err
    assert "name a new file or an empty database" in answer.err


def test_a_missing_sqlite_file_is_made(run: Run, catalog: Path) -> None:
    answer = run("load", catalog, "--store", "new.db")
    assert answer.code == 0
    assert [line.split() for line in answer.out.splitlines()[2:]] == [
        ["users", "1", "0", "0"],
        ["items", "1", "0", "0"],
        ["certifications", "1", "0", "0"],
    ]
    assert run("status", "--store", "new.db").code == 0


def test_json_says_the_same(run: Run, catalog: Path) -> None:
    run("load", catalog, "--store", "new.db")
    answer = run("load", catalog, "--store", "sqlite:///new.db", "--format", "json")
    unchanged = {"added": 0, "replaced": 0, "unchanged": 1}
    sections = dict.fromkeys(("users", "items", "certifications"), unchanged)
    assert answer.data == {**sections, "warnings": []}


def test_standard_input(run: Run, catalog: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stdin = SimpleNamespace(buffer=io.BytesIO(catalog.read_bytes()))
    monkeypatch.setattr("sys.stdin", stdin)
    assert run("load", "-", "--store", "new.db").code == 0


def test_a_catalog_with_faults_stores_nothing_and_tells_them_all(run: Run, tmp_path: Path) -> None:
    users = [{"id": str(number), "username": "a", "actve": True} for number in range(30)]
    path = written(tmp_path, {**CATALOG, "users": users})
    answer = run("load", path, "--store", "new.db")
    assert (answer.code, answer.out) == (2, "")
    first, *faults, last = answer.err.splitlines()
    assert first == "certrules: error: 30 faults in the catalog"
    assert faults[0] == "  users[0].actve: unknown key; did you mean active?"
    assert "and 10 more" in last
    assert not Path("new.db").exists()
    answer = run("load", path, "--store", "new.db", "--format", "json")
    assert len(answer.data["error"]["faults"]) == 30


def test_an_unknown_item_stores_nothing(run: Run, catalog: Path, tmp_path: Path) -> None:
    run("load", catalog, "--store", "new.db")
    assigned = [{"kind": "course", "item": "8", "assigned_at": "2024-01-01T00:00:00Z"}]
    certification = {"id": "3", "name": "First aider", "assignments": assigned}
    wrong = {"users": [{"id": "2", "username": "eve"}], "certifications": [certification]}
    answer = run("load", written(tmp_path, wrong), "--store", "new.db")
    assert answer.code == 2
    assert "certifications[0].assignments[0].item" in answer.err
    assert run("status", "--store", "new.db", "--user", "eve").code == 2


def test_shared_codes_are_warned_of(run: Run, tmp_path: Path) -> None:
    twins = [{"id": "3", "code": "FA", "name": "A"}, {"id": "4", "code": "FA", "name": "B"}]
    answer = run("load", written(tmp_path, {"certifications": twins}), "--store", "new.db")
    assert answer.code == 0
    assert "Warning: certifications 3, 4 share the code 'FA'" in answer.out


@pytest.mark.parametrize("path", ["missing.json", "."])
def test_an_unreadable_catalog_is_exit_code_2(run: Run, path: str) -> None:
    answer = run("load", path, "--store", "new.db")
    assert answer.code == 2
    assert answer.err.startswith(f"certrules: error: {path}")
    assert answer.err.count("\n") == 1


def test_another_programs_database_is_left_alone(run: Run, catalog: Path) -> None:
    with sqlite3.connect("other.db") as connection:
        connection.execute("CREATE TABLE mine (x)")
    connection.close()
    assert run("load", catalog, "--store", "other.db").code == 2


def badges(folder: Path, *names: str) -> Path:
    """A catalog of certifications with these badge images."""
    certifications = [
        {"id": f"k{number}", "name": "A", "badge_image": name} for number, name in enumerate(names)
    ]
    return written(folder, {"certifications": certifications})


@pytest.mark.rule("ALL-BADGE-02", "ALL-BADGE-03", "ALL-BADGE-04", "ALL-BADGE-06", "INT-39")
def test_badge_images_are_looked_at_where_they_lie(run: Run, tmp_path: Path) -> None:
    media = tmp_path / "media"
    media.mkdir()
    for side in (400, 500, 501):
        Image.new("L", (side, side)).save(media / f"{side}.png")
    (media / "page.png").write_bytes(b"<html>")
    words = ("--store", "new.db", "--images", media)
    bad = run("load", badges(tmp_path, "500.png", "501.png", "page.png"), *words)
    assert bad.code == 2
    assert "certifications[1]: 501 by 501 pixels are more than 500 by 500" in bad.err
    assert "certifications[2]: the content is neither a PNG nor a JPEG" in bad.err
    assert run("status", "--store", "new.db").out.endswith("0 awards\n")
    (tmp_path / "secret.png").write_bytes(b"")
    with (media / "large.png").open("wb") as stream:
        stream.truncate(10_000_001)
    (media / "folder.png").mkdir()
    (media / "loop.png").symlink_to("loop.png")
    (media / "out.png").symlink_to("../secret.png")
    more = ("large.png", "folder.png", "loop.png", "out.png", "/dev/zero", "x" * 5_000)
    lost = run("load", badges(tmp_path, "500.png", "7.png", "../secret.png", *more), *words)
    assert "large.png has more than 10,000,000 bytes" in lost.err
    assert "folder.png is no regular file" in lost.err
    for index, name in ((6, "out.png"), (7, "/dev/zero")):
        assert f"certifications[{index}].badge_image: {name} is not in" in lost.err
    assert "[5].badge_image: Too many levels of symbolic links" in lost.err
    assert "[8].badge_image: File name too long" in lost.err
    assert lost.code == 2
    assert "certifications[1].badge_image: No such file or directory" in lost.err
    assert "certifications[2].badge_image: ../secret.png is not in" in lost.err
    good = run("load", badges(tmp_path, "500.png", "400.png", "400.png"), *words)
    assert good.code == 0
    assert good.out.count("400 by 400 pixels are accepted") == 2
    unseen = run("load", badges(tmp_path, "a.png"), "--store", "b.db", "--policy", "allbound")
    assert unseen.code == 0
    assert "a.png was not looked at" in " ".join(unseen.out.split())


@pytest.mark.rule("DOC-CERT-09", "ALL-ROLE-01", "INT-27")
def test_who_manages_certifications_changes_nobody(run: Run, store: Path, tmp_path: Path) -> None:
    both = ("--permission", "content", "--permission", "system")
    actor = ("--store", store, "--actor", "ada", "--role", "administrator", *both)
    people = {"users": [{"id": "1", "username": "ada", "company": "acme", "groups": ["staff"]}]}
    third = {"certifications": [{"id": "k9", "name": "Third"}]}
    for refused in (people, {**people, **third}, {"companies": [{"id": "acme"}], **third}):
        answer = run("load", written(tmp_path, refused), *actor)
        assert answer.code == 1
        assert "people.manage is for superadmin" in answer.err
    answer = run("load", written(tmp_path, {"items": CATALOG["items"], **third}), *actor)
    assert (answer.code, "learning.manage is for superadmin" in answer.err) == (1, True)
    with closing(open_store(str(store))) as opened, opened.reading() as view:
        assert [user.company_id for user in view.users.all()] == [None, None, None]
        assert view.certifications.get("k9") is None
    assert run("load", written(tmp_path, third), *actor).code == 0


def test_nobody_asks_of_a_store_that_is_not_there(run: Run, catalog: Path) -> None:
    answer = run("load", catalog, "--store", "new.db", "--actor", "ada", "--role", "superadmin")
    assert answer.code == 2
    assert not Path("new.db").exists()


def test_without_pillow_it_says_what_to_install(tmp_path: Path) -> None:
    catalog = badges(tmp_path, "a.png")
    code = (
        "import sys; sys.modules['PIL'] = None\nfrom certrules.cli import main\n"
        f"sys.exit(main(['load', {str(catalog)!r}, '--store', 'new.db', '--images', '.']))"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert answer.returncode == 2
    assert "an image needs Pillow: pip install 'certrules[images]'" in answer.stderr
    assert not Path("new.db").exists()


def test_a_catalog_may_come_from_a_command(run: Run, tmp_path: Path) -> None:
    reading, writing = os.pipe()
    with os.fdopen(reading), os.fdopen(writing, "w") as stream:
        stream.write('{"users": [{"id": "1", "username": "ada"}]}')
        stream.close()
        assert run("load", f"/dev/fd/{reading}", "--store", tmp_path / "new.db").code == 0
