"""Nothing of what badges need is loaded before somebody signs or verifies one."""

import subprocess
import sys

import pytest

LOADED = "import sys; print(sorted({'jwt', 'cryptography', 'PIL'} & sys.modules.keys()))"


@pytest.mark.parametrize(
    "module",
    [
        "certrules",
        "certrules.cli",
        "certrules.workflows.badges",
        "certrules.badges.baking",
        "certrules.badges.sharing",
        "certrules.badges.statuslist",
    ],
)
def test_what_is_not_needed_is_not_loaded(module: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", f"import {module}; {LOADED}"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert ended.stdout.strip() == "[]"


def test_certrules_alone_loads_nothing_of_badges() -> None:
    code = "import certrules, sys; print([m for m in sys.modules if '.badges' in m])"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stdout.strip() in {"[]", "['certrules.model.badges']"}


@pytest.mark.parametrize(
    ("module", "missing", "extra"),
    [
        ("badges.signing", "jwt", "badges"),
        ("badges.verifying", "jwt", "badges"),
        ("badges.signing", "cryptography", "badges"),
        ("images", "PIL", "images"),
    ],
)
def test_what_is_missing_is_named_with_what_to_install(
    module: str, missing: str, extra: str
) -> None:
    code = f"import sys; sys.modules[{missing!r}] = None\nimport certrules.{module}"
    ended = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert ended.returncode == 1
    assert ended.stderr.endswith(f"pip install 'certrules[{extra}]'\n")
