"""The program: which command is meant, and how does it end?"""

import argparse
import os
import sys
import traceback
from collections.abc import Sequence
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from certrules.cli import failures, options
from certrules.cli.commands import COMMANDS, add
from certrules.cli.failures import UsageError, extra
from certrules.cli.output import CARRIED_OUT, Output, UnansweredError, flushed

if TYPE_CHECKING:
    from certrules.repositories.protocols import Transaction
    from certrules.workflows.platform import Platform

DONE, REFUSED, NOTHING_DONE, STOPPED, UNREAD = 0, 1, 2, 130, 141
ENDS = {failures.INTERRUPTED: STOPPED, "not_permitted": REFUSED}

ENVIRONMENT = f"""\
environment:
  {options.STORE}  the store of a command without --store
  {options.ZONE}   the platform's zone: of a command without --zone, and of users
                   who have none of their own; without it their days are shown
                   in UTC, and a command that reads a day asks for a zone
"""
START = "Start with `certrules demo`: the whole story on sample data.\n"
EPILOG = f"{options.EXIT_CODES}\n{ENVIRONMENT}\n{START}"


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        if message.endswith("expected one argument"):
            option = message.removeprefix("argument ").partition(":")[0]
            message += f"; one that begins with a hyphen is written {option}=-..."
        if "required" in message and "--store" in message:
            message += f" (--store may be set by {options.STORE})"
        raise UsageError(f"{message}; see {self.prog} --help")


class _Version(argparse.Action):
    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> NoReturn:
        from importlib.metadata import version  # not for every command: it takes a while

        sys.stdout.write(f"certrules {version('certrules')}\n")
        parser.exit()


def parser(command: str | None = None) -> argparse.ArgumentParser:
    """Return the parser of the whole command line.

    Of a command that is named, only the module of that command is imported, and only its options
    are known; the others have their lines of help.
    """
    top = _Parser(
        prog="certrules",
        description="Certification records in; validity and status out.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    top.add_argument(
        "--version", action=_Version, nargs=0, help="show program's version number and exit"
    )
    subparsers = top.add_subparsers(metavar="COMMAND", required=True, title="commands")
    for name, (_, says) in COMMANDS.items():
        if name in {"demo", "store"} and options.HOST.get():  # which has a store of its own
            continue
        added = options.subparser(subparsers, name, says)
        if command in {None, name}:
            add(name, added)
    return top


def main(argv: Sequence[str] | None = None, *, host: "Platform[Transaction] | None" = None) -> int:
    """Run one command and return its exit code; no error leaves as a traceback.

    A program that has a store of its own, with a policy and a zone, passes them as ``host``: its
    commands have no ``--store``.
    """
    words = list(sys.argv[1:] if argv is None else argv)
    before = options.HOST.set(host)
    try:
        return _ended(words)
    finally:
        options.HOST.reset(before)


def _ended(words: Sequence[str]) -> int:
    _speak_utf8()
    try:
        code = _run(words)
        flushed(sys.stdout)
    except BrokenPipeError:
        _let_go(sys.stdout)
        return UNREAD
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - whatever it is, one clear line
        return _fail(error, words)
    return code


def _run(words: Sequence[str]) -> int:
    _replace_closed_streams()
    try:
        command = next((word for word in words if not word.startswith("-")), "")
        args = parser(command).parse_args(words)
    except SystemExit as finished:  # --help and --version have answered
        return int(finished.code or DONE)
    CARRIED_OUT.set(False)
    args.out = Output(as_json=args.format == "json")
    if not args.out.as_json:
        with extra("cli", "an answer in text", "rich"):
            import rich  # noqa: F401 - found out now, before anything is done
    try:
        code = int(args.run(args))
        flushed(sys.stdout)
    except UnansweredError as error:
        if CARRIED_OUT.get() and not hasattr(error, "__notes__"):
            error.add_note("what was decided was carried out before")
        raise
    return code


def _fail(error: BaseException, words: Sequence[str]) -> int:
    if os.environ.get("CERTRULES_DEBUG"):
        traceback.print_exception(error)
    failure = failures.explain(error)
    with suppress(OSError):
        if "--format=json" in words or ("--format", "json") in pairwise(words):
            Output(as_json=True).data({"error": failure})
        sys.stdout.flush()
    _let_go(sys.stdout)
    with suppress(OSError):
        sys.stderr.write("".join(f"{line}\n" for line in failures.lines(failure)))
        sys.stderr.flush()
    return ENDS.get(failure["code"], NOTHING_DONE)


def _replace_closed_streams() -> None:
    """Replace streams that the caller has closed; UsageError if that is standard output."""
    closed = [name for name in ("stdout", "stderr") if getattr(sys, name) is None]
    for name in closed:
        setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115
    if "stdout" in closed:
        raise UsageError("standard output is closed, so that nothing could be answered")


def _speak_utf8() -> None:
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError, ValueError):  # a stream of another kind than a text file
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]


def _let_go(stream: object) -> None:
    """Drop what is still unwritten, so that Python does not complain of it at its end."""
    try:
        stream.flush()  # type: ignore[attr-defined]
    except OSError:
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, stream.fileno())  # type: ignore[attr-defined]
        os.close(null)
