"""CSV text to records, and back."""

__all__: list[str] = []
