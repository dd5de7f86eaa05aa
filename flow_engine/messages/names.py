"""The names a message's texts may use: fields of its form, links without `_id`, values given along, and a few more."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from engine.definitions.outline import FieldOutline, FormOutline
from engine.definitions.scopes import LINKS, Types
from engine.definitions.shape import SYSTEM_FIELDS
from engine.sandbox import TextField
from engine.text import Words

Path = tuple[str, ...]

BUILT_IN: Mapping[Path, Words] = {
    ("to", "name"): {"zh": "收件人姓名", "en": "Name of the recipient"},
    ("clinic", "name"): {"zh": "机构名称", "en": "Name of the clinic"},
    ("now",): {"zh": "现在", "en": "Now"},
    ("link",): {"zh": "记录链接", "en": "Link to the record"},
}
LINKS_NAME = "links"
PEOPLE = frozenset({"person", "persons"})
HIDDEN_MASKS = frozenset({"cost"})
SECRET_MASKS = frozenset({"med", "id", "photo"})


@dataclass(frozen=True, slots=True)
class Place:
    """Where a name of a text is found: the path of fields from the message's record, and what stands there."""

    path: Path
    fields: tuple[FieldOutline | None, ...]
    """One a step; None for fields of the system."""
    value_type: str | None
    config: Mapping[str, Any]
    label: Words
    rows_at: int | None = None
    """0 where the first step leads into rows, so that the second gives a list."""


class MessageNames:
    """Answers the check of texts (`TextScope`) and tells the renderer where to read."""

    def __init__(
        self,
        types: Types,
        form: FormOutline | None,
        values: Mapping[str, Words],
        sensitive: Iterable[str] = (),
    ) -> None:
        self._types, self._form, self._values = types, form, values
        self._sensitive = frozenset(sensitive)

    def field(self, path: Path) -> TextField | None:
        """Return what a path of a text means."""
        if path[0] in self._values:
            return TextField(path, self._values[path[0]], "value")
        if path in BUILT_IN or (path[0] == LINKS_NAME and len(path) == 2):
            return TextField(path, BUILT_IN.get(path, {"zh": path[-1], "en": path[-1]}), "link")
        place = self.place(path)
        if place is None:
            return None
        masks = {one.definition.get("mask") for one in place.fields if one is not None}
        keys = {one.key for one in place.fields if one is not None}
        is_sealed = any(one is not None and one.definition.get("sensitive") for one in place.fields)
        named = self._sensitive & {*keys, *path, *(key.removesuffix("_id") for key in keys)}
        return TextField(
            path,
            place.label,
            place.value_type or "text",
            is_secret=bool(masks & SECRET_MASKS) or is_sealed,
            is_hidden=bool(masks & HIDDEN_MASKS) or bool(named),
        )

    def names(self) -> Iterable[str]:
        """Return the first names there are."""
        own = [*self._form.fields, *SYSTEM_FIELDS] if self._form is not None else []
        links = [key.removesuffix("_id") for key in own if key.endswith("_id")]
        return [*self._values, *own, *links, *{path[0] for path in BUILT_IN}, LINKS_NAME]

    def place(self, path: Path) -> Place | None:
        """Return where a path of a text leads from the message's record; None where it leads nowhere."""
        form = self._form
        if form is None:
            return None
        if path[0] == form.key and not form.has(path[0]):
            path = path[1:] or ("no",)
        return self._walk(form, path)

    def picker(self) -> list[TextField]:
        """Return what the picker of fields offers: own fields, one step over links, values, and the rest."""
        found = [TextField((key,), words, "value") for key, words in self._values.items()]
        for key in self._form.fields if self._form is not None else ():
            self._offer((key,), found)
            target = self._types.type_of(self._form, key)[1].get("to") if self._form is not None else None
            linked = self._types.forms.get(str(target)) if target else None
            for inner in linked.fields if linked is not None else ():
                self._offer((key.removesuffix("_id"), inner), found)
        found += [TextField(path, words, "link") for path, words in BUILT_IN.items()]
        return found

    def _offer(self, path: Path, found: list[TextField]) -> None:
        one = self.field(path)
        if one is not None and not one.is_hidden:
            found.append(one)

    def _walk(self, form: FormOutline, path: Path) -> Place | None:
        steps: list[str] = []
        fields: list[FieldOutline | None] = []
        rows_at: int | None = None
        here: FormOutline | None = form
        kind: str | None = None
        config: Mapping[str, Any] = {}
        for segment in path:
            if kind in PEOPLE and segment == "name" and here is None and rows_at is None:
                # a person is shown by name anyway
                continue
            key = _key(here, segment) if here is not None else None
            if here is None or key is None:
                return None
            own = here.fields.get(key)
            kind, config, _ = self._types.type_of(here, key)
            fields.append(own)
            if own is not None and own.rows is not None:
                if steps:
                    # rows of other records are not read for a text
                    return None
                rows_at, here = 0, own.rows
            else:
                is_link = kind in LINKS and rows_at is None
                here = self._types.forms.get(str(config.get("to"))) if is_link else None
            steps.append(key)
        last = fields[-1]
        label = last.definition.get("label", {}) if last is not None else SYSTEM_FIELDS[steps[-1]][2]
        return Place(tuple(steps), tuple(fields), kind, config, label, rows_at)


def _key(form: FormOutline, segment: str) -> str | None:
    if form.has(segment):
        return segment
    return f"{segment}_id" if form.has(f"{segment}_id") else None
