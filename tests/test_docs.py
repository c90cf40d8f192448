"""Does the reference show every public module, and does the CI script run the README's command?"""

import re
import subprocess
from pathlib import Path

import pytest

from certrules.cli.commands import COMMANDS
from docs.generate import diagrams, ports, reference

ROOT = Path(__file__).parent.parent


def test_the_reference_shows_every_public_module_once() -> None:
    shown = [
        name
        for page in reference.pages().values()
        for name in re.findall(r"automodule:: (\S+)", page)
    ]
    assert sorted(shown) == sorted(set(reference.public("certrules")) - {"certrules.cli"})


def test_the_reference_shows_every_command() -> None:
    page = reference.pages()[reference.REFERENCE / "cli.md"]
    missing = [word for word in COMMANDS if f"\n## certrules {word}\n" not in page]
    assert not missing


def test_the_reference_does_not_show_whose_machine_makes_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = reference.pages()
    monkeypatch.setenv("CERTRULES_STORE", "mine.db")
    monkeypatch.setenv("CERTRULES_ZONE", "Asia/Tokyo")
    monkeypatch.setenv("COLUMNS", "50")
    assert reference.pages() == before


def test_the_reference_says_which_parts_of_a_store_a_workflow_asks() -> None:
    asked = ports.asked()
    assert ports.CORE == ["users", "certifications", "items", "awards", "learning", "renewals"]
    assert asked["renewal.decide"] == ports.CORE
    assert {"awards", "badges", "events", "notices"} <= set(asked["importing.run"])
    assert asked["notifying.due"] == [*ports.CORE, "badges", "events", "notices"]


def test_the_json_of_every_command_is_shown() -> None:
    page = (reference.REFERENCE / "json.md").read_text(encoding="utf-8").replace("\\\n", "")
    shown = re.findall(r"^\$ certrules (\w+) .*--format json", page, re.MULTILINE)
    assert set(shown) == COMMANDS.keys()


@pytest.mark.parametrize("name", diagrams.DIAGRAMS)
def test_a_diagram_shows_every_state(name: str) -> None:
    drawn = diagrams.DIAGRAMS[name]
    assert set(drawn.places) == {str(each).replace("_", " ") for each in drawn.states}
    assert {each for change in drawn.changes for each in change[:2]} == set(drawn.places)


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
