"""Formulas: every place that holds one, the names it may use, and the type it must give."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine.definitions.app import App
from engine.definitions.outline import FieldOutline, FormOutline, Forms
from engine.definitions.scopes import RecordScope, SystemScope, Types
from engine.definitions.shape import SYSTEM_FIELDS
from engine.expressions import Checked, check, parse
from engine.expressions.checker import words
from engine.expressions.types import BOOL, ExprType
from engine.problems import Code, Problem, Rejected, pointer

WRONG_RESULT = Code(
    "formula.wrong_result",
    zh="公式的结果是{given}，而“{field}”要的是{wanted}",
    en="The formula gives {given}, but “{field}” holds {wanted}",
    hint_zh="换用合适的函数，例如 TEXT、VALUE、DATEVALUE",
    hint_en="Convert it, for example with TEXT, VALUE or DATEVALUE",
)
SCOPE_WORDS = frozenset({"own", "team", "branch", "region", "all", "none"})
Scope = RecordScope | SystemScope


@dataclass(frozen=True, slots=True)
class Place:
    """A formula in a definition. `wanted`: BOOL for a condition, None for anything."""

    path: str
    text: str
    scope: Scope
    wanted: ExprType | None = None
    field: str = ""


def check_place(place: Place) -> tuple[Checked | None, list[Problem]]:
    """Return the checked formula, or None and what is wrong with it."""
    wanted = place.wanted
    # Conversions (a date to text, say) are the checker's; it knows plain types only.
    expect = wanted if wanted is not None and wanted.name in _PLAIN else None
    try:
        checked = check(parse(place.text), place.scope, expect)
    except Rejected as rejected:
        return None, [problem.under(place.path) for problem in rejected.problems]
    if wanted is None or expect is not None or fits(checked.type, wanted):
        return checked, []
    names = {"given": words(checked.type), "wanted": words(wanted), "field": place.field}
    return None, [WRONG_RESULT.at(place.path, **names)]


_PLAIN = frozenset({"bool", "number", "text", "date", "datetime", "time"})
_ALIKE = (
    frozenset({"text", "option", "record"}),
    frozenset({"number", "duration"}),
    frozenset({"date", "datetime"}),
    frozenset({"json", "list", "range"}),
)


def fits(given: ExprType, wanted: ExprType) -> bool:
    """Return whether a value of type `given` can be kept where `wanted` is expected."""
    if "any" in (given.name, wanted.name) or given.name in ("blank", wanted.name):
        return True
    if wanted.name == "text" and given.name in ("number", "date", "datetime", "time"):
        return True
    return any(given.name in alike and wanted.name in alike for alike in _ALIKE)


def computed_place(own: FieldOutline, types: Types) -> Place | None:
    """Return the formula of a computed field; None for a field without one."""
    text = own.config.get("formula")
    if own.control.role != "computed" or not isinstance(text, str):
        return None
    return Place(own.path + "/formula", text, RecordScope(types, own.form))


def places(app: App, forms: Forms, types: Types) -> Iterator[Place]:
    """Yield every formula of sound forms and of the objects beside them, computed fields excepted."""
    for form in forms.values():
        if form.is_sound:
            yield from _form_places(form, types)
    yield from _page_places(app, forms, types)
    yield from _role_places(app, forms, types)
    for key, segment in app.of("segments").items():
        if segment.get("form") in forms:
            scope = RecordScope(types, forms[segment["form"]])
            yield from _given(segment, pointer("segments", key), scope, "filter")


def _given(holder: Mapping[str, Any], path: str, scope: Scope, *names: str) -> Iterator[Place]:
    for name in names:
        if isinstance(holder.get(name), str):
            yield Place(f"{path}/{name}", holder[name], scope, BOOL)


def _sets(values: Any, path: str, scope: Scope, target: FormOutline, types: Types) -> Iterator[Place]:
    for key, text in values.items() if isinstance(values, Mapping) else ():
        if target.has(key) and isinstance(text, str):
            yield Place(path + pointer(key), text, scope, types.type_of(target, key)[2], key)


def _form_places(form: FormOutline, types: Types) -> Iterator[Place]:
    definition, path, scope = form.definition, form.path, RecordScope(types, form)
    for one in form.fields.values():
        yield from _field_places(one, types)
    for index, rule in form.items("rules"):
        at = f"{path}/rules/{index}"
        yield from _given(rule, at, scope, "when", "check")
        yield from _sets(rule.get("set"), at + "/set", scope, form, types)
        yield from _given(rule.get("no_overlap", {}), at + "/no_overlap", scope, "where")
        for part, names in (("within", "of"), ("found", "in")):
            other = types.forms.get(str(rule.get(part, {}).get(names)))
            if other is not None:
                yield from _given(rule[part], f"{at}/{part}", RecordScope(types, other), "where")
    for index, section in form.items("layout"):
        yield from _given(section, f"{path}/layout/{index}", scope, "visible_if")
    for index, view in form.items("views"):
        at = f"{path}/views/{index}"
        yield from _given(view, at, scope, "filter")
        for color, text in view.get("color_if", {}).items():
            yield Place(f"{at}/color_if/{pointer(color)[1:]}", text, scope, BOOL)
    if isinstance(definition.get("title"), str):
        yield Place(path + "/title", definition["title"], scope)
    for key, told in definition.get("system", {}).items():
        if isinstance(told.get("default_formula"), str) and key in SYSTEM_FIELDS:
            wanted = types.type_of(form, key)[2]
            yield Place(f"{path}/system/{key}/default_formula", told["default_formula"], scope, wanted, key)
    yield from _sets(definition.get("public", {}).get("set"), path + "/public/set", scope, form, types)
    for index, one in enumerate(definition.get("public", {}).get("about", ())):
        if isinstance(one.get("value"), str):
            yield Place(f"{path}/public/about/{index}/value", one["value"], scope)
    for index, one in enumerate(definition.get("public", {}).get("closed", ())):
        yield from _given(one, f"{path}/public/closed/{index}", scope, "when")
    yield from _record_page_places(form, types)


def _record_page_places(form: FormOutline, types: Types) -> Iterator[Place]:
    page, path, scope = form.definition.get("page", {}), form.path + "/page", RecordScope(types, form)
    for index, tab in enumerate(page.get("tabs", ())):
        at = f"{path}/tabs/{index}"
        yield from _given(tab, at, scope, "visible_if")
        target = types.forms.get(str(tab.get("form")))
        if target is not None:
            yield from _given(tab, at, RecordScope(types, target, form), "filter")
    for index, action in enumerate(page.get("actions", ())):
        at = f"{path}/actions/{index}"
        yield from _given(action, at, scope, "visible_if")
        yield from _sets(action.get("set"), at + "/set", scope, form, types)
        target = types.forms.get(str(action.get("create", {}).get("form")))
        if target is not None:
            # Values of the new record are worked out from the record the button stands on.
            yield from _sets(action["create"].get("values"), at + "/create/values", scope, target, types)


def _field_places(one: FieldOutline, types: Types) -> Iterator[Place]:
    scope = RecordScope(types, one.form)
    yield from _given(one.definition, one.path, scope, "required_if", "visible_if", "read_only_if")
    text = one.definition.get("default_formula")
    if isinstance(text, str):
        wanted = types.type_of(one.form, one.key)[2]
        yield Place(one.path + "/default_formula", text, scope, wanted, one.key)
    yield from setting_places(one, types)
    if one.rows is not None:
        for inner in one.rows.fields.values():
            yield from _field_places(inner, types)


def setting_places(one: FieldOutline, types: Types) -> Iterator[Place]:
    """Yield the formulas among a control's settings: link filters, rollup conditions, button conditions …"""
    schema = one.control.config_schema
    for name, text, at in _formula_settings(one.config, schema, ""):
        if name == "formula" and one.control.role == "computed":
            continue
        target = types.forms.get(str(one.config.get("of" if name == "where" else _target_setting(one))))
        around = name in ("filter", "where") and target is not None
        scope = RecordScope(types, target, one.form) if around and target else RecordScope(types, one.form)
        is_condition = name in ("filter", "where", "when", "check") or name.endswith("_if")
        yield Place(one.path + at, text, scope, BOOL if is_condition else None)


