"""Outlines: an app's forms and fields laid out for checking, with controls found and option lists resolved."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.definitions.app import App
from engine.definitions.kinds import FieldKind, FieldKinds
from engine.definitions.schemas.form import FIELD_PROPERTIES
from engine.definitions.shape import SYSTEM_FIELDS
from engine.problems import pointer

LIST_PREFIX = "list:"


@dataclass(slots=True, eq=False)
class FieldOutline:
    """One field. `config` holds the control's settings only, defaults filled in, lists resolved."""

    key: str
    path: str
    form: "FormOutline"
    definition: Mapping[str, Any]
    control: FieldKind
    config: Mapping[str, Any]
    rows: "FormOutline | None" = None

    @property
    def kind(self) -> str:
        return self.control.kind


@dataclass(slots=True, eq=False)
class FormOutline:
    """One form, or the rows of a sub-table (`parent` set). `name` is `plan` or `plan.items`."""

    key: str
    name: str
    path: str
    definition: Mapping[str, Any]
    parent: "FormOutline | None" = None
    fields: dict[str, FieldOutline] = field(default_factory=dict)
    is_sound: bool = True
    """False: its file breaks the schema as a whole, so no further conclusions are drawn from it."""
    broken: frozenset[str] = frozenset()
    """Keys of fields that break their schema: there, but nothing is known of them."""
    written: Mapping[str, Any] = field(default_factory=dict)
    """The definition as its author wrote it; `definition` lacks what breaks the schema."""

    def has(self, key: str) -> bool:
        """Return whether `key` is an own or system field."""
        return key in self.fields or key in SYSTEM_FIELDS or key in self.broken

    def items(self, name: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
        """Yield (index, item) of a list of the definition; items that break the schema are left out."""
        for index, item in enumerate(self.definition.get(name, ())):
            if item:
                yield index, item

    def all_fields(self) -> Iterator[FieldOutline]:
        """Yield own fields and those of sub-tables."""
        for one in self.fields.values():
            yield one
            if one.rows is not None:
                yield from one.rows.all_fields()

    def keys(self, name: str) -> list[str]:
        """Return the keys of a list of the definition, broken items included."""
        items = self.written.get(name)
        named = (
            [item.get("key") for item in items if isinstance(item, Mapping)]
            if isinstance(items, list)
            else []
        )
        return [key for key in named if isinstance(key, str)]


Forms = Mapping[str, FormOutline]


def outline_forms(
    app: App, kinds: FieldKinds, broken: Mapping[str, frozenset[str] | None], written: App
) -> dict[str, FormOutline]:
    """Return the outlines of all forms. `broken`: by form, keys of fields to leave out; None: the whole form."""
    lists = app.of("lists")
    forms: dict[str, FormOutline] = {}
    for key, definition in app.of("forms").items():
        keys = broken.get(key, frozenset())
        form = FormOutline(key, key, pointer("forms", key), definition)
        form.is_sound, form.broken = keys is not None, keys or frozenset()
        form.written = written.of("forms").get(key, definition)
        _add_fields(form, definition.get("fields"), kinds, lists)
        forms[key] = form
    return forms


def _add_fields(form: FormOutline, fields: Any, kinds: FieldKinds, lists: Mapping[str, Any]) -> None:
    known = kinds.all()
    for index, definition in enumerate(fields if isinstance(fields, list) else ()):
        if not isinstance(definition, Mapping):
            continue
        key, control = definition.get("key"), known.get(str(definition.get("control")))
        if not isinstance(key, str) or control is None or key in form.fields:
            continue
        path = f"{form.path}/fields/{index}"
        one = FieldOutline(key, path, form, definition, control, _settings(control, definition, lists))
        form.fields[key] = one
        if control.value_kind(one.config) == "rows":
            one.rows = FormOutline(key, f"{form.name}.{key}", path, definition, form, is_sound=form.is_sound)
            # Some controls bring columns of their own as a default.
            _add_fields(one.rows, one.config.get("fields"), kinds, lists)


def _settings(
    control: FieldKind, definition: Mapping[str, Any], lists: Mapping[str, Any]
) -> Mapping[str, Any]:
    own = control.config_schema.get("properties", {})
    given = {name: value for name, value in definition.items() if name in own or name not in FIELD_PROPERTIES}
    for name, value in given.items():
        if isinstance(value, str) and value.startswith(LIST_PREFIX):
            found = lists.get(value.removeprefix(LIST_PREFIX))
            if found is not None:
                given[name] = found.get("options", [])
    return control.settings(given)
