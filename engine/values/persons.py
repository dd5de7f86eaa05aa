"""Persons (多个成员): the ids of several users, each once."""

from typing import Any

from engine.expressions.types import ExprType, list_of, record_of
from engine.value_type import Config
from engine.values._checks import MOST_ID, checked_text
from engine.values._lists import ListType


class PersonsType(ListType):
    kind = "persons"
    zh = "多个成员"
    en = "Persons"

    def read_item(self, raw: Any, config: Config, path: str) -> str:
        return checked_text(raw, path, MOST_ID, "id")

    def expression_type(self, config: Config) -> ExprType:
        return list_of(record_of("user"))


VALUE_TYPE = PersonsType()
