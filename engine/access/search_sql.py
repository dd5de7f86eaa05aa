"""Quick search: words that each must be found in some field the asker may read, or as a masked phone's last digits."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Text, and_, false, or_

from engine.access.binds import bound
from engine.access.filters import like_literal
from engine.access.levels import FieldLevel, Level
from engine.access.policy import Rights
from engine.access.query import Keys
from engine.access.sql_fields import SqlFields
from engine.definitions.shape import FieldShape, FormShape
from engine.text import fold

MOST_WORDS = 6
LONGEST = 100


@dataclass(frozen=True, slots=True)
class Words:
    """A search text read: the words, and for each whether it is four digits (a phone's tail) or digits at all."""

    words: tuple[str, ...]
    kinds: tuple[str, ...]

    @classmethod
    def read(cls, text: str) -> "Words":
        found = tuple(fold(text[:LONGEST]).replace("\x00", "").split()[:MOST_WORDS])
        return cls(found, tuple(_kind(word) for word in found))


def _kind(word: str) -> str:
    digits = word.replace("-", "").lstrip("+")
    if not (digits.isascii() and digits.isdigit()):
        return "word"
    return "tail" if len(digits) == 4 else "digits"


def search_values(words: Words, form: FormShape, keys: Keys | None) -> dict[str, str | None]:
    """Return the values that the predicate of `SearchSql` is filled with."""
    values: dict[str, str | None] = {}
    sealed = [f for f in form.fields.values() if f.search and (f.sensitive or f.search == "phone")]
    for at, word in enumerate(words.words):
        values[f"s{at}"] = f"%{like_literal(word)}%"
        values[f"n{at}"] = f"{like_literal(word)}%"
        digits = "".join(c for c in word if c.isdecimal())
        values[f"d{at}"] = f"%{digits}%"
        for field in sealed:
            if keys is not None:
                values[f"b{at}_{field.key}"] = keys.blind(form.table, field.key, word)
                values[f"t{at}_{field.key}"] = keys.tail(form.table, field.key, digits)
            else:
                values[f"b{at}_{field.key}"] = values[f"t{at}_{field.key}"] = None
    return values


class SearchSql:
    """Builds the predicate of a search over one form's table."""

    def __init__(self, fields: SqlFields, trusted: SqlFields, rights: Rights) -> None:
        self._fields, self._trusted, self._rights = fields, trusted, rights

    def predicate(self, words: Words) -> ColumnElement[bool]:
        """Return that every word is found; nothing is found where there is no field to look into."""
        return and_(*(or_(false(), *self._word(at, kind)) for at, kind in enumerate(words.kinds)))

    def _word(self, at: int, kind: str) -> Iterator[ColumnElement[bool]]:
        form, table = self._fields.shape, self._fields.table
        if self._rights.effective(form.key, "no").floor >= Level.READ:
            yield table.c.no.ilike(bound(f"n{at}", Text()), escape="\\")
        for field in form.fields.values():
            if field.search is None or not field.stored:
                continue
            level = self._rights.effective(form.key, field.key)
            for test, most in self._tests(field, at, kind):
                allowed = self._allowed(level, most)
                if allowed is not None:
                    yield and_(test, *allowed)

    def _tests(self, field: FieldShape, at: int, kind: str) -> Iterator[tuple[ColumnElement[bool], Level]]:
        """Yield each way to find the field, with the level it needs."""
        columns = self._fields.table.c
        if field.search == "phone" and kind == "tail":
            # The mask of a phone shows its last digits, so they may be searched; other masks show nothing.
            needed = Level.MASKED if field.mask == "phone" else Level.READ
            yield columns[f"{field.key}__t"] == bound(f"t{at}_{field.key}", Text()), needed
        if field.sensitive:
            yield columns[f"{field.key}__b"] == bound(f"b{at}_{field.key}", Text()), Level.READ
        elif field.search == "phone":
            if kind != "word":
                yield columns[f"{field.key}__s"].like(bound(f"d{at}", Text())), Level.READ
        else:
            yield columns[f"{field.key}__s"].like(bound(f"s{at}", Text()), escape="\\"), Level.READ

    def _allowed(self, level: FieldLevel, needed: Level) -> list[ColumnElement[bool]] | None:
        """Return the conditions under which a field may be searched; None: never."""
        if level.floor >= needed:
            return []
        ways = [
            and_(*(self._trusted.condition(one) for one in sorted(when, key=lambda c: c.text)))
            for step, when in level.steps
            if step >= needed
        ]
        return [or_(*ways)] if ways else None
