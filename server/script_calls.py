"""What scripts may ask of the house: records through the gate, as the person or role that the flow acts for."""

from collections.abc import Callable, Mapping
from typing import Any

from engine.access.actor import Actor
from engine.access.query import RecordQuery
from engine.problems import Code, Rejected
from engine.store.unit import Unit
from form_engine.service import RecordService, records

MOST_FOUND = 200
BAD_CALL = Code("script.call", zh="脚本里的 {name} 用法不对", en="A script calls {name} in a wrong way",
                hint_zh="read(表单, 编号)、find(表单, 条件, limit=20)、update(表单, 编号, 值)、create(表单, 值)",
                hint_en="read(form, id), find(form, condition, limit=20), update(form, id, values), create(form, values)")  # fmt: skip


class ScriptCalls:
    """Answers `read find update create` in an open unit. What the actor may not see or write, the script may not."""

    def __init__(self, service: RecordService, unit: Unit, actor: Actor) -> None:
        self._unit = unit
        self._desk = service.desk(unit, actor, "flow")

    def calls(self) -> Mapping[str, Callable[..., Any]]:
        """Return the calls by the name under which scripts know them."""
        return {"read": self.read, "find": self.find, "update": self.update, "create": self.create}

    def read(self, form: Any, record_id: Any) -> dict[str, Any]:
        """Return a record as JSON, masks applied. NotFound."""
        return dict(records.read(self._desk, _text(form, "read"), _text(record_id, "read"))["record"])

    def find(self, form: Any, where: Any = "", limit: Any = 20) -> list[dict[str, Any]]:
        """Return records for which a condition holds, at most 200."""
        plan = self._desk.form(_text(form, "find"))
        if not isinstance(limit, int) or not isinstance(where, str):
            raise Rejected(BAD_CALL.at("", name="find"))
        query = RecordQuery(
            plan.key, fields=self._desk.readable_fields(plan), formulas=(where,) if where else (),
            limit=max(1, min(limit, MOST_FOUND)),
        )  # fmt: skip
        found = self._desk.gate.page(query).records
        return [{key: value for key, value in one.items() if not key.startswith("_")} for one in found]

    def update(self, form: Any, record_id: Any, values: Any) -> None:
        """Write values by all rules of the form. Rejected."""
        with self._unit.savepoint():
            records.update(
                self._desk, _text(form, "update"), _text(record_id, "update"), _object(values, "update"), None
            )

    def create(self, form: Any, values: Any) -> str:
        """Make a record; return its id. Rejected."""
        with self._unit.savepoint():
            return records.create(self._desk, _text(form, "create"), _object(values, "create"))


def _text(value: Any, name: str) -> str:
    if not isinstance(value, str):
        raise Rejected(BAD_CALL.at("", name=name))
    return value


def _object(value: Any, name: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Rejected(BAD_CALL.at("", name=name))
    return {str(key): one for key, one in value.items()}
