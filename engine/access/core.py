"""What every part of the gate stands on: policy, asker, transaction."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Protocol

from engine.access.actor import Actor
from engine.access.binds import listed
from engine.access.field_guard import FieldGuard
from engine.access.policy import Policy, Rights
from engine.access.query import Keys, Record, ScopedQuery, seal_query
from engine.access.sql_fields import Moment
from engine.access.statements import Builder, Plan, Statement
from engine.access.type_scope import SourceTypes
from engine.definitions.shape import FormShape
from engine.expressions import Checked, check, parse
from engine.expressions.types import BOOL


class Runner(Protocol):
    """An open transaction, as the gate needs it (`engine.store.Unit`)."""

    now: datetime

    @property
    def dialect(self) -> str:
        """ "sqlite" or "postgresql"."""

    @property
    def keys(self) -> Keys: ...

    def execute(self, scoped: ScopedQuery) -> list[Record]: ...


class Core:
    """The rights of one asker within one transaction, and the statements made before."""

    def __init__(self, policy: Policy, actor: Actor, unit: Runner) -> None:
        self.policy, self.actor, self.unit = policy, actor, unit
        self.rights: Rights = policy.rights(actor)
        self.guard = FieldGuard(self.rights)
        self.moment = Moment(policy, actor, unit.now, unit.dialect)

    def formula(self, text: str, form: FormShape, path: str) -> Checked:
        """Return a condition that the asker gave, all its fields being his to read. Raise Rejected."""
        checked = check(parse(text, path), SourceTypes(self.policy.shapes, form, ends=False), BOOL, path)
        self.guard.use_all(form, checked, path)
        return checked

    def statement(self, plan: Plan, formulas: tuple[Checked, ...] = ()) -> Statement:
        """Return the statement of a plan, built once for everybody whose answers would be the same."""

        def build(moment: Moment) -> Statement:
            return Builder(moment, self.rights, plan, formulas).build()

        made: Statement = self.kept((plan, self.rights.signature), build)
        return made

    def reached(self, form: str, ids: frozenset[str]) -> frozenset[str]:
        """Return those of `ids` whose records the asker may look at, deleted ones with them."""
        if not ids or not self.rights.verb(form, "view"):
            return frozenset()
        plan = Plan(form, ("id",), None, (), None, (), None, None, (), (), True, "view", (), True)
        made = self.statement(plan)
        wanted = {"ids": listed(tuple(sorted(ids)), self.moment.dialect), "limit": len(ids)}
        params = made.prepared.params({**self.moment.values, **wanted})
        found = self.unit.execute(seal_query(form, made.prepared.text, params, made.read))
        return frozenset(str(one["id"]) for one in found)

    def kept(self, key: Any, build: Callable[[Moment], Any]) -> Any:
        """Return what `build` makes, kept under `key` together with everything that formulas asked while it was made."""
        statements = self.policy.statements
        actor = self.actor
        place = (key, self.moment.dialect, actor.zone, len(actor.branches) == 1)
        asked = statements.get(place)
        if asked is not None:
            found = statements.get((place, self.moment.answers(asked)))
            if found is not None:
                return found
        moment = Moment(self.policy, actor, self.unit.now, self.moment.dialect)
        made = build(moment)
        asked = frozenset(moment.asked)
        statements.put(place, asked)
        statements.put((place, moment.answers(asked)), made)
        return made
