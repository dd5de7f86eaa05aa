"""Files (文件): an array of `{"id", "name", "size", "mime"}`, plus what the control adds."""

from typing import Any

from sqlalchemy.types import TypeEngine

from engine.expressions.types import JSON, ExprType, list_of
from engine.problems import Rejected
from engine.value_type import Config, Reader
from engine.values._checks import MOST_ID, TOO_LONG, checked_text, wrong_type
from engine.values._columns import TupleColumn
from engine.values._json import JsonType, checked_json
from engine.values._lists import read_list, read_tuple

MOST_FILES = 200


class FilesType(JsonType):
    kind = "files"
    zh = "文件"
    en = "Files"

    def parse(self, raw: Any, config: Config, path: str) -> tuple[dict[str, Any], ...] | None:
        if raw is None or raw == "":
            return None
        if not isinstance(raw, list | tuple):
            raise wrong_type("list", path)
        if len(raw) > MOST_FILES:
            raise Rejected(TOO_LONG.at(path, size=len(raw), most=MOST_FILES))
        for at, one in enumerate(raw):
            if not isinstance(one, dict) or not one.get("id"):
                raise wrong_type("file", f"{path}/{at}")
            checked_text(one["id"], f"{path}/{at}/id", MOST_ID, "file")
        return tuple(checked_json(raw, path)) or None

    def to_json(self, value: Any, config: Config) -> list[dict[str, Any]] | None:
        return None if value is None else list(value)

    def column(self, config: Config) -> TypeEngine[Any]:
        return TupleColumn()

    def expression_type(self, config: Config) -> ExprType:
        return list_of(JSON)

    def reader(self, dialect: str, config: Config) -> Reader | None:
        return read_tuple

    def json_reader(self, dialect: str, config: Config) -> Reader | None:
        return read_list


VALUE_TYPE = FilesType()
