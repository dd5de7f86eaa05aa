"""Choices (多选): the keys of several options, each once."""

from typing import Any

from engine.expressions.types import OPTION, ExprType, list_of
from engine.value_type import Config
from engine.values._lists import ListType, split_items
from engine.values._options import option_by_text, option_label, read_option


class ChoicesType(ListType):
    kind = "choices"
    zh = "多选"
    en = "Choices"

    def read_item(self, raw: Any, config: Config, path: str) -> str:
        return read_option(raw, config, path)

    def to_text(self, value: Any, config: Config) -> str:
        return super().to_text(tuple(option_label(key, config) for key in value), config)

    def from_text(self, text: str, config: Config, path: str) -> tuple[str, ...] | None:
        return self.parse([option_by_text(item, config) for item in split_items(text)], config, path)

    def expression_type(self, config: Config) -> ExprType:
        return list_of(OPTION)


VALUE_TYPE = ChoicesType()
