"""Pictures on the command line: badge images, and pictures that hold credentials."""

from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from os.path import realpath
from pathlib import Path
from types import ModuleType
from typing import TypeVar

from certrules import imagefiles
from certrules.badges import baking
from certrules.cli import files
from certrules.cli.failures import UsageError, extra
from certrules.errors import BadgeError, JsonError
from certrules.model.badges import ImageInfo
from certrules.model.catalog import Certification

Answer = TypeVar("Answer")


def info(path: str | Path) -> ImageInfo:
    """Return what the content of an image file says about it; BadgeError if it is too large."""
    images = _images("an image")
    found: ImageInfo = images.read(files.contents(str(path), images.LARGEST))
    return found


def _images(what: str) -> ModuleType:
    with extra("images", what, "Pillow"):
        return import_module("certrules.images")


def beside(certifications: Iterable[Certification], folder: str) -> Mapping[str, ImageInfo]:
    """Return what the badge images of certifications are, by their names in a folder.

    JsonError if one is not in it, or cannot be an image.
    """
    _images("an image")
    found: dict[str, ImageInfo] = {}
    faults: list[tuple[str, str]] = []
    for index, each in enumerate(certifications):
        if each.badge_image is not None and each.badge_image not in found:
            try:
                found[each.badge_image] = info(_inside(Path(folder), each.badge_image))
            except (OSError, UsageError, BadgeError) as error:
                why = error.strerror if isinstance(error, OSError) else str(error)
                faults.append((f"certifications[{index}].badge_image", f"{why}"))
    if faults:
        message = "the catalog names images that cannot be read"
        raise JsonError("invalid_catalog", message, faults)
    return found


def _inside(folder: Path, name: str) -> Path:
    path = folder / name
    if not Path(realpath(path)).is_relative_to(realpath(folder)):  # resolve() fails on a loop
        raise UsageError(f"{name} is not in {folder}")
    return path


def bakeable(path: str, out: str) -> bytes:
    """Return a picture that can hold a credential, of the kind of the file to write.

    UsageError if it is of another, BadgeError if the file holds no such picture.
    """
    image = _read(path, _converted)
    is_png = baking.media_type(image) == "image/png"
    kind, ending = ("a PNG", ".png") if is_png else ("an SVG", ".svg")
    if Path(out).suffix.lower() != ending:
        raise UsageError(f"--out {out}: the badge is {kind}, so its name is to end in {ending}")
    return image


def _converted(data: bytes) -> bytes:
    kind = baking.media_type(data)
    if kind == "image/jpeg":
        data = _images("a JPEG").as_png(data)
    elif kind == "image/png":
        _images("a PNG")
    baking.bake(data, "e30.e30.")  # found out now, before a badge is on record
    return data


def shown(path: str) -> bytes:
    """Return a picture that a page can show; BadgeError if the file holds none."""
    return _read(path, lambda data: data if baking.media_type(data) else b"")


def credential(path: str) -> str:
    """Return the token in a picture or a text; BadgeError if the file holds none."""
    return _read(path, baking.read)


def _read(path: str, read: Callable[[bytes], Answer]) -> Answer:
    """Return what is read of a file; the error of one that cannot be read names it."""
    try:
        return read(files.contents(path, imagefiles.LARGEST))
    except BadgeError as error:
        raise BadgeError(f"{path}: {error}") from error
