"""All roles of an app compiled; the rights of a set of roles, worked out once."""

import threading
from collections.abc import Iterator, Mapping
from typing import Any

from engine.access.actor import Actor
from engine.access.computed import Inputs
from engine.access.copies import Copies
from engine.access.levels import HIDDEN, WRITE, FieldLevel, Level
from engine.access.roles import Role, compile_roles, united_rights
from engine.access.rules import EVERY, NO_ROW, RowRule, Source, union
from engine.definitions.shape import FieldShape, FormShape, Shapes
from engine.definitions.tables import Tables, build_tables
from engine.problems import Problem

Signature = tuple[Any, ...]


class Policy:
    """The access rules of one app version. Everything is frozen; what is worked out is kept.

    `problems` are what was wrong in the roles; each wrong rule denies.
    """

    def __init__(
        self, roles: Mapping[str, Role], shapes: Shapes, tables: Tables, problems: tuple[Problem, ...]
    ) -> None:
        self.roles, self.shapes, self.tables, self.problems = roles, shapes, tables, problems
        self.inputs, self.copies = Inputs(shapes), Copies(shapes)
        self._rights: dict[Signature, Rights] = {}
        self.statements: Cache = Cache(4096)
        self.settled: Cache = Cache(4096)
        """Which fields of a list may be shown, and which of them link; worked out once for each set of roles."""

    def rights(self, actor: Actor) -> "Rights":
        """Return what the actor's roles together give."""
        signature = signature_of(actor)
        found = self._rights.get(signature)
        if found is None:
            if len(self._rights) > 4096:
                self._rights.clear()
            found = self._rights[signature] = Rights(self, actor, signature)
        return found


def compile_policy(
    definitions: Mapping[str, Mapping[str, Any]], shapes: Shapes, tables: Tables | None = None
) -> Policy:
    """Return the policy of an app's roles (`{key: role JSON}`); look at its `problems`."""
    roles, problems = compile_roles(definitions, shapes)
    return Policy(roles, shapes, tables or build_tables(shapes), tuple(problems))


def signature_of(actor: Actor) -> Signature:
    """Return what rights depend on, so that people of the same roles share them."""
    if actor.kind == "public":
        return ("public", actor.form, actor.form_fields)
    return ("system",) if actor.is_system else ("roles", actor.roles)


