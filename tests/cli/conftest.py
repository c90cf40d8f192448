"""A store on disk, and the command line run on it."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from certrules import (
    Award,
    Certification,
    CertificationStatus,
    ExpiryBasis,
    Item,
    ItemKind,
    Unit,
    User,
    Validity,
)
from certrules.catalogs import Catalog
from certrules.cli import main
from certrules.repositories.sql import open_store
from certrules.workflows import catalog
from tests.workflows.conftest import acting

CATALOG = Catalog(
    users=(
        User("1", "ada", time_zone="Europe/Rome"),
        User("2", "Bob"),
        User("3", "gone", active=False),
    ),
    items=(Item(ItemKind.COURSE, "c1", "FA-101"),),
    certifications=(
        Certification("k1", "First aid", "FA", validity=Validity(2, Unit.YEARS)),
        Certification("k2", "Conduct", "CONDUCT"),
        Certification("k3", "Old", "OLD", status=CertificationStatus.INACTIVE),
    ),
)
SINCE, UNTIL = datetime(2023, 5, 31, 22, tzinfo=UTC), datetime(2025, 5, 31, 22, tzinfo=UTC)
AWARDS = (
    Award("1", "k1", SINCE, UNTIL, ExpiryBasis.DATE),
    Award("1", "k2", SINCE, None, ExpiryBasis.ALWAYS_VALID),
    Award("2", "k1", SINCE, UNTIL, ExpiryBasis.DATE),
)


class Answer(NamedTuple):
    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        return json.loads(self.out)

    @property
    def rows(self) -> list[list[str]]:
        """The words of each line."""
        return [line.split() for line in self.out.splitlines()]


Run = Callable[..., Answer]


@pytest.fixture(autouse=True)
def terminal(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The same screen for everyone, and a folder of one's own."""
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("NO_COLOR", "1")
    for name in ("DEBUG", "STORE", "ZONE"):
        monkeypatch.delenv(f"CERTRULES_{name}", raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """The command line, inside this process."""

    def run(*words: object) -> Answer:
        capsys.readouterr()
        code = main(list(map(str, words)))
        return Answer(code, *capsys.readouterr())

    return run


@pytest.fixture(scope="session")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a test's store is a copy of, which takes less time than to make it."""
    path = tmp_path_factory.mktemp("loaded") / "store.db"
    with closing(open_store(str(path), create=True)) as opened:
        catalog.load(acting(opened), CATALOG)
    return path


@pytest.fixture
def store(loaded: Path, tmp_path: Path) -> Path:
    """A store that knows three users and three certifications, and no award."""
    return Path(shutil.copy(loaded, tmp_path / "store.db"))


@pytest.fixture
def awarded(store: Path) -> Path:
    """A store with three awards."""
    with closing(open_store(str(store))) as opened, opened.writing() as transaction:
        transaction.awards.add(AWARDS)
    return store


def start(*words: object, **options: Any) -> subprocess.Popen[bytes]:
    """Start the command line as a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "certrules", *map(str, words)],
        **{"stdin": subprocess.DEVNULL, "env": {**os.environ}, **options},
    )
