"""Where things are kept: protocols, and two ready stores."""

__all__: list[str] = []
