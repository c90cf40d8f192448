"""What are the badge images that a command line names?"""

from collections.abc import Iterable, Mapping
from pathlib import Path

from certrules.cli import files
from certrules.cli.failures import UsageError
from certrules.errors import BadgeError, CatalogError
from certrules.model.catalog import Certification
from certrules.model.images import ImageFacts

__all__ = ["beside", "facts"]


def facts(path: str | Path) -> ImageFacts:
    """Return what the content of an image file says of it; BadgeError where it is too large."""
    try:
        from certrules import images
    except ImportError as error:
        raise UsageError("an image needs Pillow: pip install 'certrules[images]'") from error
    return images.read(files.contents(str(path), images.LARGEST))


def beside(certifications: Iterable[Certification], folder: str) -> Mapping[str, ImageFacts]:
    """Return what the badge images of certifications are, by their names in a folder.

    CatalogError where one is not in it, or cannot be an image.
    """
    found: dict[str, ImageFacts] = {}
    faults: list[tuple[str, str]] = []
    for index, each in enumerate(certifications):
        if each.badge_image is not None and each.badge_image not in found:
            try:
                found[each.badge_image] = facts(_inside(Path(folder), each.badge_image))
            except (OSError, UsageError, BadgeError) as error:
                why = error.strerror if isinstance(error, OSError) else str(error)
                faults.append((f"certifications[{index}].badge_image", f"{why}"))
    if faults:
        raise CatalogError("invalid_catalog", "the catalog names images that are not there", faults)
    return found


def _inside(folder: Path, name: str) -> Path:
    path = folder / name
    if not path.resolve().is_relative_to(folder.resolve()):
        raise UsageError(f"{name} is not in {folder}")
    return path
