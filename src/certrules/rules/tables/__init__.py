"""The tables that people see: what does each show, and how is it searched, filtered and sorted?

The names of columns and filters are written as people read them. A query may spell them in any
case, and with hyphens or underscores for blanks. In text, case does not count; it does in codes and
ids.
"""

from certrules.model.tables import Table, TableQuery
from certrules.rules.tables.queries import cells, filters, query

__all__ = ["Table", "TableQuery", "cells", "filters", "query"]
