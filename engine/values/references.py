"""References (关联多条): the ids of several records of the form `to`, each once."""

from typing import Any

from engine.expressions.types import ExprType, list_of, record_of
from engine.value_type import Config
from engine.values._checks import MOST_ID, checked_text
from engine.values._lists import ListType


class ReferencesType(ListType):
    kind = "references"
    zh = "关联多条"
    en = "References"

    def read_item(self, raw: Any, config: Config, path: str) -> str:
        return checked_text(raw, path, MOST_ID, "id")

    def expression_type(self, config: Config) -> ExprType:
        return list_of(record_of(config.get("to", "")))


VALUE_TYPE = ReferencesType()
