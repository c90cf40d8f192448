"""Run every example: the docstrings of src, and the pages of README.md and docs, with Sybil.

A docstring is one test. So is a page: its blocks run from top to bottom as a reader would paste
them, with nothing imported beforehand, in an empty working directory:

- ``python`` and ``pycon`` blocks are run, and what follows ``>>>`` must print what is written;
- ``console`` blocks are run: each command after ``$`` must print what is written below it, where
  ``...`` stands for any text, and ``$ echo $?`` shows the exit code of the command before. A shell
  runs them, but on all pages except the README a command that only calls ``certrules``, its streams
  redirected or not, is called in this process, which takes a fraction of the time;
- the block below a comment ``<!-- file: NAME -->`` is saved as that file;
- any other block is only read.

The pages that are made from the code are made first, so that their examples run too.

The parts in docs/rulebook/examples are run on the pages into which they are put.
"""

import datetime as dt
import doctest
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, chdir
from functools import _lru_cache_wrapper
from io import TextIOWrapper
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from zoneinfo import ZoneInfo

import pytest
from hypothesis import settings
from sybil import Document, Example, Region, Sybil
from sybil.evaluators.doctest import DocTestEvaluator
from sybil.example import SybilFailure
from sybil.parsers.abstract import DocTestStringParser
from sybil.parsers.myst import CodeBlockParser, PythonCodeBlockParser

import certrules
from certrules.cli import main
from certrules.testing.registration import register
from docs.generate import write

register()  # as the entry point does, if this version is installed
settings.register_profile("default", deadline=None, derandomize=False)
settings.register_profile("ci", deadline=None, max_examples=200, print_blob=True)
settings.register_profile("laws", deadline=None, max_examples=5_000, print_blob=True)
settings.register_profile("mutants", deadline=None, derandomize=True, database=None)
PROFILE = os.environ.get("HYPOTHESIS_PROFILE", "default")
settings.load_profile(PROFILE)

