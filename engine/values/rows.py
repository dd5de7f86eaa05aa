"""Rows (子表): child records kept in a table of their own; each row is an object with an `id`."""

from typing import Any

from engine.expressions.types import ExprType, list_of, record_of
from engine.problems import Rejected
from engine.value_type import Config
from engine.values._checks import TOO_LONG, wrong_type
from engine.values._json import JsonType

MOST_ROWS = 5_000


class RowsType(JsonType):
    """Rows hold typed values of their own fields, which the form's plan parses; here only the shape is checked."""

    kind = "rows"
    zh = "子表"
    en = "Rows"

    def parse(self, raw: Any, config: Config, path: str) -> tuple[dict[str, Any], ...] | None:
        if raw is None or raw == "":
            return None
        if not isinstance(raw, list | tuple):
            raise wrong_type("list", path)
        if len(raw) > MOST_ROWS:
            raise Rejected(TOO_LONG.at(path, size=len(raw), most=MOST_ROWS))
        for at, row in enumerate(raw):
            if not isinstance(row, dict):
                raise wrong_type("object", f"{path}/{at}")
        return tuple(raw) or None

    def to_json(self, value: Any, config: Config) -> list[dict[str, Any]] | None:
        return None if value is None else list(value)

    def column(self, config: Config) -> None:
        return None

    def expression_type(self, config: Config) -> ExprType:
        return list_of(record_of(config.get("form", "")))


VALUE_TYPE = RowsType()
