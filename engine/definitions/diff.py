"""The difference of two versions of an app, in words: object by object, property by property, lists by key."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from engine.definitions.app import App
from engine.definitions.lists import is_keyed, is_words
from engine.definitions.schemas import FILES
from engine.problems import pointer
from engine.text import Words, say

Action = Literal["added", "removed", "changed", "moved"]
Trail = tuple[tuple[Words, Words], ...]
"""What the place is called, from outside in: (kind of thing, its name)."""


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. `path`: list items by their key, e.g. `/forms/lead/fields/phone/required`."""

    path: str
    action: Action
    trail: Trail
    what: Words = field(default_factory=dict)
    """Name of the property, where one property of the thing changed."""
    before: Any = None
    after: Any = None

    def say(self, lang: str) -> str:
        """Return the sentence in `lang` ("zh" or "en")."""
        place = (" › " if lang == "en" else "的").join(_called(kind, name, lang) for kind, name in self.trail)
        prop = say(self.what, lang)
        if self.action == "changed":
            before, after = _shown(self.before, lang), _shown(self.after, lang)
            if lang == "zh":
                return f"{place}：{prop}由“{before}”改为“{after}”"
            return f"{place}: {prop} changed from “{before}” to “{after}”"
        space = " " if lang == "en" and prop else ""
        return _SENTENCES[self.action][lang].format(place=place, prop=space + prop)

    def to_json(self) -> dict[str, Any]:
        """Return `{path, action, message: {zh, en}, before, after}`."""
        message = {"zh": self.say("zh"), "en": self.say("en")}
        return {
            "path": self.path, "action": self.action, "message": message, "before": self.before, "after": self.after,
        }  # fmt: skip


_SENTENCES: Mapping[str, Words] = {
    "added": {"zh": "新增{place}{prop}", "en": "Added {place}{prop}"},
    "removed": {"zh": "删除{place}{prop}", "en": "Removed {place}{prop}"},
    "moved": {"zh": "调整了{place}{prop}的顺序", "en": "Reordered {place}{prop}"},
}

_ITEMS: Mapping[str, Words] = {
    "fields": {"zh": "字段", "en": "field"},
    "views": {"zh": "视图", "en": "view"},
    "rules": {"zh": "规则", "en": "rule"},
    "layout": {"zh": "分区", "en": "section"},
    "options": {"zh": "选项", "en": "option"},
    "stages": {"zh": "阶段", "en": "stage"},
    "tabs": {"zh": "标签页", "en": "tab"},
    "actions": {"zh": "按钮", "en": "button"},
    "unique": {"zh": "唯一组合", "en": "unique set"},
    "nodes": {"zh": "节点", "en": "node"},
    "ways": {"zh": "分支", "en": "way"},
    "cells": {"zh": "图表格", "en": "cell"},
    "today": {"zh": "今日列表", "en": "today's list"},
    "numbers": {"zh": "数字", "en": "number"},
    "grants": {"zh": "授权", "en": "grant"},
    "measures": {"zh": "度量", "en": "measure"},
}
_PROPERTIES: Mapping[str, Words] = {
    "name": {"zh": "名称", "en": "name"},
    "label": {"zh": "名称", "en": "label"},
    "help": {"zh": "说明", "en": "help"},
    "control": {"zh": "控件", "en": "control"},
    "required": {"zh": "必填", "en": "required"},
    "required_if": {"zh": "必填条件", "en": "required if"},
    "visible_if": {"zh": "显示条件", "en": "visible if"},
    "read_only": {"zh": "只读", "en": "read-only"},
    "read_only_if": {"zh": "只读条件", "en": "read-only if"},
    "default": {"zh": "默认值", "en": "default"},
    "default_formula": {"zh": "默认公式", "en": "default formula"},
    "formula": {"zh": "公式", "en": "formula"},
    "options": {"zh": "选项", "en": "options"},
    "mask": {"zh": "脱敏类别", "en": "mask"},
    "columns": {"zh": "列", "en": "columns"},
    "items": {"zh": "内容", "en": "items"},
    "filter": {"zh": "筛选条件", "en": "filter"},
    "sort": {"zh": "排序", "en": "sort"},
    "title": {"zh": "标题", "en": "title"},
    "message": {"zh": "提示", "en": "message"},
    "version": {"zh": "版本", "en": "version"},
    "modules": {"zh": "模块", "en": "modules"},
    "view": {"zh": "查看范围", "en": "view scope"},
    "create": {"zh": "新建范围", "en": "create scope"},
    "edit": {"zh": "编辑范围", "en": "edit scope"},
    "delete": {"zh": "删除范围", "en": "delete scope"},
}
_BLANK: Words = {"zh": "空", "en": "nothing"}
_MISSING = object()


