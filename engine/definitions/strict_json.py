"""Reads JSON that strangers may have written: one meaning or a problem, never a surprise."""

import json
import math
import re
from typing import Any

from engine.problems import Code, Problem

MAX_FILE_BYTES = 2 * 1024 * 1024
MAX_DEPTH = 40

NOT_JSON = Code(
    "definition.not_json",
    zh="文件不是有效的 JSON：第 {line} 行第 {column} 列附近无法读懂",
    en="This file is not valid JSON: it cannot be read near line {line}, column {column}",
    hint_zh="检查引号、逗号和括号是否成对",
    hint_en="Check quotes, commas and brackets there",
)
NOT_UTF8 = Code(
    "definition.not_utf8",
    zh="文件不是 UTF-8 编码",
    en="This file is not UTF-8 text",
    hint_zh="另存为 UTF-8 编码后再试",
    hint_en="Save it as UTF-8 and try again",
)
TOO_BIG = Code(
    "definition.too_big",
    zh="文件太大，最多 {most} 字节",
    en="This file is too big; {most} bytes are allowed",
    hint_zh="把内容分成几个文件",
    hint_en="Split it into several objects",
)
TOO_DEEP = Code(
    "definition.too_deep",
    zh="内容嵌套太深，最多 {most} 层",
    en="The content is nested too deeply; {most} levels are allowed",
    hint_zh="定义不需要这么多层，请检查括号",
    hint_en="No definition needs that many levels; check the brackets",
)
DUPLICATE_NAME = Code(
    "definition.duplicate_name",
    zh="属性“{name}”在同一个对象里写了两次",
    en="The property “{name}” is written twice in one object",
    hint_zh="删除其中一个",
    hint_en="Remove one of them",
)
NOT_A_NUMBER = Code(
    "definition.not_a_number",
    zh="“{text}”不是可用的数字",
    en="“{text}” is not a usable number",
    hint_zh="写普通的数字，例如 1.5",
    hint_en="Write an ordinary number such as 1.5",
)
BAD_CHARACTER = Code(
    "definition.bad_character",
    zh="文字里有不可用的字符（空字符或残缺的编码）",
    en="A text holds a character that cannot be kept (NUL or half a code point)",
    hint_zh="删除该字符后重新输入",
    hint_en="Delete that character and type it again",
)
NOT_AN_OBJECT = Code(
    "definition.not_an_object",
    zh="文件内容应是一个对象，即写在花括号里",
    en="The file must hold one object, written in braces",
    hint_zh="参考 docs/format.md 里的例子",
    hint_en="See the examples in docs/format.md",
)


class _BadJsonError(ValueError):
    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.code)
        self.problem = problem


def read_object(data: bytes, path: str) -> dict[str, Any] | Problem:
    """Return the object that `data` holds, or the first problem, at `path`.

    A UTF-8 byte order mark is taken away; Windows editors write one.
    """
    if len(data) > MAX_FILE_BYTES:
        return TOO_BIG.at(path, most=MAX_FILE_BYTES)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return NOT_UTF8.at(path)
    if _depth(text) > MAX_DEPTH:
        return TOO_DEEP.at(path, most=MAX_DEPTH)
    try:
        value = _loads(text, path)
    except _BadJsonError as bad:
        return bad.problem
    except json.JSONDecodeError as error:
        return NOT_JSON.at(path, line=error.lineno, column=error.colno)
    except ValueError:
        # A whole number of thousands of digits: Python refuses to convert it.
        return NOT_A_NUMBER.at(path, text="999…")
    if not isinstance(value, dict):
        return NOT_AN_OBJECT.at(path)
    if "\\u" in text or "\x00" in text:
        bad_at = _bad_character(value, path)
        if bad_at is not None:
            return BAD_CHARACTER.at(bad_at)
    return value


def _loads(text: str, path: str) -> Any:
    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        seen = dict(items)
        if len(seen) < len(items):
            names = [name for name, _ in items]
            twice = next(name for name in names if names.count(name) > 1)
            raise _BadJsonError(DUPLICATE_NAME.at(path, name=twice))
        return seen

    def real(digits: str) -> float:
        number = float(digits)
        if not math.isfinite(number):
            raise _BadJsonError(NOT_A_NUMBER.at(path, text=digits))
        return number

    def constant(name: str) -> Any:
        raise _BadJsonError(NOT_A_NUMBER.at(path, text=name))

    return json.loads(text, object_pairs_hook=pairs, parse_float=real, parse_constant=constant)


_STRUCTURE = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.DOTALL)


def _depth(text: str) -> int:
    # Counted before parsing: the parser recurses and would end in a RecursionError.
    deep = most = 0
    for found in _STRUCTURE.finditer(text):
        mark = found.group()
        if mark in "[{":
            deep += 1
            most = max(most, deep)
        elif mark in "]}":
            deep -= 1
    return most


def _bad_character(value: Any, path: str) -> str | None:
    if isinstance(value, str):
        bad = "\x00" in value or any("\ud800" <= c <= "\udfff" for c in value)
        return path if bad else None
    if isinstance(value, dict):
        for key, item in value.items():
            found = _bad_character(key, path) or _bad_character(item, f"{path}/{key}")
            if found is not None:
                return found
    if isinstance(value, list):
        for index, item in enumerate(value):
            found = _bad_character(item, f"{path}/{index}")
            if found is not None:
                return found
    return None
