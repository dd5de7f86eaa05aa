"""Which fields an asker may name, and what for. Hidden and unknown are one and the same to whoever asks."""

from collections.abc import Iterable
from dataclasses import dataclass

from engine.access.levels import FieldLevel, Level
from engine.access.policy import Rights
from engine.access.type_scope import MOST_HOPS, shadow_of
from engine.definitions.shape import SYSTEM_FIELDS, FieldShape, FormShape
from engine.expressions import Checked
from engine.problems import Code, NotFound, Problem, Rejected
from engine.text import Words, nearest

FIELD_HIDDEN = Code(
    "access.field_hidden",
    zh="“{form}”没有字段“{field}”",
    en="“{form}” has no field “{field}”",
    hint_zh="您是不是要：{nearest}",
    hint_en="Did you mean: {nearest}",
)
FIELD_MASKED = Code(
    "access.field_masked",
    zh="“{label}”对您是遮盖的，不能用来筛选、排序、分组或统计",
    en="“{label}” is masked for you, so it cannot be used to filter, sort, group or total",
    hint_zh="请改用其他字段；查找手机号可在快速搜索里输入后四位",
    hint_en="Use another field; to find a phone number type its last four digits into quick search",
)
NO_FORM = Code(
    "access.no_form",
    zh="没有表单“{form}”",
    en="There is no form “{form}”",
    hint_zh="如果您需要它，请管理员为您的角色开通",
    hint_en="If you need it, ask an administrator to open it for your role",
)
LONGEST_PATH = 300
MOST_KEPT = 20_000


@dataclass(frozen=True, slots=True)
class Seen:
    """A field the asker may name: its shape and form, and how much of it may be had.

    `way` is the level of the links that lead to it; `level` that of the field itself, whose conditions are about
    a record of `form`.
    """

    shape: FieldShape
    form: FormShape
    level: FieldLevel
    way: Level


class FieldGuard:
    """Answers for one asker's rights."""

    def __init__(self, rights: Rights) -> None:
        self._rights = rights
        self._shapes = rights.policy.shapes

    def form(self, form: str, verb: str, path: str = "") -> FormShape:
        """Return a form of which the asker reaches some records with `verb`. NotFound otherwise."""
        shape = self._shapes.get(form) if isinstance(form, str) else None
        if shape is None or not self._rights.verb(form, verb):
            raise NotFound(NO_FORM.at(path, form=form))
        return shape

    def may_view(self, form: str) -> bool:
        """Tell whether the asker reaches any record of a form."""
        return form in self._shapes and self._rights.verb(form, "view")

    def see(self, form: FormShape, name: str, path: str = "") -> Seen:
        """Return the field called `name` (a dotted path through links). Rejected where nothing of it may be seen."""
        found = self._found(form, name)
        if found is None or min(found.level.ceiling, found.way) is Level.NONE:
            raise Rejected(self.hidden(form, name, path))
        return found

    def _found(self, form: FormShape, name: str) -> Seen | None:
        kept = self._rights.seen
        key = (form.key, name)
        if key in kept:
            found: Seen | None = kept[key]
            return found
        if len(name) > LONGEST_PATH:
            return None
        if len(kept) > MOST_KEPT:
            kept.clear()
        found = kept[key] = self._walk(form, name.split("."))
        return found

    def use(self, form: FormShape, name: str, path: str = "") -> Seen:
        """Return the field for filtering, sorting, grouping or totalling. Rejected unless all of it may be read."""
        found = self.see(form, name, path)
        if min(found.level.floor, found.way) < Level.READ:
            label: Words = found.shape.label or {"zh": name, "en": name}
            raise Rejected(FIELD_MASKED.at(path, label=label, field=name))
        return found

    def use_all(
        self, form: FormShape, checked: Checked, path: str = "", parent: FormShape | None = None
    ) -> None:
        """Check every field that a formula asks for, for use."""
        problems: list[Problem] = []
        for field in sorted(checked.fields):
            try:
                if parent is not None and field[0] == "form" and len(field) > 1:
                    self.use(parent, shadow_of(".".join(field[1:]))[0], path)
                else:
                    self.use(form, shadow_of(".".join(field))[0], path)
            except Rejected as found:
                problems += found.problems
        if problems:
            raise Rejected(problems)

    def hidden(self, form: FormShape, name: str, path: str) -> Problem:
        """Return the problem of a field that is not there, or not there for this asker; nobody can tell which."""
        close = ", ".join(nearest(name, self.visible(form))) or "–"
        return FIELD_HIDDEN.at(path, form=form.name, field=name, nearest=close)

    def visible(self, form: FormShape) -> Iterable[str]:
        """Return the keys of all fields of which the asker sees something."""
        for key in (*form.fields, *SYSTEM_FIELDS):
            if self._rights.effective(form.key, key).ceiling is not Level.NONE:
                yield key

    def _walk(self, form: FormShape, keys: list[str]) -> Seen | None:
        way, here = Level.WRITE, form
        if len(keys) > MOST_HOPS + 1:
            return None
        for place, key in enumerate(keys):
            field = here.field(key)
            if field is None:
                return None
            rest = keys[place + 1 :]
            if not rest:
                return Seen(field, here, self._rights.effective(here.key, key), way)
            if field.rows is not None:
                return self._row_column(here, field, rest, way)
            target = self._shapes.get(str(field.config.get("to")))
            if field.value_type not in ("reference", "references") or target is None:
                return None
            way = min(way, self._rights.effective(here.key, key).floor)
            if not self._rights.verb(target.key, "view"):
                return None
            here = target
        return None

    def _row_column(self, form: FormShape, rows: FieldShape, rest: list[str], way: Level) -> Seen | None:
        assert rows.rows is not None
        column = rows.rows.field(rest[0])
        if column is None:
            return None
        level = self._rights.effective(form.key, rows.key)
        level = level.meet(self._rights.effective(form.key, f"{rows.key}.{rest[0]}"))
        if len(rest) == 1:
            return Seen(column, form, level, way)
        target = self._shapes.get(str(column.config.get("to")))
        if column.value_type != "reference" or target is None or not self._rights.verb(target.key, "view"):
            return None
        beyond = self._walk(target, rest[1:])
        return beyond and Seen(beyond.shape, beyond.form, beyond.level, min(way, beyond.way, level.floor))
