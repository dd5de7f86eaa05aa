"""Roles as they are written, compiled: scopes for each form and verb, levels for each field, rights.

Whatever is wrong in a role is reported as a problem and denies; nothing wrong ever opens a door.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.access.levels import HIDDEN, WORDS, Condition, FieldLevel, Level
from engine.access.rules import NO_ROW, SCOPES, RowRule, Source
from engine.access.type_scope import ShapeTypes
from engine.definitions.shape import SYSTEM_FIELDS, FieldShape, FormShape, Shapes
from engine.expressions import check, parse
from engine.expressions.types import BOOL
from engine.problems import Code, Problem, Rejected, pointer
from engine.text import nearest

VERBS = (
    "view",
    "named",
    "totals",
    "create",
    "edit",
    "delete",
    "export",
    "print",
    "import",
    "approve",
    "restore",
)
"""`named`: records that links call by a masked name and their number, without opening them.
`totals`: records that reports made for it may count and sum without showing any of them."""
MASK_CLASSES = ("phone", "id", "med", "cost", "photo", "name")
RIGHTS = (
    "publish",
    "settings",
    "explain","reveal", "import", "export", "design", "bulk_edit", "purge", "restore", "print", "share", "users", "audit",
          "publish", "explain", "settings", "flows", "reports")  # fmt: skip
NEUTRAL = frozenset({"id", "no", "revision", "created_at", "created_by", "updated_at", "updated_by", "deleted_at",
                     "deleted_by", "def_version", "source_ref"})  # fmt: skip
"""System fields that go with the record itself: whoever may see it reads them, nobody writes them."""

BAD_SCOPE = Code(
    "access.bad_scope",
    zh="“{role}”对“{form}”的“{verb}”范围“{scope}”写错了：{why}",
    en="Role “{role}”: the {verb} scope “{scope}” of “{form}” is wrong: {why}",
    hint_zh="可选：own、team、branch、region、all、none，或一个成立/不成立的公式；写错的范围按 none 处理",
    hint_en="Choose own, team, branch, region, all, none, or a formula that is true or false; a wrong scope counts as none",
)
BAD_LEVEL = Code(
    "access.bad_level",
    zh="“{role}”对“{form}”字段“{field}”的权限“{level}”写错了：{why}",
    en="Role “{role}”: the level “{level}” of field “{field}” in “{form}” is wrong: {why}",
    hint_zh="可选：none、masked、read、write，或“masked until 公式”；写错的权限按 none 处理",
    hint_en="Choose none, masked, read, write, or “masked until formula”; a wrong level counts as none",
)
UNKNOWN_FORM = Code(
    "access.unknown_form",
    zh="“{role}”提到了不存在的表单“{form}”",
    en="Role “{role}” names a form that does not exist: “{form}”",
    hint_zh="您是不是要：{nearest}",
    hint_en="Did you mean: {nearest}",
)
UNKNOWN_FIELD = Code(
    "access.unknown_field",
    zh="“{role}”提到了“{form}”中不存在的字段“{field}”",
    en="Role “{role}” names a field that “{form}” does not have: “{field}”",
    hint_zh="您是不是要：{nearest}",
    hint_en="Did you mean: {nearest}",
)
UNKNOWN_WORD = Code(
    "access.unknown_word",
    zh="“{role}”用了不认识的{what}“{word}”",
    en="Role “{role}” uses an unknown {what}: “{word}”",
    hint_zh="可选：{choices}",
    hint_en="Choose one of: {choices}",
)


@dataclass(frozen=True, slots=True)
class Grant:
    """What one role says about one form. `fields` has explicit levels, `rest` the one for all other fields."""

    rows: Mapping[str, RowRule] = field(default_factory=dict)
    fields: Mapping[str, FieldLevel] = field(default_factory=dict)
    rest: Level = Level.WRITE

    @property
    def speaks(self) -> bool:
        """Whether the role reaches any record of the form; if not, it has no say about its fields."""
        return any(not rule.is_none for verb, rule in self.rows.items() if verb not in ("named", "totals"))

    @property
    def writes(self) -> bool:
        return any(not self.rows.get(verb, NO_ROW).is_none for verb in ("create", "edit", "import"))


@dataclass(frozen=True, slots=True)
class Role:
    """A compiled role."""

    key: str
    name: Mapping[str, str]
    grants: Mapping[str, Grant]
    masks: Mapping[str, Level]
    rights: Mapping[str, Any]

    def grant(self, form: str) -> Grant:
        return self.grants.get(form) or self.grants.get("*") or NO_GRANT

    def level(self, form: str, shape: FieldShape, path: str) -> FieldLevel:
        """Return this role's level of a field; its own word goes before the mask class, that before the rest."""
        grant = self.grant(form)
        if not grant.speaks:
            return HIDDEN
        most = Level.WRITE if grant.writes else Level.READ
        if path in grant.fields:
            return grant.fields[path].capped(most)
        if path in NEUTRAL:
            return FieldLevel(Level.READ)
        rest = max(grant.rest, Level.READ) if path in SYSTEM_FIELDS else grant.rest
        if shape.mask is None:
            return FieldLevel(rest).capped(most)
        allowed = self.masks.get(shape.mask, Level.MASKED)
        return FieldLevel(min(rest, Level.WRITE if allowed >= Level.READ else allowed)).capped(most)


