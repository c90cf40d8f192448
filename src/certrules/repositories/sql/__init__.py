"""A store on any database that SQLAlchemy Core speaks to."""

__all__: list[str] = []