class Rights:
    """What a set of roles may do: the widest of each role's word."""

    def __init__(self, policy: Policy, actor: Actor, signature: Signature) -> None:
        self.policy, self.signature = policy, signature
        self.is_system = actor.is_system
        self._public = (actor.form, actor.form_fields) if actor.kind == "public" else None
        named = sorted(actor.roles) if actor.kind in ("user", "service") else []
        self.roles = tuple(policy.roles[key] for key in named if key in policy.roles)
        self._all_rights = united_rights(iter(self.roles))
        self._rows: dict[tuple[str, str], RowRule] = {}
        self._levels: dict[tuple[str, str], FieldLevel] = {}
        self._effective: dict[tuple[str, str], FieldLevel] = {}
        self.seen: dict[tuple[str, str], Any] = {}
        """What `FieldGuard` found for a form and a path."""

    def right(self, name: str) -> Any:
        """Return a right of the whole app: False, True, or its limits, e.g. `{"daily": 50}`."""
        return True if self.is_system else self._all_rights.get(name, False)

    def rights(self) -> Mapping[str, Any]:
        """Return all rights held."""
        return dict(self._all_rights)

    def verb(self, form: str, verb: str) -> bool:
        """Tell whether there can be any record of the form on which the verb is allowed."""
        return not self.row(form, verb).is_none

    def row(self, form: str, verb: str) -> RowRule:
        """Return which records of the form the verb reaches. Nothing is reached that may not be viewed."""
        key = (form, verb)
        found = self._rows.get(key)
        if found is None:
            found = self._rows[key] = self._row(form, verb)
        return found

    def _row(self, form: str, verb: str) -> RowRule:
        if form not in self.policy.shapes:
            return NO_ROW
        if verb == "purge" and self.policy.shapes[form].class_ == "medical":
            # Medical records are kept for many years by law; nobody destroys one, not even a flow.
            return NO_ROW
        if self.is_system:
            return EVERY
        if self._public is not None:
            return EVERY if verb == "create" and form == self._public[0] else NO_ROW
        if verb in ("restore", "purge"):
            return self.row(form, "delete") if self.right(verb) else NO_ROW
        if verb == "import" and not self.right("import"):
            return NO_ROW
        if verb in ("totals", "named"):
            # Whoever may not look at one may not sum them up either; whoever may look may sum up what he sees.
            seen = self.row(form, "view")
            wider = union(self._rule(role, form, verb) for role in self.roles)
            return seen if seen.is_none or seen.is_all or wider.is_none else union((seen, wider))
        given = union(self._rule(role, form, verb) for role in self.roles)
        return given if verb in ("view", "create", "import") else given.narrowed(self.row(form, "view"))

    def _rule(self, role: Role, form: str, verb: str) -> RowRule:
        rows = role.grant(form).rows
        if verb == "import":
            # To import is to create many: the right says whether, the create scope says where.
            return rows.get("import", rows.get("create", NO_ROW))
        return rows.get(verb, NO_ROW)

    def level(self, form: str, field: str) -> FieldLevel:
        """Return the level of a field as roles word it, `rows_field.column` for a column of a sub-table."""
        key = (form, field)
        found = self._levels.get(key)
        if found is None:
            found = self._levels[key] = self._level(form, field)
        return found

    def effective(self, form: str, field: str) -> FieldLevel:
        """Return the level with everything taken in: what is computed is as secret as what it is made of."""
        key = (form, field)
        found = self._effective.get(key)
        if found is None:
            found = self._effective[key] = self._computed(form, field, ())
        return found

    def _level(self, form: str, field: str) -> FieldLevel:
        shape = self.policy.shapes.get(form)
        found = field_at(shape, field) if shape is not None else None
        if shape is None or found is None:
            return HIDDEN
        if self.is_system:
            return WRITE
        if self._public is not None:
            head = field.partition(".")[0]
            return WRITE if form == self._public[0] and head in self._public[1] else HIDDEN
        level = HIDDEN
        for role in self.roles:
            level = level.union(self._role_level(role, form, shape, field))
        return level

    def _role_level(self, role: Role, form: str, shape: FormShape, field: str) -> FieldLevel:
        head, _, tail = field.partition(".")
        outer = shape.field(head)
        assert outer is not None
        level = role.level(form, outer, head)
        if not tail or outer.rows is None:
            return level
        inner = outer.rows.field(tail)
        assert inner is not None
        grant = role.grant(form)
        if field not in grant.fields and inner.mask is None:
            return level
        return level.meet(role.level(form, inner, field))

    def _computed(self, form: str, field: str, above: tuple[tuple[str, str], ...]) -> FieldLevel:
        own = self.level(form, field)
        shape = field_at(self.policy.shapes.get(form), field)
        if shape is None or self.is_system or own.ceiling is Level.NONE:
            return own
        if shape.formula is None and shape.rollup is None and not shape.kept:
            return own
        own = own.capped(Level.READ)
        if shape.config.get("open") is True or (form, field) in above:
            return own
        if shape.kept and not self._reaches_wholes(form, field, shape):
            return HIDDEN
        for hop_form, hop_field, is_here in self.policy.inputs.of(form, field):
            if not self.verb(hop_form, "view"):
                return HIDDEN
            part = self._computed(hop_form, hop_field, (*above, (form, field)))
            # A condition over another record cannot be asked of this one: only what holds always counts.
            own = own.meet(part if is_here else FieldLevel(part.floor))
        return own

    def _reaches_wholes(self, form: str, field: str, shape: FieldShape) -> bool:
        """Tell whether every record is reached where a snapshot cannot say which ones it was read through."""
        head, _, tail = field.partition(".")
        holder = self.policy.shapes[form]
        rows = holder.fields[head].rows if tail else None
        looked = self.policy.copies.of(rows or holder, shape)
        forms = (*looked.wholes, *(looked.forms if shape.sensitive else ()))
        return all(self.row(one, "view").is_all for one in forms)

    def looks_through(self, holder: FormShape, field: FieldShape) -> tuple[str, ...]:
        """Return the forms whose records, noted in a snapshot, must each be reached for it to be seen."""
        if not field.kept or field.sensitive or self.is_system:
            return ()
        forms = self.policy.copies.of(holder, field).forms
        return tuple(form for form in forms if not self.row(form, "view").is_all)

    def explain_row(self, form: str, verb: str) -> Iterator[tuple[Role, Source]]:
        """Yield each role's say about the verb, "none" where it is silent."""
        for role in self.roles:
            for source in self._rule(role, form, verb).sources or (Source(role.key, "none"),):
                yield role, source


def field_at(shape: FormShape | None, path: str) -> FieldShape | None:
    """Return the field at `key` or `rows_field.key` of a form."""
    if shape is None:
        return None
    head, _, tail = path.partition(".")
    found = shape.field(head)
    if not tail or found is None:
        return found
    return found.rows.field(tail) if found.rows is not None else None


class Cache:
    """A bounded map that forgets what has not been used for long; safe between threads.

    Two halves: what is found in the older one moves to the newer, which becomes the older when full. A hit among the
    newer ones, which is nearly every one, takes no lock.
    """

    def __init__(self, size: int) -> None:
        self._half = max(1, size // 2)
        self._newer: dict[Any, Any] = {}
        self._older: dict[Any, Any] = {}
        self._lock = threading.Lock()

    def get(self, key: Any) -> Any:
        found = self._newer.get(key)
        if found is None:
            found = self._older.get(key)
            if found is not None:
                self.put(key, found)
        return found

    def __len__(self) -> int:
        with self._lock:
            return len(self._newer.keys() | self._older.keys())

    def put(self, key: Any, value: Any) -> None:
        with self._lock:
            self._newer[key] = value
            if len(self._newer) >= self._half:
                self._older, self._newer = self._newer, {}
