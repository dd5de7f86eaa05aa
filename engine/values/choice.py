"""Choice (单选): the key of one option."""

from typing import Any

from sqlalchemy import Text
from sqlalchemy.types import TypeEngine

from engine.expressions.types import OPTION, ExprType
from engine.value_type import Config, ValueType
from engine.values._options import option_by_text, option_label, read_option


class ChoiceType(ValueType):
    kind = "choice"
    zh = "单选"
    en = "Choice"

    def parse(self, raw: Any, config: Config, path: str) -> str | None:
        return None if raw is None or raw == "" else read_option(raw, config, path)

    def to_text(self, value: Any, config: Config) -> str:
        return option_label(value, config)

    def from_text(self, text: str, config: Config, path: str) -> str | None:
        return self.parse(option_by_text(text.strip(), config), config, path)

    def column(self, config: Config) -> TypeEngine[Any]:
        return Text()

    def expression_type(self, config: Config) -> ExprType:
        return OPTION


VALUE_TYPE = ChoiceType()
