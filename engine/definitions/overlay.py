"""Overlays: what an app changes in an object that a module gave it, property by property.

* An object is merged property by property; `null` takes a property away.
* A list of keyed items (fields, views, options …) is merged by `key`. The overlay may be a list of items or
  an object from key to item. `"after": key` (or `"before"`) places an item, `"remove": true` deletes it.
* A list of words (columns, layout items …) is replaced by a list; an object `{"tooth_note": {"after": "items"}}`
  adds, moves and removes single words.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from engine.problems import Code, Problem, pointer
from engine.text import nearest

NO_ANCHOR = Code(
    "overlay.no_anchor",
    zh="“{key}”要放在“{anchor}”旁边，但列表里没有它",
    en="“{key}” is to stand beside “{anchor}”, which is not in the list",
    hint_zh="您是不是要：{nearest}",
    hint_en="Did you mean: {nearest}",
)
NOTHING_TO_REMOVE = Code(
    "overlay.nothing_to_remove",
    zh="要删除的“{key}”不存在",
    en="“{key}” is to be removed but is not there",
    hint_zh="您是不是要：{nearest}",
    hint_en="Did you mean: {nearest}",
)
WRONG_SHAPE = Code(
    "overlay.wrong_shape",
    zh="覆盖的内容与原来的形状不同：原来是{was}",
    en="The overlay does not fit: the original is {was}",
    hint_zh="单个属性按原来的形状书写；列表用 key 指明改哪一项",
    hint_en="Write properties in their original shape; name list items by key",
)
_LIST: Mapping[str, str] = {"zh": "列表", "en": "a list"}
_OBJECT: Mapping[str, str] = {"zh": "对象", "en": "an object"}
_POSITION = ("after", "before", "remove")


def overlay(base: Any, change: Any, path: str, problems: list[Problem]) -> Any:
    """Return `base` with `change` laid over it; neither is altered. Problems are added at `path`."""
    if isinstance(base, Mapping):
        if not isinstance(change, Mapping):
            problems.append(WRONG_SHAPE.at(path, was=_OBJECT))
            return base
        return _merge_object(base, change, path, problems)
    if isinstance(base, list):
        if _is_keyed(base):
            return _merge_keyed(base, change, path, problems)
        if isinstance(change, Mapping) and all(isinstance(item, str) for item in base):
            return _merge_words(base, change, path, problems)
        if not isinstance(change, list):
            problems.append(WRONG_SHAPE.at(path, was=_LIST))
            return base
    return change


def _merge_object(
    base: Mapping[str, Any], change: Mapping[str, Any], path: str, problems: list[Problem]
) -> Any:
    merged = dict(base)
    for name, value in change.items():
        if value is None:
            merged.pop(name, None)
        elif name in merged:
            merged[name] = overlay(merged[name], value, path + pointer(name), problems)
        else:
            merged[name] = _as_new(value)
    return merged


def _as_new(value: Any) -> Any:
    # A property the base lacks, written by key: {"urgent": {...}} becomes a list with keys.
    if isinstance(value, Mapping) and value and all(_places(item) for item in value.values()):
        return [{"key": key, **_without_position(item)} for key, item in value.items()]
    return value


def _places(item: Any) -> bool:
    return isinstance(item, Mapping) and any(word in item for word in _POSITION)


def _is_keyed(items: list[Any]) -> bool:
    return bool(items) and all(isinstance(item, Mapping) and "key" in item for item in items)


def _changes(change: Any, path: str, problems: list[Problem]) -> Iterator[tuple[str, Mapping[str, Any], str]]:
    # (key, item, path) of either way of writing: an object by key, or a list of items with keys.
    if isinstance(change, Mapping):
        for key, item in change.items():
            if isinstance(item, Mapping):
                yield key, item, path + pointer(key)
            else:
                problems.append(WRONG_SHAPE.at(path + pointer(key), was=_OBJECT))
    elif isinstance(change, list):
        for index, item in enumerate(change):
            if isinstance(item, Mapping) and isinstance(item.get("key"), str):
                yield item["key"], item, path + pointer(index)
            else:
                problems.append(WRONG_SHAPE.at(path + pointer(index), was=_OBJECT))
    else:
        problems.append(WRONG_SHAPE.at(path, was=_LIST))


def _merge_keyed(base: list[Any], change: Any, path: str, problems: list[Problem]) -> list[Any]:
    merged = list(base)
    for key, item, at in _changes(change, path, problems):
        keys = [one["key"] for one in merged]
        if item.get("remove") is True:
            if key in keys:
                del merged[keys.index(key)]
            else:
                problems.append(NOTHING_TO_REMOVE.at(at, key=key, nearest=_close(key, keys)))
        elif key in keys:
            index = keys.index(key)
            merged[index] = _merge_object(merged[index], _without_position(item), at, problems)
            if _places(item):
                _put(merged, merged.pop(index), item, [k for k in keys if k != key], at, problems)
        else:
            _put(merged, {"key": key, **_without_position(item)}, item, keys, at, problems)
    return merged


def _merge_words(base: list[str], change: Mapping[str, Any], path: str, problems: list[Problem]) -> list[str]:
    merged = list(base)
    for word, item, at in _changes(change, path, problems):
        there = word in merged
        if there:
            merged.remove(word)
        if item.get("remove") is True:
            if not there:
                problems.append(NOTHING_TO_REMOVE.at(at, key=word, nearest=_close(word, merged)))
        else:
            _put(merged, word, item, merged.copy(), at, problems)
    return merged


def _put(
    into: list[Any], item: Any, where: Mapping[str, Any], keys: list[str], path: str, problems: list[Problem]
) -> None:
    anchor = where.get("after", where.get("before"))
    if anchor is None:
        # `"before": null` means the very first; nothing said means the end.
        into.insert(0 if "before" in where else len(into), item)
    elif anchor in keys:
        into.insert(keys.index(anchor) + ("after" in where), item)
    else:
        name = item["key"] if isinstance(item, Mapping) else item
        problems.append(NO_ANCHOR.at(path, key=name, anchor=anchor, nearest=_close(str(anchor), keys)))
        into.append(item)


def _without_position(item: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in item.items() if name not in _POSITION}


def _close(word: str, among: list[str]) -> str:
    return ", ".join(nearest(word, among)) or "–"
