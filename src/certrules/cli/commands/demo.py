"""``certrules demo``: the whole story on sample data."""

import argparse
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.resources import files
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from textwrap import wrap
from typing import Any

from attrs import frozen

from certrules import catalogs
from certrules.cli import arguments, stores
from certrules.cli.commands import importing, load, status
from certrules.cli.failures import UsageError
from certrules.cli.output import Output
from certrules.model.policy import DOCEBO, Duplicates
from certrules.records import open_records
from certrules.repositories.protocols import Store
from certrules.workflows import catalog as workflow
from certrules.workflows.platform import SYSTEM, Acting, Platform

__all__ = ["add", "run"]

AT = datetime(2024, 6, 3, 8, tzinfo=UTC)
STORE = "demo.db"
SAMPLE = ("catalog.json", "records.csv", "records-2.csv")
ROME, APIA = "Europe/Rome", "Pacific/Apia"

EXAMPLE = """\
  certrules demo --keep playground

With --keep, the sample files and the store stay in a folder, and you can go on
there.
"""

OPENING = (
    "A company has lists of who holds which certification, in CSV files. It wants to know who is "
    f"certified today, {AT.day} {AT:%B %Y}."
)

ENDING = (
    "Next: certrules demo --keep playground leaves these files and the store in a folder; "
    "certrules import --help shows how to import your own file."
)


@frozen
class Step:
    """A step of the story: what it shows, the command that does it, and how it is done."""

    title: str
    command: str
    tell: Callable[[Output], object]


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command to its parser."""
    arguments.command(parser, EXAMPLE, run)
    where = parser.add_mutually_exclusive_group()
    stores.add_store(where, required=False)
    where.add_argument("--keep", metavar="DIR", help="keep the files and the store in this folder")


def run(args: argparse.Namespace) -> int:
    """Tell the story, on a store of its own."""
    with _folder(args.keep) as folder:
        url = args.store or str(folder / STORE)
        with stores.opened(url, create=True) as store:
            _check_empty(store, url)
            acting = Platform(store, DOCEBO, UTC).acting_as(SYSTEM)
            steps = _steps(acting, folder, args.store or STORE)
            if args.out.as_json:
                args.out.data({"at": AT.isoformat(), "steps": list(map(_as_json, steps))})
            else:
                _tell(args.out, steps)
    return 0


@contextmanager
def _folder(keep: str | None) -> Iterator[Path]:
    with TemporaryDirectory(prefix="certrules-demo-") as temporary:
        folder = Path(keep or temporary)
        folder.mkdir(parents=True, exist_ok=True)
        if taken := [name for name in (*SAMPLE, STORE) if (folder / name).exists()]:
            raise UsageError(f"{keep} holds {taken[0]} already; name another folder")
        for name in SAMPLE:
            content = files("certrules.cli.sample").joinpath(name).read_bytes()
            (folder / name).write_bytes(content)
        yield folder


def _check_empty(store: Store, url: str) -> None:
    with store.reading() as view:
        if any(True for _ in view.users.all()) or any(True for _ in view.certifications.all()):
            raise UsageError(f"the demo needs an empty store, and {url} holds something")


def _steps(acting: Acting, folder: Path, url: str) -> list[Step]:
    first = f"certrules import records.csv --store {url} --zone {ROME}"
    at = f"--at {AT:%Y-%m-%dT%H:%M:%SZ}"
    second = f"certrules import records-2.csv --store {url} --zone {APIA} --duplicates renew {at}"
    standing = f"certrules status --store {url} {at}"

    def loaded(out: Output) -> None:
        catalog = catalogs.read((folder / "catalog.json").read_bytes())
        load.tell(out, workflow.load(acting, catalog))

    def imported(
        name: str,
        zone: str,
        *,
        duplicates: Duplicates = Duplicates.REJECT,
        dry_run: bool = False,
        briefly: bool = False,
    ) -> Callable[[Output], None]:
        def tell(out: Output) -> None:
            with open_records(folder / name, zone=zone) as file:
                report = importing.carry_out(
                    acting, file, at=AT, duplicates=duplicates, dry_run=dry_run
                )
            if out.as_json or not briefly:
                importing.tell(out, report, name=name)
            else:
                importing.tell_counts(out, report, name=name)
                out.line("  ...")

        return tell

    def shown(**options: Any) -> Callable[[Output], None]:
        def tell(out: Output) -> None:
            with acting.store.reading() as view:
                status.show(out, acting, view, at=AT, **options)

        return tell

    return [
        Step(
            "Load the catalog: who there is, and what can be earned",
            f"certrules load catalog.json --store {url}",
            loaded,
        ),
        Step(
            "Try the import first: nothing changes",
            f"{first} --dry-run",
            imported("records.csv", ROME, dry_run=True, briefly=True),
        ),
        Step(
            "Import: every row that cannot be taken says why",
            first,
            imported("records.csv", ROME),
        ),
        Step(
            "Import the same file again: nothing changes",
            first,
            imported("records.csv", ROME, briefly=True),
        ),
        Step(
            "Import renewals from the office in Samoa, where days begin earlier",
            second,
            imported("records-2.csv", APIA, duplicates=Duplicates.RENEW),
        ),
        Step(
            "Where does every award stand? (Midnight in Rome is Bruno's evening before)",
            standing,
            shown(),
        ),
        Step(
            "And what did Fetu hold before?",
            f"{standing} --user fetu --all",
            shown(name="fetu", archived=True),
        ),
    ]


def _tell(out: Output, steps: list[Step]) -> None:
    out.paragraph(OPENING)
    for number, step in enumerate(steps, start=1):
        out.line()
        out.line((f"{number}. {step.title}", "bold cyan"))
        lines = wrap(
            f"$ {step.command}", out.width - 2, subsequent_indent="    ", break_on_hyphens=False
        )
        for first in lines[:-1]:
            out.line((f"{first} \\", "dim"))
        out.line((lines[-1], "dim"))
        out.line()
        step.tell(out)
    out.line()
    out.paragraph(ENDING)


def _as_json(step: Step) -> dict[str, object]:
    answer = StringIO()
    step.tell(Output(as_json=True, stream=answer))
    return {"title": step.title, "command": step.command, "answer": json.loads(answer.getvalue())}
