"""Files of records for tests."""

from pathlib import Path

__all__ = ["HEADER", "write"]

HEADER = (
    "username,certification_code,certification_issue_date,always_valid,certification_expire_date,"
    "type,code"
)


def write(path: Path, *rows: str, header: str = HEADER, encoding: str = "utf-8") -> Path:
    """Write a file of records and return where it is."""
    path.write_bytes("".join(f"{line}\n" for line in (header, *rows)).encode(encoding))
    return path
