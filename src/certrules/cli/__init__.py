"""The command line: words in, words and an exit code out."""

from certrules.cli.program import main

__all__ = ["main"]
