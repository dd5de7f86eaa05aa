"""Findings about names that settings give and nobody else looks at: fields of forms, and roles (F16, F17).

A setting says by `x-path-of` beside which form the fields stand that it names; by `x-kind` `role` that it names a role.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from engine.definitions.app import App
from engine.definitions.shape import SYSTEM_FIELDS
from engine.schema import Schema
from engine.text import Words, nearest
from flow_engine.approvals.rights import OTHERS
from flow_engine.plan import FlowPlan, NodePlan
from flow_engine.settings import DEFS
from flow_engine.soundness.finding import F16, F17, Finding, label, place


def name_findings(plan: FlowPlan, app: App) -> Iterator[Finding]:
    """Yield settings that name fields or roles which are not there."""
    for node in plan.nodes.values():
        at, said = place(plan, node.key), label(plan, node.key)
        for path, field, beside in _fields(node.node.config_schema, node.config):
            form = beside or _form_of(plan, node)
            yield from _field(app, form, field, f"{at}/{path}", said, (node.key,))
        for path, role in roles_named(node.node.config_schema, node.config):
            yield from _role(app, role, f"{at}/{path}", said, (node.key,))
    for index, trigger in enumerate(plan.triggers):
        at = f"/flows/{plan.key}/" + ("trigger" if "trigger" in plan.definition else f"triggers/{index}")
        said = {"zh": trigger.trigger.zh, "en": trigger.trigger.en}
        for path, field, _ in _fields(trigger.trigger.config_schema, trigger.config):
            yield from _field(app, trigger.form, field, f"{at}/{path}", said, ())
        for path, role in roles_named(trigger.trigger.config_schema, trigger.config):
            yield from _role(app, role, f"{at}/{path}", said, ())


def _field(
    app: App, form: str | None, field: str, path: str, said: Words, nodes: tuple[str, ...]
) -> Iterator[Finding]:
    forms = app.of("forms")
    if form is None or form not in forms or is_known(forms, form, field):
        return
    keys = [one["key"] for one in forms[form].get("fields", ()) if "key" in one]
    close = ", ".join(nearest(field, keys)) or "–"
    name = forms[form].get("name") or {"zh": form}
    yield Finding(F16.at(path, node=said, form=name, field=field, nearest=close), nodes=nodes)


def _role(app: App, role: str, path: str, said: Words, nodes: tuple[str, ...]) -> Iterator[Finding]:
    roles = app.of("roles")
    if roles and role not in roles:
        close = ", ".join(nearest(role, roles)) or "–"
        yield Finding(F17.at(path, node=said, role=role, nearest=close), nodes=nodes)


def _form_of(plan: FlowPlan, node: NodePlan) -> str | None:
    """Return the form whose fields a node names that names no form: that of its record, or what the flow is about."""
    record = node.formulas.get("record")
    if record is not None:
        return record.checked.type.form
    return plan.subject


def is_known(forms: Mapping[str, Mapping[str, Any]], form: str, path: str) -> bool:
    """Tell whether a path of fields leads somewhere; behind what is worked out it is not followed."""
    here: str | None = form
    *before, last = path.removeprefix("-").split(".")
    for segment in before:
        found = _own(forms, here, segment)
        if found is None:
            return segment in SYSTEM_FIELDS
        if found.get("control") != "link":
            return True
        here = str(found.get("to"))
        if here not in forms:
            return True
    return last in SYSTEM_FIELDS or _own(forms, here, last) is not None


def _own(forms: Mapping[str, Mapping[str, Any]], form: str | None, key: str) -> Mapping[str, Any] | None:
    fields = forms.get(form or "", {}).get("fields", ())
    return next((one for one in fields if one.get("key") == key), None)


def _fields(schema: Schema, value: Any) -> Iterator[tuple[str, str, str | None]]:
    """Yield (path, field, the form named beside it) of every field that a setting names."""
    for path, name, found, beside in _named(schema, value):
        if "x-path-of" in found and name != OTHERS:
            form = beside.get(found["x-path-of"])
            yield path, name, form if isinstance(form, str) else None


def roles_named(schema: Schema, value: Any) -> Iterator[tuple[str, str]]:
    """Yield (path, role) of every role that a setting names."""
    for path, name, found, _ in _named(schema, value):
        if found.get("x-kind") == "role" and name != OTHERS:
            yield path, name


def _named(
    schema: Schema, value: Any, path: str = "", beside: Mapping[str, Any] | None = None
) -> Iterator[tuple[str, str, Schema, Mapping[str, Any]]]:
    """Yield every text in `value` and every name of a map, with what its schema says of it, and what stands beside."""
    around = beside or {}
    if "$ref" in schema:
        schema = DEFS[schema["$ref"].rsplit("/", 1)[-1]]
    for option in schema.get("anyOf", ()):
        yield from _named(option, value, path, around)
    if isinstance(value, str):
        yield path, value, schema, around
    elif isinstance(value, Mapping):
        properties, other = schema.get("properties", {}), schema.get("additionalProperties")
        for name, inner in value.items():
            at = f"{path}/{name}" if path else name
            if isinstance(schema.get("propertyNames"), Mapping):
                yield at, name, schema["propertyNames"], around
            found = properties.get(name, other)
            if isinstance(found, Mapping):
                yield from _named(dict(found), inner, at, value if name in properties else around)
    elif isinstance(value, list | tuple) and isinstance(schema.get("items"), Mapping):
        for index, inner in enumerate(value):
            yield from _named(schema["items"], inner, f"{path}/{index}" if path else str(index), around)