def _target_setting(one: FieldOutline) -> str:
    # Links filter the form they point `to`, related lists the `form` they show.
    return "to" if "to" in one.config else "form"


def _formula_settings(value: Any, schema: Any, at: str) -> Iterator[tuple[str, str, str]]:
    if not isinstance(schema, Mapping):
        return
    if schema.get("format") == "formula":
        if isinstance(value, str):
            yield at.rsplit("/", 1)[-1], value, at
    elif isinstance(value, Mapping):
        rest = schema.get("additionalProperties")
        for name, item in value.items():
            yield from _formula_settings(
                item, schema.get("properties", {}).get(name, rest), at + pointer(name)
            )
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _formula_settings(item, schema.get("items"), f"{at}/{index}")


def _page_places(app: App, forms: Forms, types: Types) -> Iterator[Place]:
    for key, page in app.of("pages").items():
        for part in ("today", "numbers"):
            for index, item in enumerate(_items(page.get(part))):
                if item.get("form") in forms:
                    scope = RecordScope(types, forms[item["form"]])
                    yield from _given(item, f"{pointer('pages', key)}/{part}/{index}", scope, "filter")


def _role_places(app: App, forms: Forms, types: Types) -> Iterator[Place]:
    for key, role in app.of("roles").items():
        grants = role.get("grants")
        for form, grant in grants.items() if isinstance(grants, Mapping) else ():
            path = pointer("roles", key, "grants", form)
            if form in forms and isinstance(grant, Mapping):
                yield from _grant_places(grant, path, RecordScope(types, forms[form]))
            elif form == "*" and isinstance(grant, Mapping):
                yield from _grant_places(grant, path, SystemScope())


def _grant_places(grant: Mapping[str, Any], path: str, scope: Scope) -> Iterator[Place]:
    for verb, rows in grant.items():
        if isinstance(rows, str) and rows not in SCOPE_WORDS:
            yield Place(path + pointer(verb), rows, scope, BOOL)
    levels = grant.get("fields")
    for field, level in levels.items() if isinstance(levels, Mapping) else ():
        if isinstance(level, str) and " until " in level:
            yield Place(path + pointer("fields", field), level.split(" until ", 1)[1], scope, BOOL)


def _items(value: Any) -> list[Mapping[str, Any]]:
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []


__all__ = ["Place", "check_place", "computed_place", "fits", "places", "setting_places"]
