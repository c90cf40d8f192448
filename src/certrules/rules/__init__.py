"""What follows: one module a question, and no effect on the world."""

__all__: list[str] = []
