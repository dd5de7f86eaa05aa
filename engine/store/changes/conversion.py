"""Values from one field's type to another's: kept, or said to be unconvertible; never dropped."""

from typing import Any

from engine.definitions.shape import FieldShape
from engine.problems import Rejected

WITHOUT_TEXT = frozenset({"rows"})
"""Value types whose values live in other tables and have no text form worth reading back."""
LINKS = frozenset({"reference", "references", "person", "persons"})


class UnconvertibleError(Exception):
    """The value has no counterpart in the new type; `text` is how it read in the old one."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


def signature(field: FieldShape) -> tuple[Any, ...]:
    """Return what decides how values of the field are stored: a change of it is a retype."""
    scale = field.config.get("scale") if field.value_type == "decimal" else None
    to = field.config.get("to") if field.value_type in ("reference", "references") else None
    return field.value_type, scale, to, field.sensitive, field.stored


def convert(value: Any, old: FieldShape, new: FieldShape) -> Any:
    """Return `value` of the old field as the new field holds it. UnconvertibleError when that would lose it."""
    if old.value_type in WITHOUT_TEXT or new.value_type in WITHOUT_TEXT:
        raise UnconvertibleError(str(old.type.to_text(value, old.config)))
    text = old.type.to_text(value, old.config)
    if not _is_same_kind_of_link(old, new):
        raise UnconvertibleError(text)
    for read in (new.type.from_text, new.type.parse):
        # Rounding is a loss: 1.25 does not become 1.3 behind anyone's back.
        try:
            found = read(text, new.config, "")
        except Rejected:
            continue
        if found is not None and _keeps(found, text, old, new):
            return found
    raise UnconvertibleError(text)


def _is_same_kind_of_link(old: FieldShape, new: FieldShape) -> bool:
    """A link keeps its meaning only as a link to the same form; as text it is shown, not followed."""
    if new.value_type not in LINKS:
        return True
    if old.value_type not in LINKS or ("person" in old.value_type) != ("person" in new.value_type):
        return False
    return old.config.get("to") == new.config.get("to")


def _keeps(found: Any, text: str, old: FieldShape, new: FieldShape) -> bool:
    if old.value_type in ("decimal", "money") and new.value_type in ("decimal", "money", "integer"):
        back = old.type.parse(str(new.type.to_json(found, new.config)), old.config, "")
        return bool(old.type.to_text(back, old.config) == text)
    return True
