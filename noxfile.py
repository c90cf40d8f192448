"""The project's chores; ``nox --list`` names them."""

import json
import re
from pathlib import Path

import nox

nox.needs_version = ">=2024.10.9"
nox.options.sessions = ["tests", "lint", "types", "docs"]
nox.options.error_on_missing_interpreters = False

PROJECT = nox.project.load_toml("pyproject.toml")
TEST = ".[test]"
CORE = (
    "model",
    "rules",
    "records",
    "catalogs",
    "text",
    "periods",
    "instants",
    "rulebook",
    "errors",
    "words",
)
MUTATION_SCORE = 95.0


def group(name: str) -> list[str]:
    return list(nox.project.dependency_groups(PROJECT, name))


@nox.session(python=["3.11", "3.12", "3.13", "3.14"])
def tests(session: nox.Session) -> None:
    """The whole suite on each Python, against an installed certrules."""
    session.install(TEST)
    session.run("pytest", *(session.posargs or ["-n", "auto"]))


@nox.session
def slow(session: nox.Session) -> None:
    """The same at full size: long files and tables, many processes, many kills."""
    session.install(TEST)
    session.run("pytest", "-m", "slow", *(session.posargs or ["-n", "auto"]))


@nox.session
def lint(session: nox.Session) -> None:
    """Style, and the architecture: which floor may import which."""
    session.install("-e", ".", *group("lint"))
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run("lint-imports")


@nox.session
def types(session: nox.Session) -> None:
    """No untyped corner in src and tests, nor in what a user of the library sees."""
    session.install("-e", TEST, *group("types"))
    session.run("mypy")
    session.run("pyright", "--verifytypes", "certrules", "--ignoreexternal")


@nox.session
def docs(session: nox.Session) -> None:
    """The documentation, in docs/_build/html; a warning is an error."""
    session.install("-e", ".[badges,cli,django,excel,ical,images,testing]", *group("docs"))
    session.run("sphinx-build", "-W", "--keep-going", "-E", "docs", "docs/_build/html")


@nox.session
def laws(session: nox.Session) -> None:
    """The laws over generated facts, with many more examples."""
    session.install(TEST)
    profile = {"HYPOTHESIS_PROFILE": "laws"}
    session.run("pytest", "-m", "law", *(session.posargs or ["-n", "auto"]), env=profile)


@nox.session
def coverage(session: nox.Session) -> None:
    """Every branch of the core is tested."""
    session.install("-e", TEST)
    session.run("coverage", "erase")
    session.run("coverage", "run", "-m", "pytest", *(session.posargs or ["-n", "auto"]))
    session.run("coverage", "combine")
    core = ",".join(f"src/certrules/{name}.py,src/certrules/{name}/**" for name in CORE)
    session.run("coverage", "report", f"--include={core}", "--fail-under=100")


@nox.session
def mutants(session: nox.Session) -> None:
    """Change the rules in small ways: the tests must notice nearly every change."""
    session.install("-e", TEST, *group("mutants"))
    session.run("mutmut", "run", *session.posargs, env={"HYPOTHESIS_PROFILE": "mutants"})
    session.run("mutmut", "results")
    session.run("mutmut", "export-cicd-stats")
    counts = json.loads(Path("mutants/mutmut-cicd-stats.json").read_text())
    noticed = counts["killed"] + counts["timeout"]
    score = 100 * noticed / max(1, counts["total"] - counts["skipped"])
    session.log(f"mutation score: {score:.1f} % ({noticed} of {counts['total']})")
    if score < MUTATION_SCORE:
        session.error(f"the mutation score is below {MUTATION_SCORE} %")


@nox.session
def bench(session: nox.Session) -> None:
    """The speed of the main jobs beside other libraries', after a check that all do the same."""
    session.install(".[cli]", *group("bench"))
    session.run("python", "-m", "benchmarks", "--rows", "2000", "--repetitions", "1", silent=True)
    session.run("python", "-m", "benchmarks", *session.posargs)


@nox.session
@nox.parametrize(("python", "version"), [("3.11", "==4.2"), ("3.13", ">=6")])
def django(session: nox.Session, version: str) -> None:
    """The tests of Django's room with the oldest and the newest Django."""
    session.install(TEST, f"django{version}")
    session.run("pytest", "tests/django", *session.posargs)


@nox.session(python="3.11")
def lowest(session: nox.Session) -> None:
    """The suite with the oldest release of every direct dependency."""
    project = PROJECT["project"]
    groups = [project["dependencies"], *project["optional-dependencies"].values()]
    session.install(TEST, *(pinned(line) for group in groups for line in group if ">=" in line))
    session.run("pytest", *(session.posargs or ["-n", "auto"]))


def pinned(requirement: str) -> str:
    """Turn ``name>=1.2`` into ``name==1.2``."""
    return re.sub(r">=([\w.]+).*", r"==\1", requirement)
