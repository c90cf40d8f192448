"""``certrules store``: upgrade a store that an older certrules made."""

import argparse
from shlex import quote

from certrules.cli import options, session
from certrules.cli.failures import extra

UPGRADE = """\
  certrules store upgrade --store certificates.db --dry-run

Nothing is lost: every row is kept. Make a backup before all the same, of an
SQLite file by:

  sqlite3 certificates.db ".backup backup.db"

An upgrade that was stopped is completed by the same command. No other program
may use the store meanwhile.
"""


def add_store(parser: argparse.ArgumentParser) -> None:
    below = parser.add_subparsers(metavar="COMMAND", required=True, title="commands")
    upgrade = options.subparser(below, "upgrade", "upgrade the tables of a store to this certrules")
    options.command(upgrade, UPGRADE, _upgrade)
    options.add(upgrade, "--store")
    upgrade.add_argument("--dry-run", action="store_true", help="only say what would be done")


def _upgrade(args: argparse.Namespace) -> int:
    with session.opened(args.store, older=True) as store, extra("cli", "an upgrade", "Alembic"):
        from certrules.repositories.sql import upgrade
        from certrules.repositories.sql.tables import SCHEMA_VERSION

        steps = upgrade(store.engine, timeout=store.timeout, dry_run=args.dry_run)
    before = min(steps, default=SCHEMA_VERSION + 1) - 1
    done = {
        "from": before,
        "to": SCHEMA_VERSION,
        "steps": [{"version": number, "text": text} for number, text in steps.items()],
        "dry_run": args.dry_run,
    }
    if not steps:
        lines = [f"Nothing to do: the store is of version {before}, which this certrules has"]
    elif args.dry_run:
        lines = [f"Version {before} would become {SCHEMA_VERSION}; nothing was changed"]
        if store.path:
            file = quote(str(store.path))
            lines.append(f'Make a backup first: sqlite3 {file} ".backup backup.db"')
    else:
        lines = [f"Version {before} became {SCHEMA_VERSION}; every row was kept"]
    args.out.answer(done, *lines, *(f"  {number}  {text}" for number, text in steps.items()))
    return 0
