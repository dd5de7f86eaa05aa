"""Records without a form engine: what parts of the flow engine are tested with when forms do not matter."""

from collections.abc import Callable, Mapping
from typing import Any

from engine.problems import Code, NotFound
from engine.store import Cause, Unit, Workspace

NO_RECORD = Code("fake.no_record", zh="没有", en="None")
TEST = Cause("system")

Where = Callable[[Mapping[str, Any], Mapping[str, Any]], bool]


class FakeRecords:
    """Port `FlowRecords` over dicts. `where` formulas are answered by functions given beforehand."""

    def __init__(self, **forms: Mapping[str, Mapping[str, Any]]) -> None:
        self.forms: dict[str, dict[str, dict[str, Any]]] = {
            form: {one: dict(values) for one, values in records.items()} for form, records in forms.items()
        }
        self.wheres: list[tuple[str, Where]] = []

    def __call__(self, unit: Unit) -> "FakeRecords":
        return self

    def when(self, piece: str, where: Where) -> None:
        """Let formulas that hold `piece` be answered by `where(record, names)`."""
        self.wheres.append((piece, where))

    def knows(self, form: str, path: tuple[str, ...] = ()) -> bool:
        return form in self.forms

    def read(self, form, record_id, paths):
        record = self.forms.get(form, {}).get(record_id)
        if record is not None:
            record = {"id": record_id, **record}
        return {path: None if record is None else self._value(record, path) for path in paths}

    def _value(self, record, path):
        head = record.get(path[0])
        if len(path) == 1:
            return head
        if isinstance(head, list | tuple):
            return [row.get(path[1]) for row in head]
        return record.get(".".join(path))

    def create(self, form, values):
        records = self.forms.setdefault(form, {})
        record_id = f"{form}-{len(records) + 1}"
        records[record_id] = dict(values)
        return record_id

    def update(self, form, record_id, values):
        if record_id not in self.forms.get(form, {}):
            raise NotFound(NO_RECORD.at(f"/{form}/{record_id}"))
        self.forms[form][record_id].update(values)

    def delete(self, form, record_id):
        self.forms[form].pop(record_id, None)

    def find(self, form, where, names, sort=(), limit=1000, fields=()):
        test = next((answer for piece, answer in self.wheres if piece in where), lambda record, given: False)
        return [one for one, record in self.forms.get(form, {}).items() if test(record, names)][:limit]

    def aggregate(self, form, where, function, of, names):
        return len(self.find(form, where, names))


def in_unit(clinic: Workspace, do: Callable[[Unit], Any]) -> Any:
    """Do something in a writing unit of its own."""
    with clinic.write(TEST) as unit:
        return do(unit)
