"""What day ranges and instant ranges share."""

from functools import partial
from typing import Any

from sqlalchemy.types import TypeEngine

from engine.expressions.types import RANGE, ExprType
from engine.problems import Rejected, pointer
from engine.value_type import Config, Range, Reader, ValueType
from engine.values._checks import BACKWARDS, UNKNOWN_PART, shown, wrong_type
from engine.values._columns import RangeColumn, read_range


class RangeType(ValueType):
    """A start and an end; either may be open, not both (that is blank)."""

    part: str
    """"date" or "datetime"."""

    def read_end(self, raw: Any, config: Config, path: str) -> Any:
        raise NotImplementedError

    def write_end(self, value: Any) -> str:
        raise NotImplementedError

    def parse(self, raw: Any, config: Config, path: str) -> Range | None:
        if raw is None or raw == "":
            return None
        if not isinstance(raw, dict):
            raise wrong_type("range", path)
        for key in raw:
            if key not in ("from", "to"):
                raise Rejected(UNKNOWN_PART.at(path + pointer(key), given=shown(key), known="from, to"))
        start = self.read_end(raw.get("from"), config, path + "/from")
        end = self.read_end(raw.get("to"), config, path + "/to")
        return self._range(start, end, path)

    def _range(self, start: Any, end: Any, path: str) -> Range | None:
        if start is None and end is None:
            return None
        if start is not None and end is not None and start > end:
            raise Rejected(BACKWARDS.at(path, start=self.write_end(start), end=self.write_end(end)))
        return Range(start, end)

    def to_json(self, value: Any, config: Config) -> dict[str, str | None] | None:
        if value is None:
            return None
        return {"from": self._maybe(value.start), "to": self._maybe(value.end)}

    def _maybe(self, end: Any) -> str | None:
        return None if end is None else self.write_end(end)

    def to_text(self, value: Any, config: Config) -> str:
        return f"{self._maybe(value.start) or ''}/{self._maybe(value.end) or ''}"

    def read_typed_end(self, text: str, config: Config, path: str) -> Any:
        """Return one end of the text form; blank is an open end."""
        return self.read_end(text, config, path)

    def from_text(self, text: str, config: Config, path: str) -> Range | None:
        """Return the range of `a/b`, `a~b` or `a - b`."""
        text = text.strip()
        if not text:
            return None
        for mark in (" - ", "~", "～", "至", "/"):
            parts = text.split(mark)
            if len(parts) == 2:
                start, end = (self.read_typed_end(part.strip(), config, path) for part in parts)
                return self._range(start, end, path)
        raise wrong_type("range", path)

    def column(self, config: Config) -> TypeEngine[Any]:
        return RangeColumn(self.part)

    def expression_type(self, config: Config) -> ExprType:
        return RANGE

    def reader(self, dialect: str, config: Config) -> Reader | None:
        return partial(read_range, self.part)

    def json_reader(self, dialect: str, config: Config) -> Reader | None:
        return lambda raw: self.to_json(read_range(self.part, raw), config)

    is_sortable = False
