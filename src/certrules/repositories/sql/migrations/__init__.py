"""The steps from each version of the tables to the next: the branch ``certrules`` of Alembic.

A step stays as it was released. It spells out its tables: those of ``metadata`` go on changing.
On SQLite it must not make anew a table to which others refer, for their rows would go with it.
"""
