"""Person (成员): the id of one user."""

from engine.expressions.types import ExprType, record_of
from engine.value_type import Config
from engine.values._ids import IdType


class PersonType(IdType):
    kind = "person"
    zh = "成员"
    en = "Person"

    def expression_type(self, config: Config) -> ExprType:
        return record_of("user")


VALUE_TYPE = PersonType()
