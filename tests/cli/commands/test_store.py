"""``certrules store``: an older store is upgraded, and what would be done is said before."""

import shutil
import sys
from pathlib import Path

import pytest

from certrules.repositories.sql.tables import SCHEMA_VERSION
from tests.cli.conftest import Run
from tests.repositories.conftest import FROZEN

ROOT = Path(__file__).parents[3]


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A store of version 1."""
    return Path(shutil.copy(FROZEN / "store-1.db", tmp_path / "an old store.db"))


def test_an_older_store_is_upgraded_by_the_command_that_its_refusal_names(
    run: Run, old: Path
) -> None:
    refused = run("status", "--store", old)
    assert refused.code == 2
    assert "`certrules store upgrade --store URL`" in refused.err
    upgraded = run("store", "upgrade", "--store", old)
    assert upgraded.code == 0
    first, *steps = upgraded.out.splitlines()
    assert first == f"Version 1 became {SCHEMA_VERSION}; every row was kept"
    assert [line.split()[0] for line in steps] == [*map(str, range(2, SCHEMA_VERSION + 1))]
    page = (ROOT / "docs/how-to/migrate.md").read_text(encoding="utf-8")
    assert all(f"\n{line}\n" in page for line in [first, *steps])
    assert "34 awards" in run("status", "--store", old).out
    again = run("store", "upgrade", "--store", old)
    assert again.out.startswith(f"Nothing to do: the store is of version {SCHEMA_VERSION}")


def test_a_dry_run_says_what_would_be_done_and_how_a_backup_is_made(run: Run, old: Path) -> None:
    before = old.read_bytes()
    said = run("store", "upgrade", "--store", old, "--dry-run")
    assert (said.code, old.read_bytes()) == (0, before)
    first, second, *_ = said.out.splitlines()
    assert first == f"Version 1 would become {SCHEMA_VERSION}; nothing was changed"
    assert second == f"Make a backup first: sqlite3 '{old}' \".backup backup.db\""
    assert run("status", "--store", old).code == 2


def test_the_answer_for_programs_names_versions_and_steps(run: Run, old: Path) -> None:
    for dry in (["--dry-run"], []):
        said = run("store", "upgrade", "--store", old, *dry, "--format", "json").data
        assert (said["from"], said["to"]) == (1, SCHEMA_VERSION)
        assert said["dry_run"] is bool(dry)
        assert [step["version"] for step in said["steps"]] == [*range(2, SCHEMA_VERSION + 1)]
        assert all(step["text"] for step in said["steps"])


def test_what_is_no_store_is_refused_and_not_made(run: Run, tmp_path: Path) -> None:
    missing, other = tmp_path / "missing.db", tmp_path / "other.db"
    other.touch()
    said = run("store", "upgrade", "--store", missing)
    assert (said.code, missing.exists()) == (2, False)
    assert "does not exist" in said.err
    said = run("store", "upgrade", "--store", other)
    assert said.code == 2
    assert "holds no certrules tables" in said.err


def test_without_alembic_it_says_what_to_install(
    run: Run, old: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "alembic.migration", None)
    said = run("store", "upgrade", "--store", old)
    assert said.code == 2
    assert "needs Alembic: pip install 'certrules[cli]'" in said.err
    assert run("store", "upgrade", "--store", old, "--dry-run").code == 0
