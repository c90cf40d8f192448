"""Cases from public reports, each run through the command line in a folder of its own."""

from tests.cli.conftest import run, terminal

__all__ = ["run", "terminal"]