NO_GRANT = Grant(rest=Level.NONE)


def compile_roles(
    definitions: Mapping[str, Mapping[str, Any]], shapes: Shapes
) -> tuple[dict[str, Role], list[Problem]]:
    """Return the roles by key, and all problems; each wrong rule has become a denial."""
    problems: list[Problem] = []
    roles = {key: _Compiler(key, role, shapes, problems).role() for key, role in definitions.items()}
    return roles, problems


class _Compiler:
    """Compiles one role; its problems go to the common list."""

    def __init__(self, key: str, role: Mapping[str, Any], shapes: Shapes, problems: list[Problem]) -> None:
        self.key, self.given, self.shapes, self.problems = key, role, shapes, problems
        self.path = pointer("roles", key)

    def role(self) -> Role:
        grants = {}
        for form, grant in _mapping(self.given.get("grants")).items():
            if form != "*" and form not in self.shapes:
                close = ", ".join(nearest(form, self.shapes)) or "–"
                path = self.path + pointer("grants", form)
                self.problems.append(UNKNOWN_FORM.at(path, role=self.key, form=form, nearest=close))
                continue
            grants[form] = self.grant(form, _mapping(grant))
        return Role(self.key, self.given.get("name") or {}, grants, self.masks(), self.rights())

    def grant(self, form: str, given: Mapping[str, Any]) -> Grant:
        shape = self.shapes.get(form)
        rows = {verb: self.rule(form, shape, verb, given[verb]) for verb in VERBS if verb in given}
        for word in given.keys() - {*VERBS, "fields", "key", "masks"}:
            self.unknown(pointer("grants", form, word), {"zh": "动作", "en": "verb"}, word, VERBS)
        fields: dict[str, FieldLevel] = {}
        levels = _mapping(given.get("fields"))
        path = pointer("grants", form, "fields", "*")
        rest = self.level(form, "*", str(levels.get("*", "write")), Level.WRITE, path).floor
        for name, text in levels.items():
            if name == "*":
                continue
            path = pointer("grants", form, "fields", name)
            if shape is not None and not self.known(shape, name, path):
                continue
            fields[name] = self.level(form, name, text, max(rest, Level.READ), path)
        return Grant(rows, fields, rest)

    def known(self, shape: FormShape, name: str, path: str) -> bool:
        head, _, tail = name.partition(".")
        found = shape.field(head)
        inner = found.rows.field(tail) if found is not None and tail and found.rows is not None else found
        if inner is not None and bool(tail) == (found is not None and tail != "" and found.rows is not None):
            return True
        close = ", ".join(nearest(name, shape.fields)) or "–"
        where = self.path + path
        self.problems.append(
            UNKNOWN_FIELD.at(where, role=self.key, form=shape.key, field=name, nearest=close)
        )
        return False

    def rule(self, form: str, shape: FormShape | None, verb: str, given: object) -> RowRule:
        if isinstance(given, bool):
            return RowRule((Source(self.key, "all" if given else "none"),))
        if given in SCOPES:
            return RowRule((Source(self.key, str(given)),))
        path = pointer("grants", form, verb)
        if not isinstance(given, str) or shape is None:
            words = {"role": self.key, "form": form, "verb": verb, "scope": str(given), "why": "–"}
            self.problems.append(BAD_SCOPE.at(self.path + path, **words))
            return RowRule((Source(self.key, "none"),))
        try:
            return RowRule((Source(self.key, None, condition(given, form, self.shapes)),))
        except Rejected as found:
            self.report(BAD_SCOPE, path, found, form=form, verb=verb, scope=str(given))
            return RowRule((Source(self.key, "none"),))

    def level(self, form: str, name: str, given: object, high: Level, path: str) -> FieldLevel:
        word, until, formula = str(given).partition(" until ")
        floor = WORDS.get(word.strip())
        if floor is None or not isinstance(given, str) or (until and (form == "*" or name == "*")):
            words = {"form": form, "field": name, "level": str(given)}
            self.problems.append(BAD_LEVEL.at(self.path + path, role=self.key, why="–", **words))
            return HIDDEN
        if not until:
            return FieldLevel(floor)
        try:
            step = (
                Level.WRITE if floor is Level.READ else high,
                frozenset({condition(formula, form, self.shapes)}),
            )
        except Rejected as found:
            self.report(BAD_LEVEL, path, found, form=form, field=name, level=given)
            return FieldLevel(min(floor, Level.MASKED))
        return FieldLevel(floor, (step,))

    def masks(self) -> dict[str, Level]:
        found = {}
        for name, word in _mapping(self.given.get("masks")).items():
            if name not in MASK_CLASSES:
                self.unknown(
                    pointer("masks", name), {"zh": "遮盖类别", "en": "mask class"}, name, MASK_CLASSES
                )
            elif word not in WORDS:
                self.unknown(pointer("masks", name), {"zh": "权限", "en": "level"}, str(word), tuple(WORDS))
                found[name] = Level.NONE
            else:
                found[name] = WORDS[word]
        return found

    def rights(self) -> dict[str, Any]:
        given = _mapping(self.given.get("rights"))
        for name in given.keys() - set(RIGHTS):
            self.unknown(pointer("rights", name), {"zh": "权利", "en": "right"}, name, RIGHTS)
        return {name: right for name, value in given.items() if name in RIGHTS and (right := _right(value))}

    def unknown(self, path: str, what: Mapping[str, str], word: str, choices: tuple[str, ...]) -> None:
        words = {"role": self.key, "what": what, "word": word, "choices": ", ".join(choices)}
        self.problems.append(UNKNOWN_WORD.at(self.path + path, **words))

    def report(self, code: Code, path: str, found: Rejected, **params: object) -> None:
        for problem in found.problems:
            why = {lang: problem.message(lang) for lang in ("zh", "en")}
            self.problems.append(code.at(self.path + path, role=self.key, why=why, **params))


