"""An import killed at any moment is completed by the same command, nothing lost or doubled."""

import os
import signal
from functools import partial, partialmethod
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event

from benchmarks.reliability import DUPLICATES, content, copy, prepared, words
from certrules.cli import main
from certrules.records import RecordsFile
from tests.processes import exit_code


def killed_before(statement: int, words: list[str]) -> int:
    """Import, killed before the database is given so many statements."""
    given = count(1)

    def kill(*_: Any) -> None:
        if next(given) == statement:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(Engine, "before_cursor_execute", kill)
    return main(words)


@pytest.mark.rule("INT-09")
@pytest.mark.parametrize("duplicates", DUPLICATES)
def test_an_import_killed_before_any_statement_is_completed_by_the_same_command(
    tmp_path: Path, duplicates: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(RecordsFile, "batches", partialmethod(RecordsFile.batches, 100))
    base, file = prepared(tmp_path, duplicates, 300)
    whole, broken = tmp_path / "whole.db", tmp_path / "broken.db"
    copy(base, whole)
    assert main(words(file, whole, duplicates)) == 1
    expected, before = content(whole), content(base)
    seen = []
    for statement in count(1, 15):
        copy(base, broken)
        ended = exit_code(partial(killed_before, statement, words(file, broken, duplicates)))
        seen.append(content(broken))
        assert main(words(file, broken, duplicates)) == 1
        assert content(broken) == expected
        if ended != -signal.SIGKILL:
            break
    assert seen[0] == before
    assert seen[-1] == expected
    assert any(each not in (before, expected) for each in seen)
