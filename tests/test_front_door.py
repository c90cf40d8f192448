"""What can be imported from certrules itself?"""

import subprocess
import sys

import pytest

import certrules

FAST = """
import sys
import certrules
heavy = {"sqlalchemy", "django", "rich", "PIL", "pendulum", "openpyxl", "hypothesis"}
heavy |= {"certrules.workflows", "certrules.django"}
print(*sorted(heavy & sys.modules.keys()))
"""


def test_every_name_is_there_and_listed() -> None:
    for name in certrules.__all__:
        assert getattr(certrules, name) is not None
    assert {*certrules.__all__} <= {*dir(certrules)}
    assert str(certrules.SYSTEM) == "system"


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="'certrules' has no attribute 'Platforms'"):
        certrules.Platforms  # type: ignore[attr-defined]  # noqa: B018


def test_importing_certrules_imports_no_extra() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", FAST], capture_output=True, text=True, check=True, timeout=600
    )
    assert ended.stdout.strip() == ""
