"""The floor: the standard library reads the file, and nothing is done with it."""

import csv
from collections import deque
from pathlib import Path

__all__ = ["dict_reader", "reader"]


def reader(path: Path) -> None:
    with path.open(encoding="utf-8", newline="") as file:
        deque(csv.reader(file), maxlen=0)


def dict_reader(path: Path) -> None:
    with path.open(encoding="utf-8", newline="") as file:
        for _ in csv.DictReader(file):
            pass
