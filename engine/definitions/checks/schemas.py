"""Every object against the schema of its kind, every field against the settings of its control."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from engine.definitions.app import App
from engine.definitions.kinds import FieldKind, FieldKinds, FlowParts
from engine.definitions.patterns import is_pattern
from engine.definitions.schemas import FILES
from engine.definitions.schemas.form import field_schema
from engine.definitions.validate import Checker
from engine.problems import Code, Problem, pointer
from engine.schema import Schema

REFUSED_PATTERN = Code(
    "field.refused_pattern",
    zh="正则表达式“{pattern}”不可用",
    en="The pattern “{pattern}” cannot be used",
    hint_zh="不支持环视和反向引用；请换一种写法",
    hint_en="Look-around and back-references are not supported; write it differently",
)


@lru_cache(maxsize=64)
def file_checker(kind: str) -> Checker:
    """Return the checker of one kind of file."""
    return Checker(FILES.get(kind).schema)


_FIELD_CHECKERS: dict[int, tuple[FieldKind, Checker]] = {}


def field_checker(control: FieldKind) -> Checker:
    """Return the checker of fields with this control; made once for each."""
    kept = _FIELD_CHECKERS.get(id(control))
    if kept is None or kept[0] is not control:
        kept = _FIELD_CHECKERS[id(control)] = (control, Checker(field_schema(_plain(control.config_schema))))
    return kept[1]


def _plain(schema: Schema) -> Schema:
    return {name: value for name, value in schema.items() if name != "additionalProperties"}


def schema_problems(app: App, kinds: FieldKinds) -> Iterator[Problem]:
    """Yield what does not fit the format, file by file."""
    yield from file_checker("app").problems(dict(app.manifest), pointer("app"))
    for kind, key, one in app.each():
        path = pointer(kind, key)
        yield from file_checker(kind).problems(one, path)
        if kind == "forms":
            yield from _field_problems(one.get("fields"), path, kinds)


def _field_problems(fields: Any, path: str, kinds: FieldKinds) -> Iterator[Problem]:
    known = kinds.all()
    for index, field in enumerate(fields if isinstance(fields, list) else ()):
        at = f"{path}/fields/{index}"
        # A field without a key or control has been reported with the form.
        if not isinstance(field, Mapping) or not isinstance(field.get("control"), str):
            continue
        control = known.get(field["control"])
        if control is None:
            yield kinds.unknown(field["control"], at + "/control")
            continue
        yield from field_checker(control).problems(field, at)
        pattern = field.get("pattern")
        if isinstance(pattern, str) and _is_regex(control) and not is_pattern(pattern):
            yield REFUSED_PATTERN.at(at + "/pattern", pattern=pattern)
        if _has_fields(control.config_schema):
            yield from _field_problems(field.get("fields"), at, kinds)


def _has_fields(settings: Schema) -> bool:
    inner = settings.get("properties", {}).get("fields", {})
    return isinstance(inner, Mapping) and inner.get("items", {}).get("x-kind") == "field"


def _is_regex(control: FieldKind) -> bool:
    schema = control.config_schema.get("properties", {}).get("pattern", {})
    return "regex" in (schema.get("format"), schema.get("x-kind"))


def json_schema(kind: str, kinds: FieldKinds, parts: FlowParts | None = None) -> Schema:
    """Return the whole JSON Schema 2020-12 of one kind of file, as it is served to editors.

    Fields are told apart by `control`; each control's settings are closed. So are nodes and triggers of flows, where
    `parts` says what there is of them.
    """
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": kind,
        **FILES.get(kind).schema,
    }
    if kind == "flows" and parts is not None:
        return _with_flow_parts(schema, parts)
    if kind != "forms":
        return schema
    cases = [
        {
            "if": {"properties": {"control": {"const": control.kind}}, "required": ["control"]},
            "then": _with_inner_fields(field_schema(_plain(control.config_schema))),
        }
        for control in kinds
    ]
    controls = {"properties": {"control": {"enum": [control.kind for control in kinds]}}}
    field = {"type": "object", "required": ["key", "control"], "allOf": [controls, *cases]}
    fields = {**schema["properties"]["fields"], "items": {"$ref": "#/$defs/field"}}
    return {**schema, "properties": {**schema["properties"], "fields": fields}, "$defs": {"field": field}}


def _with_flow_parts(schema: Schema, parts: FlowParts) -> Schema:
    defs: Schema = {}

    def told_apart(kinds: Mapping[str, Schema]) -> Schema:
        cases = []
        for kind, one in kinds.items():
            defs.update(one.get("$defs", {}))
            then = {name: value for name, value in one.items() if name != "$defs"}
            cases.append(
                {"if": {"properties": {"kind": {"const": kind}}, "required": ["kind"]}, "then": then}
            )
        known = {"properties": {"kind": {"enum": list(kinds)}}}
        return {"type": "object", "required": ["kind"], "allOf": [known, *cases]}

    defs["node"], defs["trigger"] = told_apart(parts.nodes), told_apart(parts.triggers)
    properties = dict(schema["properties"])
    properties["nodes"] = {**properties["nodes"], "items": {"$ref": "#/$defs/node"}}
    properties["trigger"] = {"$ref": "#/$defs/trigger"}
    properties["triggers"] = {**properties["triggers"], "items": {"$ref": "#/$defs/trigger"}}
    return {**schema, "properties": properties, "$defs": defs}


def _with_inner_fields(schema: Schema) -> Schema:
    properties = dict(schema["properties"])
    if _has_fields(schema):
        properties["fields"] = {**properties["fields"], "items": {"$ref": "#/$defs/field"}}
    return {**schema, "properties": properties}
