"""What does not fit a schema, in sentences: jsonschema's errors, told to people who write definitions."""

from collections.abc import Iterator, Mapping
from typing import Any

from jsonschema import Draft202012Validator, ValidationError, validators

from engine.definitions.patterns import matches
from engine.definitions.schema_codes import (
    BAD_KEY,
    BAD_LENGTH,
    BAD_PATTERN,
    BAD_RANGE,
    CHOOSE_ONE,
    MISSING,
    NOT_A_CHOICE,
    NOT_ALLOWED,
    REPEATED,
    UNKNOWN_PROPERTY,
    WRONG_TYPE,
)
from engine.problems import Problem, pointer
from engine.schema import KEY_PATTERN, Schema
from engine.text import nearest

_TYPES: Mapping[str, Mapping[str, str]] = {
    "object": {"zh": "对象 {…}", "en": "an object {…}"},
    "array": {"zh": "列表 […]", "en": "a list […]"},
    "string": {"zh": "文字", "en": "text"},
    "number": {"zh": "数字", "en": "a number"},
    "integer": {"zh": "整数", "en": "a whole number"},
    "boolean": {"zh": "true 或 false", "en": "true or false"},
    "null": {"zh": "null", "en": "null"},
}


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


def explain(schema: Schema, value: Any, path: str) -> Iterator[Problem]:
    """Yield every problem of `value`, which stands at `path`."""
    for error in Validator(schema).iter_errors(value):
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
