"""What list values share: an array of short texts, each once, in the order given."""

import json
from typing import Any

from sqlalchemy.types import TypeEngine

from engine.problems import Rejected
from engine.value_type import Config, Reader, ValueType
from engine.values._checks import MOST_ITEMS, TOO_LONG, TWICE, checked_text, shown, wrong_type
from engine.values._columns import TupleColumn

PARTS = ";；\n"
"""What stands between the items of a text form."""


class ListType(ValueType):
    """A tuple of texts; an empty list is blank."""

    is_sortable = False

    def read_item(self, raw: Any, config: Config, path: str) -> str:
        return checked_text(raw, path, 255, "id")

    def parse(self, raw: Any, config: Config, path: str) -> tuple[str, ...] | None:
        if raw is None or raw == "":
            return None
        if not isinstance(raw, list | tuple):
            raise wrong_type("list", path)
        if len(raw) > MOST_ITEMS:
            raise Rejected(TOO_LONG.at(path, size=len(raw), most=MOST_ITEMS))
        seen: dict[str, None] = {}
        for at, one in enumerate(raw):
            item = self.read_item(one, config, f"{path}/{at}")
            if item in seen:
                raise Rejected(TWICE.at(f"{path}/{at}", given=shown(item)))
            seen[item] = None
        return tuple(seen) or None

    def to_json(self, value: Any, config: Config) -> list[str] | None:
        return None if value is None else list(value)

    def to_text(self, value: Any, config: Config) -> str:
        return ";".join("".join("\\" + c if c in PARTS or c == "\\" else c for c in item) for item in value)

    def from_text(self, text: str, config: Config, path: str) -> tuple[str, ...] | None:
        """Return the list of `a;b`; `；` and line ends part items too."""
        return self.parse(split_items(text), config, path)

    def column(self, config: Config) -> TypeEngine[Any]:
        return TupleColumn()

    def reader(self, dialect: str, config: Config) -> Reader | None:
        return read_tuple

    def json_reader(self, dialect: str, config: Config) -> Reader | None:
        return read_list


def split_items(text: str) -> list[str]:
    """Return the items of `a;b\\;c` (a backslash keeps the next character), trimmed, blanks left out."""
    items, current, kept = [], "", False
    for char in text[:100_000]:
        if kept:
            current, kept = current + char, False
        elif char == "\\":
            kept = True
        elif char in PARTS:
            items.append(current)
            current = ""
        else:
            current += char
    items.append(current)
    return [item.strip() for item in items if item.strip()]


def read_list(raw: Any) -> Any:
    return json.loads(raw) if isinstance(raw, str) else raw


def read_tuple(raw: Any) -> tuple[Any, ...]:
    return tuple(read_list(raw))
