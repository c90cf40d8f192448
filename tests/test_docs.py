"""Does the reference show every public module, and does the CI script run the README's command?"""

import re
import subprocess
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import pytest

import certrules
from certrules.cli.commands import COMMANDS

ROOT = Path(__file__).parent.parent


def public(package: str) -> Iterator[str]:
    """The modules below a package; of a package that exports names itself, the package alone."""
    for module in iter_modules(import_module(package).__path__, package + "."):
        if module.name.rpartition(".")[2].startswith("_"):
            continue
        if module.ispkg and not import_module(module.name).__all__:
            yield from public(module.name)
        else:
            yield module.name


def test_the_reference_shows_every_public_module_once() -> None:
    pages = (path.read_text(encoding="utf-8") for path in (ROOT / "docs/reference").glob("*.md"))
    shown = [name for page in pages for name in re.findall(r"automodule:: (\S+)", page)]
    differing = sorted(set(shown) ^ set(public(certrules.__name__)))
    assert not differing, f"{differing}"
    assert len(shown) == len(set(shown))


def test_the_readme_lists_every_command() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    listed = " ".join(re.findall(r"^\| (`certrules .*?) \| ", readme, re.MULTILINE))
    assert COMMANDS.keys() <= set(re.findall(r"[a-z]+", listed))


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"])
def test_every_link_leads_somewhere(page: str) -> None:
    links = re.findall(r"\]\(([^)#]+)[^)]*\)", (ROOT / page).read_text(encoding="utf-8"))
    missing = [link for link in links if "://" not in link and not (ROOT / link).exists()]
    assert not missing


def test_the_ci_script_runs_the_test_command_of_the_readme() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    (block,) = re.findall(
        r"^## Run the tests\n\n```sh\n(.*?)^```", readme, re.MULTILINE | re.DOTALL
    )
    (extract,) = re.findall(r"^command=\$\((sed .*)\)$", script, re.MULTILINE)
    taken = subprocess.run(
        ["bash", "-c", extract], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert taken.stdout == block
