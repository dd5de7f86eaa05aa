"""Shapes of all forms, worked out from an analysed app."""

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from engine.definitions.kinds import FieldKind
from engine.definitions.outline import FieldOutline, FormOutline
from engine.definitions.scopes import Types
from engine.definitions.shape import SYSTEM_FIELDS, FieldShape, FormShape, ItemShape, Structure
from engine.expressions import Checked

MOST_INDEXES = 12
"""An index speeds up reading and slows down every write; a form gets at most this many from its views."""
MOST_OWN_INDEXES = 6
INDEXABLE = frozenset(
    {
        "text", "integer", "decimal", "money", "boolean", "date", "datetime", "time", "choice", "reference", "person",
    }
)  # fmt: skip
OPEN = "none"
_EQUAL = ("choice", "reference", "person", "boolean")


def form_shape(
    form: FormOutline,
    types: Types,
    live: frozenset[FieldOutline],
    formulas: Mapping[str, Checked],
    own_scoped: Container[str] = (),
) -> FormShape:
    """Return the shape of a form or of the rows of a sub-table. `own_scoped`: forms of which a role sees only its own."""
    fields: dict[str, FieldShape] = {}
    for one in form.fields.values():
        shape = field_shape(one, types, live, formulas)
        if shape is not None:
            fields[one.key] = shape
    said = form.definition
    if form.parent is not None:
        # The root form's key: the tables of rows hang on it.
        return FormShape(
            form.key, said.get("label", {}), fields, parent=form.name.rpartition(".")[0].replace(".", "__")
        )
    return FormShape(
        form.key,
        said.get("name", {}),
        fields,
        title=said.get("title"),
        own_by=tuple(said.get("own_by", ("owner_id", "created_by"))),
        unique_together=tuple(tuple(unique["fields"]) for _, unique in form.items("unique")),
        indexes=tuple(
            _indexes(form, fields, formulas, _owners(form, fields) if form.key in own_scoped else ())
        ),
        append_only=bool(said.get("append_only", False)),
        class_=str(said.get("class", "general")),
    )


def field_shape(
    one: FieldOutline,
    types: Types,
    live: frozenset[FieldOutline],
    formulas: Mapping[str, Checked],
) -> FieldShape | None:
    """Return the shape of one field; None for fields that hold nothing."""
    if one.control.role not in ("field", "computed"):
        return None
    kind, config, _ = types.type_of(one.form, one.key)
    said = one.definition
    unique = said.get("unique")
    mask = said.get("mask")
    if mask == OPEN:
        # The author says so: what is made of protected values may be shown here.
        mask, config = None, {**config, "open": True}
    within = tuple(unique.get("within", ())) if isinstance(unique, Mapping) else ()
    return FieldShape(
        key=one.key,
        value_type=kind or "text",
        config=config,
        label=said.get("label", {}),
        stored=one not in live,
        formula=_formula(one),
        rollup=_rollup(one),
        tree=_tree(one, kind),
        kept=tuple(one.config.get("fields_kept", ())),
        mask=mask,
        sensitive=bool(said.get("sensitive", False)),
        unique=within if unique else None,
        indexed=bool(said.get("indexed", False)),
        search=said.get("search"),
        history=bool(said.get("history", True)),
        item_columns=tuple(ItemShape(column.key, column.value_type) for column in one.control.item_columns),
        items=_items(one) if one.control.item_columns else None,
        structure=one.control.kind if kind == "structured" else None,
        structured=_structure(one.control, one.config) if kind == "structured" else None,
        rows=form_shape(one.rows, types, live, formulas) if one.rows is not None else None,
    )


def _formula(one: FieldOutline) -> str | None:
    if one.control.role != "computed":
        return None
    if isinstance(one.config.get("path"), str):
        # A lookup is a formula of one name.
        return f"{{{one.config['path']}}}"
    formula = one.config.get("formula")
    return str(formula) if formula is not None else None


