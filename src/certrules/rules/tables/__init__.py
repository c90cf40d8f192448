"""What does each table show, and how is it searched, filtered, sorted and grouped?

The names of columns and filters are written as people read them; a query may spell them in any case
and with hyphens or underscores for blanks. In text, case counts nowhere but in codes and ids.
"""

from certrules.rules.tables.asking import columns, filters, groups, selection, shown
from certrules.rules.tables.layouts import Table
from certrules.rules.tables.querying import TableQuery
from certrules.rules.tables.showing import Column

__all__ = ["Column", "Table", "TableQuery", "columns", "filters", "groups", "selection", "shown"]
