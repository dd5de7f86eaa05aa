"""Values from one field's type to another's: kept, or said to be unconvertible; never dropped."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from engine.definitions.shape import FieldShape, Structure
from engine.problems import Rejected

WITHOUT_TEXT = frozenset({"rows"})
"""Value types whose values live in other tables and have no text form worth reading back."""
LINKS = frozenset({"reference", "references", "person", "persons"})
Read = Callable[[str], Any]


class UnconvertibleError(Exception):
    """The value has no counterpart in the new type; `text` is how it read in the old one."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


def signature(field: FieldShape) -> tuple[Any, ...]:
    """Return what decides how values of the field are stored: a change of it is a retype."""
    scale = field.config.get("scale") if field.value_type == "decimal" else None
    to = field.config.get("to") if field.value_type in ("reference", "references") else None
    return field.value_type, scale, to, field.structure, field.sensitive, field.stored


def text_of(value: Any, field: FieldShape) -> str:
    """Return how a value of the field reads to people."""
    if field.structured is not None and field.structured.takes(value):
        return field.structured.to_text(value)
    return field.type.to_text(value, field.config)


def convert(value: Any, old: FieldShape, new: FieldShape) -> Any:
    """Return `value` of the old field as the new field holds it. UnconvertibleError when that would lose it."""
    text = text_of(value, old)
    if old.value_type in WITHOUT_TEXT or new.value_type in WITHOUT_TEXT:
        raise UnconvertibleError(text)
    if _is_stored_alike(old, new):
        return value
    if not _is_same_kind_of_link(old, new) or _is_made_otherwise(old, new):
        raise UnconvertibleError(text)
    for found in _readings(value, text, old, new):
        if _keeps(found, value, old, new):
            return found
    raise UnconvertibleError(text)


def _is_stored_alike(old: FieldShape, new: FieldShape) -> bool:
    """Tell whether the two differ in sealing or in being stored only."""
    return signature(old)[:4] == signature(new)[:4]


def _is_same_kind_of_link(old: FieldShape, new: FieldShape) -> bool:
    """A link keeps its meaning only as a link to the same form; as text it is shown, not followed."""
    if new.value_type not in LINKS:
        return True
    if old.value_type not in LINKS or ("person" in old.value_type) != ("person" in new.value_type):
        return False
    return old.config.get("to") == new.config.get("to")


def _is_made_otherwise(old: FieldShape, new: FieldShape) -> bool:
    """Tell whether one is drawn, signed or uploaded: a chart is not made out of a date, nor a tag out of a file."""
    if new.structured is not None and old.structured is None:
        return old.value_type != "text"
    return old.value_type in ("structured", "files") and new.value_type not in ("structured", "text")


def _readings(value: Any, text: str, old: FieldShape, new: FieldShape) -> Iterator[Any]:
    """Yield what the new field makes of the value, most telling first."""
    if old.structured is not None and new.structured is not None:
        if new.structured.takes(value):
            yield value
        return
    for written in dict.fromkeys((text, old.type.to_text(value, old.config))):
        for read in _readers(new):
            try:
                found = read(written)
            except Rejected:
                continue
            if found is not None:
                yield found


def _readers(new: FieldShape) -> Iterator[Read]:
    def from_text(text: str) -> Any:
        return new.type.from_text(text, new.config, "")

    def parse(text: str) -> Any:
        return new.type.parse(text, new.config, "")

    if new.structured is None:
        yield from (from_text, parse)
        return
    yield partial(_taken, new.structured, new.structured.from_text)
    yield partial(_taken, new.structured, from_text)


def _taken(structure: Structure, read: Read, text: str) -> Any:
    found = read(text)
    return found if found is not None and structure.takes(found) else None


def _keeps(found: Any, value: Any, old: FieldShape, new: FieldShape) -> bool:
    """Tell whether the new value says all that the old one said: it reads back as the old one.

    Rounding is a loss, so is a time of day left out: nothing of it happens behind anyone's back. Links are told
    by their record, whatever the field is; a text may be written in many ways.
    """
    if old.value_type in LINKS or old.value_type == "text" or new.value_type == "boolean":
        return True
    if found == value and old.structured is not None:
        return True
    for written in dict.fromkeys((text_of(found, new), new.type.to_text(found, new.config))):
        for read in _readers(old):
            try:
                if read(written) == value:
                    return True
            except Rejected:
                continue
    return False
