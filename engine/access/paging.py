"""Cursors: where the next page begins, as the sort values of the last record read. They say nothing new to their reader."""

import base64
import hashlib
import json
from functools import lru_cache
from typing import Any

from engine.ids import is_id
from engine.problems import Code, Rejected

BAD_CURSOR = Code(
    "query.bad_cursor",
    zh="翻页标记无效，或不属于这个列表",
    en="The page marker is not valid, or belongs to another list",
    hint_zh="请从第一页重新打开列表",
    hint_en="Open the list again from its first page",
)
LONGEST = 4096


@lru_cache(maxsize=2000)
def list_mark(form: str, sort: tuple[str, ...]) -> str:
    """Return the mark that a cursor carries, so that it fits one form and one order only."""
    return hashlib.sha256(json.dumps([form, sort]).encode()).hexdigest()[:12]


def write_cursor(mark: str, values: list[Any]) -> str:
    """Return an opaque cursor of the last record's sort values, its id last."""
    text = json.dumps([mark, *values], ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_cursor(cursor: str, mark: str, count: int) -> list[Any]:
    """Return the JSON sort values of a cursor of this list, the id last. Rejected otherwise."""
    cursor = cursor[:LONGEST]
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        read = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise Rejected(BAD_CURSOR.at("/cursor")) from error
    if not isinstance(read, list) or len(read) != count + 2 or read[0] != mark or not is_id(read[-1]):
        raise Rejected(BAD_CURSOR.at("/cursor"))
    return read[1:]
