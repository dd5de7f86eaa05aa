"""Schema checks whose findings read like sentences. Patterns run on RE2, so no file can hang the check."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

import jsonschema_rs
import re2
from jsonschema import Draft202012Validator, ValidationError, validators

from engine.problems import Code, Problem, pointer
from engine.schema import KEY_PATTERN, Schema
from engine.text import nearest

UNKNOWN_PROPERTY = Code(
    "schema.unknown_property",
    zh="这里没有名为“{name}”的属性",
    en="There is no property “{name}” here",
    hint_zh="您是不是要：{nearest}",
    hint_en="Did you mean: {nearest}",
)
MISSING = Code(
    "schema.missing",
    zh="缺少“{name}”",
    en="“{name}” is missing",
    hint_zh="补上“{name}”",
    hint_en="Add “{name}”",
)
WRONG_TYPE = Code(
    "schema.wrong_type",
    zh="这里应是{wanted}",
    en="This must be {wanted}",
    hint_zh="现在写的是：{given}",
    hint_en="It is now: {given}",
)
NOT_A_CHOICE = Code(
    "schema.not_a_choice",
    zh="“{given}”不在可选范围内：{choices}",
    en="“{given}” is not one of: {choices}",
    hint_zh="您是不是要：{nearest}",
    hint_en="Did you mean: {nearest}",
)
BAD_KEY = Code(
    "schema.bad_key",
    zh="“{given}”不能作为 key",
    en="“{given}” cannot be a key",
    hint_zh="key 由小写字母开头，只含小写字母、数字和下划线，最长 63 个字符",
    hint_en="A key starts with a lower-case letter and has lower-case letters, digits and underscores, at most 63",
)
BAD_PATTERN = Code(
    "schema.bad_pattern",
    zh="“{given}”的写法不对",
    en="“{given}” is not written as it must be",
    hint_zh="应符合格式：{pattern}",
    hint_en="It must match: {pattern}",
)
BAD_LENGTH = Code(
    "schema.bad_length",
    zh="数量或长度不对：应在 {least} 到 {most} 之间，现在是 {given}",
    en="The count or length must be between {least} and {most}; it is {given}",
    hint_zh="增减内容后再保存",
    hint_en="Add or remove some and save again",
)
BAD_RANGE = Code(
    "schema.bad_range",
    zh="数值应在 {least} 到 {most} 之间，现在是 {given}",
    en="The number must be between {least} and {most}; it is {given}",
    hint_zh="改成范围内的数值",
    hint_en="Choose a number inside",
)
REPEATED = Code(
    "schema.repeated",
    zh="列表里有重复的内容",
    en="The list has the same thing twice",
    hint_zh="删除重复的一项",
    hint_en="Remove one of them",
)
CHOOSE_ONE = Code(
    "schema.choose_one",
    zh="这几项要且只能写一项：{names}",
    en="Write exactly one of: {names}",
    hint_zh="删去多余的，或补上缺的一项",
    hint_en="Remove what is too much or add what is missing",
)
NOT_ALLOWED = Code(
    "schema.not_allowed",
    zh="这里的内容不符合格式（{rule}）",
    en="This does not fit the format ({rule})",
    hint_zh="参考 docs/format.md 里的例子",
    hint_en="See the examples in docs/format.md",
)

_TYPES: Mapping[str, Mapping[str, str]] = {
    "object": {"zh": "对象 {…}", "en": "an object {…}"},
    "array": {"zh": "列表 […]", "en": "a list […]"},
    "string": {"zh": "文字", "en": "text"},
    "number": {"zh": "数字", "en": "a number"},
    "integer": {"zh": "整数", "en": "a whole number"},
    "boolean": {"zh": "true 或 false", "en": "true or false"},
    "null": {"zh": "null", "en": "null"},
}


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> Any:
    options = re2.Options()
    options.log_errors = False
    return re2.compile(pattern, options=options)


def matches(pattern: str, text: str) -> bool:
    """Return whether RE2 finds `pattern` in `text`; a pattern that RE2 refuses matches nothing."""
    try:
        return _compiled(pattern).search(text) is not None
    except re2.error:
        return False


def is_pattern(pattern: str) -> bool:
    """Return whether RE2 accepts `pattern`."""
    try:
        _compiled(pattern)
    except re2.error:
        return False
    return True


def _pattern(_: Any, pattern: str, instance: Any, __: Schema) -> Iterator[ValidationError]:
    if isinstance(instance, str) and not matches(pattern, instance):
        yield ValidationError(f"{instance!r} does not match {pattern!r}")


def _pattern_properties(validator: Any, patterns: Mapping[str, Schema], instance: Any, _: Schema) -> Any:
    if isinstance(instance, Mapping):
        for pattern, schema in patterns.items():
            for name, value in instance.items():
                if matches(pattern, name):
                    yield from validator.descend(value, schema, path=name, schema_path=pattern)


_ON_RE2 = {"pattern": _pattern, "patternProperties": _pattern_properties}
Validator: Any = validators.extend(Draft202012Validator, _ON_RE2)  # type: ignore[no-untyped-call]  # jsonschema's stubs leave it untyped


class Checker:
    """Checks values against one schema: quickly when they are right, in sentences when they are not.

    jsonschema-rs answers for the many values without fault; what it doubts, jsonschema explains.
    """

    def __init__(self, schema: Schema) -> None:
        self.schema = schema
        self._explain = Validator(schema)
        self._quick = jsonschema_rs.Draft202012Validator(schema, pattern_options=jsonschema_rs.RegexOptions())

    def problems(self, value: Any, path: str) -> Iterator[Problem]:
        """Yield every problem of `value`, which stands at `path`."""
        if not self._quick.is_valid(value):
            for error in self._explain.iter_errors(value):
                yield from _translate(error, path)


def _translate(error: Any, path: str) -> Iterator[Problem]:
    at = path + pointer(*error.absolute_path)
    keyword, wanted, given = str(error.validator), error.validator_value, error.instance
    if keyword == "additionalProperties" and wanted is False:
        yield from _unknown(error, at)
    elif keyword == "required":
        # jsonschema yields one error for each missing name, but names it only in its sentence.
        yield from (
            MISSING.at(at, name=name) for name in wanted if f"{name!r} is a required" in error.message
        )
    elif keyword == "dependentRequired":
        missing = {
            name for cause, names in wanted.items() if cause in given for name in names if name not in given
        }
        yield from (MISSING.at(at, name=name) for name in sorted(missing))
    elif keyword in ("anyOf", "oneOf"):
        yield from _alternatives(error, path, at)
    elif keyword == "propertyNames" or "propertyNames" in error.absolute_schema_path:
        yield BAD_KEY.at(at, given=_show(given))
    else:
        yield _simple(keyword, wanted, given, at, error.schema)


def _simple(keyword: str, wanted: Any, given: Any, at: str, schema: Any) -> Problem:
    if keyword == "type":
        names = [wanted] if isinstance(wanted, str) else list(wanted)
        words = {lang: " / ".join(_TYPES[name][lang] for name in names) for lang in ("zh", "en")}
        return WRONG_TYPE.at(at, wanted=words, given=_show(given))
    if keyword in ("enum", "const"):
        choices = [str(one) for one in (wanted if keyword == "enum" else [wanted])]
        close = ", ".join(nearest(str(given), choices)) or ", ".join(choices[:3])
        return NOT_A_CHOICE.at(at, given=_show(given), choices=", ".join(choices), nearest=close)
    if keyword == "pattern":
        if wanted == KEY_PATTERN:
            return BAD_KEY.at(at, given=_show(given))
        return BAD_PATTERN.at(at, given=_show(given), pattern=wanted)
    for kind, code in (("Length", BAD_LENGTH), ("Items", BAD_LENGTH), ("Properties", BAD_LENGTH)):
        if keyword in (f"min{kind}", f"max{kind}"):
            limits = {"least": schema.get(f"min{kind}", 0), "most": schema.get(f"max{kind}", "∞")}
            return code.at(at, given=len(given), **limits)
    if keyword in ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"):
        least = schema.get("minimum", schema.get("exclusiveMinimum", "-∞"))
        most = schema.get("maximum", schema.get("exclusiveMaximum", "∞"))
        return BAD_RANGE.at(at, least=least, most=most, given=given)
    if keyword == "uniqueItems":
        return REPEATED.at(at)
    return NOT_ALLOWED.at(at, rule=keyword)


def _unknown(error: Any, at: str) -> Iterator[Problem]:
    known = list(error.schema.get("properties", ())) if isinstance(error.schema, Mapping) else []
    for name in error.instance:
        if name not in known:
            close = nearest(name, known) or [k for k in known if k not in error.instance][:8]
            yield UNKNOWN_PROPERTY.at(at + pointer(name), name=name, nearest=", ".join(close) or "–")


def _alternatives(error: Any, path: str, at: str) -> Iterator[Problem]:
    # "Exactly one of these properties" reads better as one sentence than as the errors of each branch.
    branches = error.validator_value
    if all(isinstance(b, Mapping) and b.keys() == {"required"} for b in branches):
        yield CHOOSE_ONE.at(at, names=", ".join(name for b in branches for name in b["required"]))
        return
    by_branch: dict[int, list[Any]] = {}
    for inner in error.context or ():
        by_branch.setdefault(int(inner.schema_path[0]), []).append(inner)
    if not by_branch:
        yield NOT_ALLOWED.at(at, rule=str(error.validator))
        return
    # The branch whose type fits is the one the author meant; then the one with least to mend.
    best = min(by_branch.values(), key=lambda errors: (_misses_type(errors), len(errors)))
    if _misses_type(best) and len(by_branch) > 1:
        kinds = sorted({_branch_type(b) for b in branches} & _TYPES.keys())
        words = {lang: " / ".join(_TYPES[k][lang] for k in kinds) for lang in ("zh", "en")}
        yield WRONG_TYPE.at(at, wanted=words, given=_show(error.instance))
        return
    for inner in best:
        # absolute_path of an inner error already counts from the top.
        yield from _translate(inner, path)


def _misses_type(errors: list[Any]) -> bool:
    return any(
        e.validator in ("type", "const") and len(e.absolute_path) == len(e.parent.absolute_path)
        for e in errors
        if e.parent is not None
    )


def _branch_type(branch: Any) -> str:
    if not isinstance(branch, Mapping):
        return ""
    if "const" in branch:
        return "boolean" if isinstance(branch["const"], bool) else "string"
    return str(branch.get("type", ""))


def _show(value: Any) -> str:
    return value if isinstance(value, str) else repr(value) if isinstance(value, int | float) else str(value)
