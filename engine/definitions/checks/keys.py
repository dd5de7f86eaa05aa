"""Keys: unique in their list, and not those the system needs itself."""

from collections.abc import Iterator, Mapping
from typing import Any

from engine.definitions.app import App
from engine.definitions.scopes import OUTER
from engine.definitions.shape import SYSTEM_FIELDS
from engine.problems import Code, Problem, pointer

DUPLICATE_KEY = Code(
    "definition.duplicate_key",
    zh="key“{key}”在这个列表里用了不止一次",
    en="The key “{key}” is used more than once in this list",
    hint_zh="每一项换一个不同的 key",
    hint_en="Give each item a key of its own",
)
RESERVED_KEY = Code(
    "form.reserved_key",
    zh="字段不能叫“{key}”：系统自己要用",
    en="A field cannot be called “{key}”: the system uses that name itself",
    hint_zh="换一个 key；要改系统字段的名称，请写在表单的 system 里",
    hint_en="Take another key; to relabel a system field, use `system` of the form",
)
ROW = "row"
"""What formulas over a list call each item: `{row.price}`."""
SUBTABLE_RESERVED = ("record_id", "position")


def key_problems(app: App) -> Iterator[Problem]:
    """Yield keys used twice in any list of keyed items, and reserved field keys."""
    for kind, key, one in app.each():
        yield from _repeated(one, pointer(kind, key), kind != "sample")
    for key, form in app.of("forms").items():
        yield from _reserved(form.get("fields"), pointer("forms", key), False)


def _repeated(value: Any, path: str, deep: bool) -> Iterator[Problem]:
    if isinstance(value, Mapping):
        for name, item in value.items():
            yield from _repeated(item, path + pointer(name), deep) if deep else ()
    elif isinstance(value, list):
        seen: set[str] = set()
        for index, item in enumerate(value):
            key = item.get("key") if isinstance(item, Mapping) else None
            if isinstance(key, str):
                if key in seen:
                    yield DUPLICATE_KEY.at(f"{path}/{index}/key", key=key)
                seen.add(key)
            yield from _repeated(item, f"{path}/{index}", deep)


def _reserved(fields: Any, path: str, is_row: bool) -> Iterator[Problem]:
    for index, field in enumerate(fields if isinstance(fields, list) else ()):
        if not isinstance(field, Mapping):
            continue
        key, at = field.get("key"), f"{path}/fields/{index}"
        if not isinstance(key, str):
            continue
        taken = key in SYSTEM_FIELDS or key in (OUTER, ROW) or (is_row and key in SUBTABLE_RESERVED)
        if taken or "__" in key:
            yield RESERVED_KEY.at(at + "/key", key=key)
        yield from _reserved(field.get("fields"), at, True)
