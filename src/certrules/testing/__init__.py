"""For the tests of those who build on certrules."""

__all__: list[str] = []