def condition(text: str, form: str, shapes: Shapes) -> Condition:
    """Return a formula over records of `form`, checked to be true or false. Raise Rejected."""
    checked = check(parse(text), ShapeTypes(shapes, form))
    if checked.type.name not in (BOOL.name, "any"):
        raise Rejected(NOT_A_CONDITION.at("", formula=text, type=str(checked.type)))
    return Condition(form, text.strip(), checked)


NOT_A_CONDITION = Code(
    "access.not_a_condition",
    zh="公式“{formula}”的结果是 {type}，不是成立或不成立",
    en="The formula “{formula}” gives {type}, not true or false",
    hint_zh='请写成比较，例如 {status} = "open"',
    hint_en='Write a comparison, for example {status} = "open"',
)


def _mapping(given: object) -> Mapping[str, Any]:
    return given if isinstance(given, Mapping) else {}


def _right(value: object) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    return value is True or value in ("all", "read", "write", "yes")


def united_rights(roles: Iterator[Role]) -> dict[str, Any]:
    """Return the widest of each right: true beats a limit, a higher daily limit a lower one."""
    found: dict[str, Any] = {}
    for role in roles:
        for name, right in role.rights.items():
            found[name] = _wider(found.get(name), right)
    return found


def _wider(one: Any, other: Any) -> Any:
    if one is True or other is True:
        return True
    if not one or not other:
        return one or other
    return {k: max(one.get(k, 0), other.get(k, 0)) for k in {**one, **other}}