def _rollup(one: FieldOutline) -> Mapping[str, Any] | None:
    if one.control.role != "computed" or "aggregate" not in one.config:
        return None
    names = ("of", "by", "mine", "aggregate", "field", "where", "sort")
    return {name: one.config[name] for name in names if name in one.config}


def _tree(one: FieldOutline, kind: str | None) -> str | None:
    parent = one.config.get("parent")
    return parent if kind in ("reference", "references") and isinstance(parent, str) else None


def _items(one: FieldOutline) -> Callable[[Any], Iterable[tuple[Any, ...]]]:
    return partial(_items_of, one.control, one.config)


def _items_of(control: Any, config: Mapping[str, Any], value: Any) -> Iterable[tuple[Any, ...]]:
    found: Iterable[tuple[Any, ...]] = control.items(value, config)
    return found


def _structure(control: FieldKind, config: Mapping[str, Any]) -> Structure:
    def takes(value: Any) -> bool:
        return next(iter(control.check(value, config, "")), None) is None

    def from_text(text: str) -> Any:
        value = control.from_text(text, config, "")
        return None if value is None else control.normalise(value, config)

    return Structure(lambda value: control.to_text(value, config), from_text, takes)


def _indexes(
    form: FormOutline,
    fields: Mapping[str, FieldShape],
    formulas: Mapping[str, Checked],
    owners: Sequence[str],
) -> Iterator[tuple[str, ...]]:
    """Yield column lists for the views: what a filter fixes by equality, then the sort.

    `owners`: columns by which roles see only their own records; each gets the way to one person's part of a view.
    """
    wanted: dict[tuple[str, ...], None] = {}
    own: dict[tuple[str, ...], None] = {}
    for index, view in form.items("views"):
        sort = tuple(name for name in view.get("sort", ("-created_at",))[:1] if _can(name, fields))
        checked = formulas.get(f"{form.path}/views/{index}/filter")
        heads = sorted({path[0] for path in checked.fields if len(path) == 1}) if checked is not None else []
        heads += [view[part] for part in ("by", "group", "resource") if part in view]
        fixed = [key for key in dict.fromkeys(heads) if _can(key, fields) and _type(key, fields) in _EQUAL][
            :2
        ]
        for keys in (fixed, fixed[:1], fixed[1:]):
            if keys:
                wanted[_led(keys, sort)] = None
        if "start" in view and _can(view["start"], fields):
            wanted[(view["start"],)] = None
        if sort and not fixed:
            wanted[sort] = None
        own.update(dict.fromkeys(_led([key, *fixed], sort) for key in owners))
    # Import looks up whole chunks of rows by these; without an index each chunk reads the whole table.
    matched = [
        group[0] for group in form.definition.get("import", {}).get("match", ()) if _can(group[0], fields)
    ]
    best = (*list(wanted)[:MOST_INDEXES], *list(own)[:MOST_OWN_INDEXES])
    yield from dict.fromkeys((*((key,) for key in matched), *best))


def _led(keys: Sequence[str], sort: tuple[str, ...]) -> tuple[str, ...]:
    """Return the columns of an index for what equals given values, in the order of `sort`."""
    return (*dict.fromkeys(keys), *(name for name in sort if name.lstrip("-") not in keys))


def _owners(form: FormOutline, fields: Mapping[str, FieldShape]) -> list[str]:
    """Return the columns that make a record somebody's own, one value each."""
    named = form.definition.get("own_by", ("owner_id", "created_by"))
    return [key for key in named if _can(key, fields) and _type(key, fields) in ("person", "reference")]


def _can(name: str, fields: Mapping[str, FieldShape]) -> bool:
    key = name.lstrip("-")
    if key in SYSTEM_FIELDS:
        return True
    own = fields.get(key)
    return own is not None and own.stored and not own.sensitive and own.value_type in INDEXABLE


def _type(key: str, fields: Mapping[str, FieldShape]) -> str:
    return fields[key].value_type if key in fields else SYSTEM_FIELDS[key][0]