ROOT = Path(__file__).parent.parent
TIME_NAMES = ("UTC", "date", "datetime", "time", "timedelta", "timezone")
DOCSTRING_NAMES = {
    **{name: getattr(dt, name) for name in TIME_NAMES},
    **{name: getattr(certrules, name) for name in certrules.__all__},
    "ZoneInfo": ZoneInfo,
}
COMMAND = re.compile(r"^\$ ((?:.*\\\n)*.*)\n((?:(?!\$ ).*\n)*)", re.MULTILINE)
CALL = re.compile(r"certrules ([^|&;<>$`]+?)(?: < (\S+))?(?: > (\S+))?(?: 2>&1)?")
FILE = re.compile(r"^<!-- file: (\S+) -->\n+```\w*\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def docstring(document: Document) -> Iterator[Region]:
    """All the examples of one docstring, as one example with names of its own."""
    examples = doctest.DocTestParser().get_examples(document.text, document.path)
    if examples:
        yield Region(0, len(document.text), examples, run_docstring)


def run_docstring(example: Example) -> str:
    names = example.namespace.copy()
    failures: list[str] = []
    test = doctest.DocTest(
        example.parsed, names, example.path, example.path, example.line - 1, None
    )
    doctest.DocTestRunner(verbose=False).run(test, out=failures.append)
    return "".join(failures)


def pycon(document: Document) -> Iterator[Region]:
    doctests = DocTestStringParser(DocTestEvaluator())
    for block in CodeBlockParser("pycon", run_docstring)(document):
        for region in doctests(block.parsed, document.path):
            region.adjust(block, block.parsed)
            yield region


def run_console(example: Example) -> str | None:
    code = 0
    for command, expected in COMMAND.findall(example.parsed.rstrip("\n") + "\n"):
        call = CALL.fullmatch(command.replace("\\\n", ""))
        if call and example.document.path != str(ROOT / "README.md"):
            code, text = in_process(*call.groups())
        else:
            code, text = in_shell(command, code)
        printed = "".join(line.rstrip() + "\n" for line in text.splitlines())
        if not doctest.OutputChecker().check_output(expected, printed, doctest.ELLIPSIS):
            return f"$ {command}\nprinted, with exit code {code}:\n{printed}"
    return None


def in_process(words: str, source: str | None, target: str | None) -> tuple[int, str]:
    """Call certrules; return its exit code and what it prints."""
    with ExitStack() as stack:
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        printed = stack.enter_context(TemporaryFile())
        given = stack.enter_context(Path(source or os.devnull).open("rb"))
        answers = stack.enter_context(Path(target).open("wb")) if target else printed
        patch.setattr(os, "environ", console_environment())
        patch.setattr(sys, "stdin", TextIOWrapper(given, encoding="utf-8"))
        patch.setattr(sys, "stdout", TextIOWrapper(answers, encoding="utf-8"))
        patch.setattr(sys, "stderr", TextIOWrapper(printed, encoding="utf-8", write_through=True))
        code = main(shlex.split(words))
        sys.stdout.flush()
        printed.seek(0)
        return code, printed.read().decode()


def in_shell(command: str, code: int) -> tuple[int, str]:
    """Run a command after one that ended with ``code``; return its exit code and what it prints."""
    shell = subprocess.run(
        ["bash", "-c", f"(exit {code})\n{command}"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        env=console_environment(),
        encoding="utf-8",
        check=False,
    )
    return shell.returncode, shell.stdout


def console_environment() -> dict[str, str]:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    known = {"PATH": path, "COLUMNS": "80", "NO_COLOR": "1", "PYTHONUTF8": "1", "TZ": "UTC"}
    return known | {name: os.environ[name] for name in ("PYTHONPATH",) if name in os.environ}


def files(document: Document) -> Iterator[Region]:
    for found in FILE.finditer(document.text):
        yield Region(found.start(), found.end(), found.groups(), save_file)


def save_file(example: Example) -> None:
    name, text = example.parsed
    Path(name).write_text(text, encoding="utf-8")


docstrings = Sybil(
    [docstring],
    path=str(ROOT / "src"),
    pattern="*.py",
    setup=lambda names: names.update(DOCSTRING_NAMES),
)
pages = Sybil([PythonCodeBlockParser(), pycon, CodeBlockParser("console", run_console), files])


class Page(pytest.Item):
    def runtest(self) -> None:
        with TemporaryDirectory() as folder, chdir(folder):
            for example in pages.parse(self.path):
                try:
                    example.evaluate()
                except SybilFailure as failure:
                    raise pytest.fail.Exception(str(failure), pytrace=False) from None


class PageFile(pytest.File):
    def collect(self) -> Iterable[pytest.Item]:
        if list(pages.parse(self.path)):
            yield Page.from_parent(self, name="examples")


class Examples:
    """Collects outside this folder, where the hooks of a conftest are not asked."""

    collect_docstrings = staticmethod(docstrings.pytest())

    def pytest_collect_file(
        self, file_path: Path, parent: pytest.Collector
    ) -> pytest.Collector | None:
        if file_path.suffix == ".md" and file_path.parent.name != "examples":
            return PageFile.from_parent(parent, path=file_path)
        collected: pytest.Collector | None = self.collect_docstrings(file_path, parent)
        return collected


def pytest_configure(config: pytest.Config) -> None:
    worker = hasattr(config, "workerinput")  # which starts later, and only reads the pages
    if not worker and PROFILE != "mutants":  # whose tests read none, and start thousands of times
        write()
    config.pluginmanager.register(Examples())


@pytest.fixture(scope="session", autouse=True)
def _nothing_remembered() -> None:
    """Forget answers from before: a changed rule (``nox -s mutants``) must be asked anew."""
    for name, module in list(sys.modules.items()):
        if name.split(".")[0] == certrules.__name__:
            for value in list(vars(module).values()):
                if (
                    type(value) is _lru_cache_wrapper
                ):  # not by asking it, which Django's settings resist
                    value.cache_clear()


@pytest.fixture(scope="session")
def unwatched() -> dict[str, str]:
    """The environment of a process whose time, memory or files are limited: nobody counts lines."""
    return {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}
