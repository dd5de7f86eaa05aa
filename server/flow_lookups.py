"""What formulas of flows look up beyond the records they name: `LOOKUP`, `QUERY`, `LINKED`, read as the flow reads."""

from collections.abc import Callable
from datetime import date
from typing import Any

from engine.ports import FlowRecords

MOST = 1000
"""Values of one list."""


class FlowLookups:
    """Lookups in one unit. `records` gives the records of the flow's actor."""

    def __init__(self, records: Callable[[], FlowRecords]) -> None:
        self._make = records
        self._made: FlowRecords | None = None

    @property
    def _records(self) -> FlowRecords:
        if self._made is None:
            self._made = self._make()
        return self._made

    def lookup(self, form: str, key: Any, field: str) -> Any:
        """Return a field of a record by its id; blank where there is none."""
        path = tuple(field.split("."))
        if not self._records.knows(form, path):
            return None
        return self._records.read(form, str(key), frozenset({path})).get(path)

    def query(self, form: str, by: str, key: Any, field: str, aggregate: str) -> Any:
        """Return a field of all records whose `by` is `key`, listed or summed up; blank where there is no such field."""
        if not (self._records.knows(form, (by,)) and self._records.knows(form, tuple(field.split(".")))):
            return None
        where, names = f"{{{by}}} = {{form.key}}", {"key": key}
        if aggregate == "list":
            found = self._records.find(form, where, names, (), MOST, (field,))
            return [one[field] for one in found]
        return self._records.aggregate(form, where, aggregate, field, names)

    def is_holiday(self, day: date) -> bool | None:
        """Leave it to the national calendar."""
        return None