def diff(old: App, new: App) -> list[Change]:
    """Return what is different in `new`, in the order of kinds, objects and properties."""
    changes = list(_object(old.manifest, new.manifest, "/app", ((_kind("app"), new.name),)))
    for key in sorted(old.words.keys() | new.words.keys()):
        trail: Trail = (({"zh": "叫法", "en": "word"}, {"zh": key, "en": key}),)
        changes += _item(old.words.get(key, _MISSING), new.words.get(key, _MISSING), f"/words/{key}", trail)
    if old.modules != new.modules:
        trail = ((_kind("app"), new.name),)
        changes.append(
            Change("/modules", "changed", trail, _PROPERTIES["modules"], list(old.modules), list(new.modules))
        )
    for kind in [*old.objects, *(kind for kind in new.objects if kind not in old.objects)]:
        for key in dict.fromkeys([*old.of(kind), *new.of(kind)]):
            before, after = old.of(kind).get(key, _MISSING), new.of(kind).get(key, _MISSING)
            named = after if after is not _MISSING else before
            changes += _item(before, after, pointer(kind, key), ((_kind(kind), _name(named, key)),))
    return changes


def _kind(kind: str) -> Words:
    return {"zh": FILES.get(kind).zh, "en": FILES.get(kind).one}


def _item(before: Any, after: Any, path: str, trail: Trail) -> Iterator[Change]:
    if before is _MISSING:
        yield Change(path, "added", trail, after=after)
    elif after is _MISSING:
        yield Change(path, "removed", trail, before=before)
    elif isinstance(before, Mapping) and isinstance(after, Mapping):
        yield from _object(before, after, path, trail)
    elif before != after:
        yield Change(path, "changed", trail, {}, before, after)


def _object(before: Mapping[str, Any], after: Mapping[str, Any], path: str, trail: Trail) -> Iterator[Change]:
    for name in dict.fromkeys([*before, *after]):
        was, now = before.get(name, _MISSING), after.get(name, _MISSING)
        if was != now:
            yield from _property(name, was, now, path + pointer(name), trail)


def _property(name: str, was: Any, now: Any, path: str, trail: Trail) -> Iterator[Change]:
    what = _PROPERTIES.get(name, {"zh": name, "en": name})
    both = [value for value in (was, now) if value is not _MISSING]
    if name in _ITEMS and all(is_keyed(value) for value in both):
        yield from _keyed(name, [] if was is _MISSING else was, [] if now is _MISSING else now, path, trail)
    elif len(both) == 2 and all(_is_structure(value) for value in both):
        if name in _ITEMS:
            yield from _map_items(name, was, now, path, trail)
        else:
            yield from _object(was, now, path, (*trail, (what, {})))
    else:
        yield Change(
            path, "changed", trail, what, None if was is _MISSING else was, None if now is _MISSING else now
        )


def _map_items(
    name: str, was: Mapping[str, Any], now: Mapping[str, Any], path: str, trail: Trail
) -> Iterator[Change]:
    for key in dict.fromkeys([*was, *now]):
        inner = (*trail, (_ITEMS[name], {"zh": key, "en": key}))
        if was.get(key, _MISSING) != now.get(key, _MISSING):
            yield from _item(was.get(key, _MISSING), now.get(key, _MISSING), path + pointer(key), inner)


def _is_structure(value: Any) -> bool:
    # Labels are said whole; other objects property by property.
    return isinstance(value, Mapping) and bool(value) and not value.keys() <= {"zh", "en"}


def _keyed(name: str, was: list[Any], now: list[Any], path: str, trail: Trail) -> Iterator[Change]:
    before = {item["key"]: item for item in was}
    after = {item["key"]: item for item in now}
    for key in dict.fromkeys([*before, *after]):
        old, new = before.get(key, _MISSING), after.get(key, _MISSING)
        if old != new:
            named = new if new is not _MISSING else old
            yield from _item(old, new, path + pointer(key), (*trail, (_ITEMS[name], _name(named, key))))
    if [key for key in before if key in after] != [key for key in after if key in before]:
        what = {lang: f"{_ITEMS[name][lang]}" for lang in ("zh", "en")}
        yield Change(path, "moved", trail, what, list(before), list(after))


def _name(item: Any, key: str) -> Words:
    for name in ("label", "name", "section"):
        words = item.get(name) if isinstance(item, Mapping) else None
        if isinstance(words, Mapping) and words:
            return words
    return {"zh": key, "en": key}


def _called(kind: Words, name: Words, lang: str) -> str:
    said = say(name, lang)
    if not said:
        return say(kind, lang)
    return f"{say(kind, lang)}“{said}”" if lang == "zh" else f"{say(kind, lang)} “{said}”"


def _shown(value: Any, lang: str) -> str:
    if value is None or value == "":
        return say(_BLANK, lang)
    if isinstance(value, bool):
        return {"zh": "是" if value else "否", "en": "yes" if value else "no"}[lang]
    if isinstance(value, Mapping) and value.keys() <= {"zh", "en"}:
        return say(value, lang)
    if is_words(value):
        return ("、" if lang == "zh" else ", ").join(value)
    return str(value)
