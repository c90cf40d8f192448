"""The steps from each version of the tables to the next: the branch ``certrules`` of Alembic.

A step stays as it was released. It spells out its tables: those of ``metadata`` go on changing.
"""
