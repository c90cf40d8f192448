"""Freeze a store of this version: ``python -m tests.repositories.frozen``.

Each ``store-N.db`` is a store with rows in every table as version N left it, and stays so. That of
version 1 was made by the first release. A later one is the one before, upgraded, with rows in which
what the version added is used: write them below. Until a version is released, whoever changes its
tables changes its step in ``certrules.repositories.sql.migrations`` too, and freezes it anew.
"""

import shutil
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import create_engine

from certrules import Award
from certrules.model.awards import ExpiryDay
from certrules.repositories.sql import open_store, upgrade
from certrules.repositories.sql.tables import SCHEMA_VERSION


def main() -> None:
    folder = Path(__file__).parent
    before, path = (folder / f"store-{n}.db" for n in (SCHEMA_VERSION - 1, SCHEMA_VERSION))
    shutil.copy(before, path)
    engine = create_engine(f"sqlite:///{path}")
    upgrade(engine)
    engine.dispose()
    with closing(open_store(path)) as store, store.writing() as work:
        issued, expires = datetime(2025, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)
        work.awards.add([Award("u0", "x3", issued, expires, expiry_day=ExpiryDay.INCLUSIVE)])


if __name__ == "__main__":
    main()
