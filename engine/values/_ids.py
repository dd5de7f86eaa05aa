"""What references and persons share: the id of one record or user as text."""

from typing import Any

from sqlalchemy import Text
from sqlalchemy.types import TypeEngine

from engine.value_type import Config, ValueType
from engine.values._checks import MOST_ID, checked_text


class IdType(ValueType):
    """One id. Whether it exists, and may be seen, is asked by whoever knows the records."""

    def parse(self, raw: Any, config: Config, path: str) -> str | None:
        return checked_text(raw, path, MOST_ID, "id") or None if raw is not None else None

    def column(self, config: Config) -> TypeEngine[Any]:
        return Text()
