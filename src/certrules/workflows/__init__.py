"""Load facts, decide, save."""

__all__: list[str] = []
