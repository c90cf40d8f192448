"""The command line on the files of a case, in a folder of its own."""

import shutil
from pathlib import Path

import pytest

from certrules.cli import main
from tests.cli.conftest import Answer


class Commands:
    """Runs commands where the files of a case are; each has its words in one text."""

    def __init__(
        self, name: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.capsys: pytest.CaptureFixture[str] = request.getfixturevalue("capsys")
        self.folder: Path = request.getfixturevalue("tmp_path") / name
        shutil.copytree(Path(__file__).parent / name, self.folder)
        monkeypatch.chdir(self.folder)
        monkeypatch.setenv("COLUMNS", "120")
        monkeypatch.setenv("NO_COLOR", "1")

    def __call__(self, words: str) -> Answer:
        self.capsys.readouterr()
        code = main(words.split())
        return Answer(code, *self.capsys.readouterr())
