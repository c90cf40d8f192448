"""The command line: words in, words and an exit code out."""

__all__ = ["main"]


def main() -> int:
    """Run one command and return its exit code."""
    return 0
