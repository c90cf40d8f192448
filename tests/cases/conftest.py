"""Cases from public reports, each run through the command line in a folder of its own."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from certrules.cli import main
from tests.cli.conftest import Answer, run, terminal

__all__ = ["Answer", "run", "terminal"]

CASES = Path(__file__).parent


Case = Callable[[str], Answer]
"""Runs a command on the case's store; its catalog is loaded."""


@pytest.fixture
def case(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Case:
    """The case of this module: ``test_01_name.py`` has the files in ``01-name``."""
    number = request.path.name.split("_")[1]
    (folder,) = CASES.glob(f"{number}-*")
    shutil.copytree(folder, tmp_path / "case")
    monkeypatch.chdir(tmp_path / "case")
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setenv("CERTRULES_STORE", "store.db")

    def answer(words: str) -> Answer:
        capsys.readouterr()
        return Answer(main(words.split()), *capsys.readouterr())

    assert answer("load catalog.json").code == 0
    return answer
