"""``st.from_type`` draws every public type, and loads nothing before."""

import subprocess
import sys
import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import certrules
from certrules import Facts, MemoryStore
from certrules.testing.clock import Clock
from certrules.testing.registration import public_types, register

ROOT = Path(__file__).parent.parent.parent
FRONT_DOOR = [
    each for name in certrules.__all__ if isinstance(each := getattr(certrules, name), type)
]
KINDS = [*public_types(), *(each for each in FRONT_DOOR if each not in public_types())]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_public_type_is_drawn(kind: type[Any]) -> None:
    register()

    @settings(max_examples=5, derandomize=True, database=None)
    @given(st.from_type(kind))
    def draw(value: Any) -> None:
        assert isinstance(value, kind)

    draw()


def test_public_types_are_those_of_the_model() -> None:
    assert {Facts, certrules.Award, certrules.Platform} <= set(public_types())
    assert {each.__module__.split(".")[1] for each in public_types()} == {"model", "workflows"}
    assert MemoryStore in KINDS


def installed(folder: Path) -> str:
    """Return a folder in which a package is installed that has the entry points of this one."""
    entry_points = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    named = entry_points["project"]["entry-points"]["hypothesis"]
    info = folder / "again-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: again\nVersion: 1\n")
    lines = "".join(f"{name} = {value}\n" for name, value in named.items())
    (info / "entry_points.txt").write_text(f"[hypothesis]\n{lines}")
    return str(folder)


def test_hypothesis_registers_by_itself_and_loads_strategies_when_they_are_drawn(
    tmp_path: Path, unwatched: dict[str, str]
) -> None:
    script = f"""
import sys
sys.path[:0] = [{str(ROOT / "src")!r}, {installed(tmp_path)!r}]
import certrules
assert "hypothesis" not in sys.modules
import hypothesis
heavy = "certrules.testing.strategies", "certrules.testing.values", "sqlalchemy", "rich", "django"
assert "certrules.testing.registration" in sys.modules
assert not [each for each in heavy if each in sys.modules]
drawn = hypothesis.find(hypothesis.strategies.from_type(certrules.Facts), lambda _: True)
assert isinstance(drawn, certrules.Facts)
assert "certrules.testing.values" in sys.modules
"""
    ran = subprocess.run(
        [sys.executable, "-c", script], env=unwatched, capture_output=True, text=True, check=False
    )
    assert not ran.returncode, ran.stderr


def test_a_clock_stands_still_until_it_is_set_forward() -> None:
    clock = Clock(datetime(2024, 1, 1, tzinfo=UTC))
    assert clock() == clock() == datetime(2024, 1, 1, tzinfo=UTC)
    clock.advance(timedelta(hours=1))
    assert clock() == datetime(2024, 1, 1, 1, tzinfo=UTC)
