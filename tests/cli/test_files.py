"""What a command reads, it does not write over."""

from contextlib import closing
from pathlib import Path

import pytest

from certrules.cli import files
from certrules.cli.failures import UsageError
from certrules.repositories.sql import open_store
from tests.cli.conftest import Run


def test_what_is_read_is_not_written_over(tmp_path: Path) -> None:
    read, other = tmp_path / "read", tmp_path / "other"
    (tmp_path / "soft").symlink_to(read)
    for there in (False, True):
        for name in ("read", "soft", "no/../read"):
            with pytest.raises(UsageError, match="is what this command reads; name another file"):
                files.check_out(tmp_path / name, None, str(other), str(read))
        files.check_out(other, None, "-", str(read))
        read.touch()
        (tmp_path / "no").mkdir(exist_ok=there)
    (tmp_path / "hard").hardlink_to(read)
    with pytest.raises(UsageError, match="hard is what this command reads"):
        files.check_out(tmp_path / "hard", str(read))


@pytest.mark.parametrize("suffix", ["", "-wal", "-shm", "-journal"])
def test_a_store_is_not_written_over(store: Path, suffix: str) -> None:
    with closing(open_store(str(store))) as opened:
        files.check_out(f"{store}.csv", store=opened)
        with pytest.raises(UsageError, match="belongs to the store itself"):
            files.check_out(f"{store}{suffix}", store=opened)


@pytest.mark.parametrize("name", ["store.db", "soft.db"])
@pytest.mark.parametrize("suffix", ["", "-wal", "-shm", "-journal"])
def test_a_store_behind_a_link_is_not_written_over(
    store: Path, tmp_path: Path, name: str, suffix: str
) -> None:
    link = tmp_path / "soft.db"
    link.symlink_to(store)
    out = f"{store if name == 'store.db' else link}{suffix}"
    with (
        closing(open_store(str(link))) as opened,
        pytest.raises(UsageError, match="belongs to the store itself"),
    ):
        files.check_out(out, store=opened)


@pytest.mark.parametrize(
    "words",
    [
        ("export", "issued", "--as", "csv", "--out"),
        ("ics", "--user", "ada", "--out"),
        ("import", "records.csv", "--zone", "UTC", "--rejects"),
    ],
)
def test_no_command_writes_over_its_store(run: Run, awarded: Path, words: tuple[str, ...]) -> None:
    Path("records.csv").touch()
    before = awarded.read_bytes()
    answer = run(*words, awarded, "--store", awarded)
    assert (answer.code, "belongs to the store itself" in answer.err) == (2, True)
    assert awarded.read_bytes() == before
