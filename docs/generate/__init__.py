"""The pages that are made from the code: nobody writes them, and git does not keep them."""

from pathlib import Path

from docs.generate import diagrams, reference, rulebook

__all__ = ["write"]


def write() -> None:
    """Write every generated page and picture below docs/; the Sphinx build does it first."""
    made: dict[Path, str] = {**rulebook.pages(), **reference.pages(), **diagrams.pictures()}
    for path, text in made.items():
        path.parent.mkdir(exist_ok=True)
        if not path.exists() or path.read_text(encoding="utf-8") != text:  # Sphinx builds by age
            path.write_text(text, encoding="utf-8")
