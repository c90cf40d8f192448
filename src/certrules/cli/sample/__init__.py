"""The sample data of ``certrules demo``."""

__all__: list[str] = []
