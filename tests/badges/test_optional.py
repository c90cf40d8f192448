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
