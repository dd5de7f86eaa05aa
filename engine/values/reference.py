"""Reference (关联): the id of one record of the form `to`."""

from engine.expressions.types import ExprType, record_of
from engine.value_type import Config
from engine.values._ids import IdType


class ReferenceType(IdType):
    kind = "reference"
    zh = "关联"
    en = "Reference"

    def expression_type(self, config: Config) -> ExprType:
        return record_of(config.get("to", ""))


VALUE_TYPE = ReferenceType()
