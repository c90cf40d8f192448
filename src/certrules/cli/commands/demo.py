"""``certrules demo``: the whole story on sample data."""

import argparse
import json
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.resources import files
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from textwrap import wrap
from typing import NamedTuple

from certrules.cli import options, program, session
from certrules.cli.failures import UsageError
from certrules.cli.output import Output

AT = datetime(2024, 6, 3, 8, tzinfo=UTC)
STORE = "demo.db"
SAMPLE = ("catalog.json", "records.csv", "records-2.csv")

BRIEF = 4
"""How many lines are shown of an answer that is like another one."""

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


class Step(NamedTuple):
    """A step of the story: what it shows, and the command that does it."""

    title: str
    command: str
    brief: bool = False


LOAD = "certrules load catalog.json --store {store}"
IMPORT = "certrules import records.csv --store {store} --zone Europe/Rome"
RENEW = "certrules import records-2.csv --store {store} --zone Pacific/Apia --duplicates renew {at}"
STATUS = "certrules status --store {store} {at}"

STEPS = (
    Step("Load the catalog: who there is, and what can be earned", LOAD),
    Step("Try the import first: nothing changes", f"{IMPORT} --dry-run", brief=True),
    Step("Import: every row that cannot be taken says why", IMPORT),
    Step("Import the same file again: nothing changes", IMPORT, brief=True),
    Step("Import renewals from the office in Samoa, where days begin earlier", RENEW),
    Step("Where does every award stand? (Midnight in Rome is Bruno's evening before)", STATUS),
    Step("And what did Fetu hold before?", f"{STATUS} --user fetu --all"),
)


def add_demo(parser: argparse.ArgumentParser) -> None:
    options.command(parser, EXAMPLE, _demo)
    where = parser.add_mutually_exclusive_group()
    options.add(where, "--store", required=False)
    where.add_argument("--keep", metavar="DIR", help="keep the files and the store in this folder")


def _demo(args: argparse.Namespace) -> int:
    with _folder(args.keep) as folder:
        _check_empty(args.store or str(folder / STORE))
        at = f"--at {AT:%Y-%m-%dT%H:%M:%SZ}"
        commands = [step.command.format(store=args.store or STORE, at=at) for step in STEPS]
        if args.out.as_json:
            answers = (json.loads(_answer(each, folder, as_json=True)) for each in commands)
            steps = [
                {"title": step.title, "command": command, "answer": answer}
                for step, command, answer in zip(STEPS, commands, answers, strict=True)
            ]
            args.out.data({"at": AT.isoformat(), "steps": steps})
        else:
            _show(args.out, commands, folder)
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
            with (folder / name).open("xb") as file:  # which follows no link
                file.write(content)
        yield folder


def _check_empty(url: str) -> None:
    with session.opened(url, create=True) as store, store.reading() as view:
        if any(True for _ in view.users.all()) or any(True for _ in view.certifications.all()):
            raise UsageError(f"the demo needs an empty store, and {url} holds something")


def _show(out: Output, commands: list[str], folder: Path) -> None:
    out.paragraph(OPENING)
    for number, (step, command) in enumerate(zip(STEPS, commands, strict=True), start=1):
        out.line()
        out.line((f"{number}. {step.title}", "bold cyan"))
        *lines, last = wrap(
            f"$ {command}", out.width - 2, subsequent_indent="    ", break_on_hyphens=False
        )
        for line in lines:
            out.line((f"{line} \\", "dim"))
        out.line((last, "dim"))
        out.line()
        if step.brief:
            answer = _answer(command, folder, as_json=False)
            for line in (*answer.splitlines()[:BRIEF], "  ..."):
                out.line(line)
        else:
            _run(command, folder, out)
    out.line()
    out.paragraph(ENDING)


def _answer(command: str, folder: Path, *, as_json: bool) -> str:
    answer = StringIO()
    _run(command, folder, Output(as_json=as_json, stream=answer))
    return answer.getvalue()


def _run(command: str, folder: Path, out: Output) -> None:
    """Run a command of the story, whose files are in a folder."""
    names = {name: str(folder / name) for name in (*SAMPLE, STORE)}
    words = [names.get(word, word) for word in shlex.split(command)[1:]]
    args = program.parser(words[0]).parse_args(words)
    args.out = out
    args.run(args)
