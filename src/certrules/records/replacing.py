"""How does a file get its new content, all of it or none?"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

__all__ = ["replacing"]


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """Open a file to write beside one that it replaces when the block has ended well.

    After an exception, what was there before is as it was. An OSError names the file itself.
    """
    if path.exists() and not path.is_file():  # a device, which nothing can replace
        with path.open("wb") as stream:
            yield stream
        return
    given, path = path, path.resolve()  # a link goes on leading there
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as stream:
            yield stream
        if path.exists():
            shutil.copymode(path, part)
        part.replace(path)
    except OSError as error:
        if error.filename == str(part):
            error.filename = str(given)
        raise
    finally:
        part.unlink(missing_ok=True)
